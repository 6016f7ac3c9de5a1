import type { ComponentContext, JsonObject, KubernetesObject } from '@capstan/plugin-api';

/** The spec of a WebService; its CRD describes the fields. */
export interface WebServiceSpec {
  readonly image: string;
  readonly port?: number;
  readonly env?: readonly {
    readonly name: string;
    readonly value?: string;
    readonly fromSecret?: { readonly name: string; readonly key: string };
  }[];
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly resources?: { readonly cpu?: string; readonly memory?: string };
  readonly health?: string;
  readonly replicas?: number;
  readonly imagePullSecrets?: readonly string[];
}

/** The one port's name, for Services, probes and routes. */
const PORT_NAME = 'http';

/** What a WebService becomes: a Deployment, and a Service when it has a port. */
export function renderWebService(workload: KubernetesObject, context: ComponentContext): KubernetesObject[] {
  const spec = workload['spec'] as WebServiceSpec;
  const { name } = workload.metadata;
  const selector = selectorOf(name, context);
  const deployment: KubernetesObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      // Left out where nobody states it: then an autoscaler or `kubectl scale` owns the field.
      ...(spec.replicas === undefined ? {} : { replicas: spec.replicas }),
      selector: { matchLabels: selector },
      template: {
        metadata: { labels: { ...context.labels, ...selector } },
        spec: podSpec(spec),
      },
    },
  };
  if (spec.port === undefined) return [deployment];
  const service: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: {
      type: 'ClusterIP',
      selector,
      ports: [{ name: PORT_NAME, port: spec.port, targetPort: PORT_NAME, protocol: 'TCP' }],
    },
  };
  return [deployment, service];
}

/** A Deployment's selector cannot be changed, so it depends on names only, never on the spec. */
function selectorOf(name: string, context: ComponentContext): Record<string, string> {
  return {
    'app.kubernetes.io/name': name,
    'app.oam.dev/name': context.application,
    'app.oam.dev/component': context.component,
  };
}

function podSpec(spec: WebServiceSpec): JsonObject {
  return {
    containers: [container(spec)],
    // The pod gets nothing of the cluster that it did not ask for. Root and capabilities stay as the image wants them:
    // common images (redis, nginx) start as root and drop it themselves.
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
    ...(spec.imagePullSecrets?.length ? { imagePullSecrets: spec.imagePullSecrets.map((name) => ({ name })) } : {}),
  };
}

function container(spec: WebServiceSpec): JsonObject {
  return {
    name: 'main',
    image: spec.image,
    ...(spec.command ? { command: spec.command } : {}),
    ...(spec.args ? { args: spec.args } : {}),
    ...(spec.port === undefined ? {} : { ports: [{ name: PORT_NAME, containerPort: spec.port, protocol: 'TCP' }] }),
    ...(spec.env?.length ? { env: spec.env.map(environmentVariable) } : {}),
    ...(spec.resources ? { resources: resources(spec.resources) } : {}),
    ...(spec.health ? probes(spec.health) : {}),
    securityContext: { allowPrivilegeEscalation: false },
  };
}

function environmentVariable(env: NonNullable<WebServiceSpec['env']>[number]): JsonObject {
  if (env.fromSecret) return { name: env.name, valueFrom: { secretKeyRef: { ...env.fromSecret } } };
  return { name: env.name, value: env.value ?? '' };
}

/** Memory is requested and limited; CPU is only requested, because a CPU limit slows a service down on an idle node. */
function resources({ cpu, memory }: NonNullable<WebServiceSpec['resources']>): JsonObject {
  return {
    requests: { ...(cpu ? { cpu } : {}), ...(memory ? { memory } : {}) },
    ...(memory ? { limits: { memory } } : {}),
  };
}

/** A slow start is allowed for (60 s), then the same path decides about traffic quickly and about restarts slowly. */
function probes(path: string): JsonObject {
  const httpGet = { path, port: PORT_NAME };
  return {
    startupProbe: { httpGet, periodSeconds: 2, failureThreshold: 30 },
    readinessProbe: { httpGet, periodSeconds: 5, failureThreshold: 2 },
    livenessProbe: { httpGet, periodSeconds: 10, failureThreshold: 6 },
  };
}
