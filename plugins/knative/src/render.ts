import type { ComponentContext, JsonObject, KubernetesObject } from '@capstan/plugin-api';
import {
  type EnvironmentVariable,
  SERVING_API_VERSION,
  type ServerlessSpec,
  serverlessSpec,
  type TrafficShare,
} from './spec.ts';
import { AUTOSCALING } from './validate-scaling.ts';

/** What hides a Service from the outside. */
const VISIBILITY = 'networking.knative.dev/visibility';

/** Percent of the CPU request, and requests per second, where a Serverless states no target. */
const DEFAULT_TARGETS = { concurrency: 100, rps: 200, cpu: 80 } as const;

/** What a Serverless becomes: one Knative Service of its name. */
export function renderServerless(workload: KubernetesObject, context: ComponentContext): KubernetesObject[] {
  const spec = serverlessSpec(workload);
  const { name } = workload.metadata;
  return [
    {
      apiVersion: SERVING_API_VERSION,
      kind: 'Service',
      metadata: { name, ...(spec.visibility === 'cluster-local' ? { labels: { [VISIBILITY]: spec.visibility } } : {}) },
      spec: {
        template: {
          metadata: { labels: podLabels(name, context), annotations: autoscaling(spec) },
          spec: podSpec(spec),
        },
        ...(spec.traffic ? { traffic: spec.traffic.map(trafficTarget) } : {}),
      },
    },
  ];
}

/** Names only: whatever changes here makes a new revision. */
function podLabels(name: string, { application, component }: ComponentContext): Record<string, string> {
  return { 'app.kubernetes.io/name': name, 'app.oam.dev/name': application, 'app.oam.dev/component': component };
}

/** Requests are counted by Knative's own autoscaler; CPU and memory only by Kubernetes'. */
function autoscaling({ metric, target, concurrency, minScale, maxScale }: ServerlessSpec): Record<string, string> {
  const counted = metric === 'concurrency' || metric === 'rps' ? 'kpa' : 'hpa';
  const limited = metric === 'concurrency' && concurrency > 0;
  const wanted = target ?? (limited ? concurrency : metric === 'memory' ? undefined : DEFAULT_TARGETS[metric]);
  const settings = {
    class: `${counted}.${AUTOSCALING}`,
    metric,
    ...(wanted === undefined ? {} : { target: wanted }),
    'min-scale': minScale,
    'max-scale': maxScale,
  };
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => [`${AUTOSCALING}/${key}`, String(value)]));
}

/** No security context of the pod: Knative's webhook refuses one unless a feature flag says otherwise. */
function podSpec(spec: ServerlessSpec): JsonObject {
  const { image, port, env = [], cpu, memory, concurrency, timeoutSeconds } = spec;
  return {
    containerConcurrency: concurrency,
    timeoutSeconds,
    enableServiceLinks: false,
    automountServiceAccountToken: false,
    containers: [
      {
        name: 'main',
        image,
        ports: [{ containerPort: port, protocol: 'TCP' }],
        ...(env.length > 0 ? { env: env.map(variable) } : {}),
        resources: { requests: { cpu, memory }, limits: { memory } },
        securityContext: { allowPrivilegeEscalation: false },
      },
    ],
  };
}

function variable({ name, value, fromSecret }: EnvironmentVariable): JsonObject {
  return fromSecret ? { name, valueFrom: { secretKeyRef: { ...fromSecret } } } : { name, value: value ?? '' };
}

function trafficTarget({ revision, percent, tag }: TrafficShare): JsonObject {
  return {
    ...(revision === undefined ? { latestRevision: true } : { latestRevision: false, revisionName: revision }),
    percent,
    ...(tag === undefined ? {} : { tag }),
  };
}
