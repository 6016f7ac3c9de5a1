import type { ComponentContext, JsonObject, KubernetesObject, Problem } from '@capstan/plugin-api';
import { podLabels } from '../pods/labels.ts';
import type { ContainerSpec } from '../pods/spec.ts';
import { mountProblems, podTemplate } from '../pods/template.ts';
import type { LongRunningKind } from './long-running-kinds.ts';

/** The spec of a long-running workload; the CRDs describe it. */
export interface LongRunningSpec extends ContainerSpec {
  readonly port?: number;
  /** A path where there is a port, else a command. */
  readonly health?: string | readonly string[];
  readonly replicas?: number;
}

/**
 * Stated with all of its fields: what the API server's defaults leave under `rollingUpdate` would be nobody's, would stay
 * when the type changes to Recreate, and would be refused there.
 */
const ROLLING = { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } } as const;
const RECREATE = { type: 'Recreate' } as const;

/** The one port's name, for Services, probes and routes. */
const PORT_NAME = 'http';

/** What a long-running workload becomes: a Deployment, and a Service when it has a port. */
export function renderLongRunning(
  { singleton }: LongRunningKind,
  workload: KubernetesObject,
  context: ComponentContext,
): KubernetesObject[] {
  const spec = workload['spec'] as LongRunningSpec;
  const { name } = workload.metadata;
  const selector = podLabels(name, context);
  const deployment: KubernetesObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      ...replicas(singleton ? 1 : spec.replicas),
      strategy: singleton || holdsClaim(spec) ? RECREATE : ROLLING,
      selector: { matchLabels: selector },
      template: podTemplate(spec, {
        labels: { ...context.labels, ...selector },
        container: { ...ports(spec), ...probes(spec.health) },
      }),
    },
  };
  return spec.port === undefined ? [deployment] : [deployment, service(name, selector, spec.port)];
}

/** What a CRD cannot say about a long-running workload. */
export function validateLongRunning(workload: KubernetesObject): Problem[] {
  const spec = workload['spec'] as LongRunningSpec;
  return [...nameProblems(workload, spec), ...mountProblems(spec)];
}

function nameProblems({ metadata: { name } }: KubernetesObject, { port }: LongRunningSpec): Problem[] {
  if (port === undefined || !name.includes('.')) return [];
  const message = `the name ${name} has a dot, which the name of its Service must not have`;
  return [{ path: 'metadata.name', message, hint: 'Rename the component, or give it an instanceName.' }];
}

/** Left out where nobody states it: then an autoscaler or `kubectl scale` owns the field. */
function replicas(number: number | undefined): JsonObject {
  return number === undefined ? {} : { replicas: number };
}

/** Most volumes are for one node at a time: a new pod elsewhere would wait for the old one for ever. */
function holdsClaim({ volumes = [] }: LongRunningSpec): boolean {
  return volumes.some(({ claim, shared }) => claim !== undefined && !shared);
}

function service(name: string, selector: Record<string, string>, port: number): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { type: 'ClusterIP', selector, ports: [{ name: PORT_NAME, port, targetPort: PORT_NAME, protocol: 'TCP' }] },
  };
}

function ports({ port }: LongRunningSpec): JsonObject {
  return port === undefined ? {} : { ports: [{ name: PORT_NAME, containerPort: port, protocol: 'TCP' }] };
}

/** A slow start is allowed for (60 s), then the same check decides about traffic quickly and about restarts slowly. */
function probes(health: LongRunningSpec['health']): JsonObject {
  if (health === undefined || health.length === 0) return {};
  const isPath = typeof health === 'string';
  const check = isPath ? { httpGet: { path: health, port: PORT_NAME } } : { exec: { command: health } };
  return {
    startupProbe: { ...check, periodSeconds: 2, failureThreshold: 30 },
    readinessProbe: { ...check, periodSeconds: 5, failureThreshold: 2 },
    livenessProbe: { ...check, periodSeconds: 10, failureThreshold: 6 },
  };
}
