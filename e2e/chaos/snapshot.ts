import { type JsonObject, type KindReference, type KubernetesObject, silentLogger } from '@capstan/base';
import { conditionsOf, createInformerHub, findCondition, type KubeClient } from '@capstan/kube';

const OAM = 'core.oam.dev/v1alpha2';
const APPLICATION: KindReference = { apiVersion: OAM, kind: 'ApplicationConfiguration' };

const KINDS: readonly KindReference[] = [
  APPLICATION,
  { apiVersion: OAM, kind: 'ContainerizedWorkload' },
  { apiVersion: OAM, kind: 'ManualScalerTrait' },
  { apiVersion: OAM, kind: 'HealthScope' },
  { apiVersion: 'workloads.capstan.dev/v1alpha1', kind: 'WebService' },
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'v1', kind: 'ConfigMap' },
];

/** What the cluster holds at this moment, by watches: looking at it asks nothing of the API server. */
export interface World {
  /** Everything that an application amounts to, without what differs from one namespace to another. */
  snapshot(namespace: string): Readonly<Record<string, unknown>>;
  /** Whether the application `app` says that it is ready as it is now. */
  isReady(namespace: string): boolean;
  stop(): Promise<void>;
}

/** Follows every kind of which applications consist, in all namespaces. */
export async function followWorld(client: KubeClient): Promise<World> {
  const ended = new AbortController();
  const hub = createInformerHub(client, { log: silentLogger, signal: ended.signal });
  const informers = KINDS.map((kind) => hub.use(kind).informer);
  await Promise.all(informers.map(({ synced }) => synced));
  const [applications] = informers;
  return {
    snapshot(namespace) {
      const objects = informers.flatMap((informer) => informer.list(namespace));
      const entries = objects
        .filter(({ metadata }) => metadata.name !== 'kube-root-ca.crt')
        .map((object) => [`${object.kind}/${object.metadata.name}`, essence(object, namespace)] as const);
      return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
    },
    isReady(namespace) {
      const application = applications?.get('app', namespace);
      const ready = application && findCondition(conditionsOf(application), 'Ready');
      return ready?.status === 'True' && ready.observedGeneration === application?.metadata.generation;
    },
    async stop() {
      ended.abort();
      await hub.stopped();
    },
  };
}

function essence(object: KubernetesObject, namespace: string): unknown {
  const { metadata, kind, status, ...rest } = object as KubernetesObject & { status?: JsonObject };
  const { labels, annotations, name, finalizers, ownerReferences, deletionTimestamp } = metadata;
  const owners = ownerReferences?.map((owner) => `${owner.kind}/${owner.name}`).sort();
  const state = { labels, annotations, name, finalizers, owners, deletionTimestamp };
  const spec = withoutLeftReplicas(object, owners);
  const seen = { ...rest, ...(spec && { spec }), kind, metadata: state, status: statusOf(object, status) };
  return scrubbed(seen, namespace);
}

/** A scaler that leaves an application leaves the replicas: then their number says which way led to the goal. */
function withoutLeftReplicas({ kind, ...object }: KubernetesObject, owners: readonly string[] = []) {
  const spec = object['spec'] as JsonObject | undefined;
  if (!spec || (kind !== 'Deployment' && kind !== 'WebService')) return spec;
  if (owners.some((owner) => owner.startsWith('ManualScalerTrait/'))) return spec;
  const { replicas: _left, ...stated } = spec;
  return stated;
}

/** Counts of pods come and go with their controllers; what Capstan says must be the same. */
function statusOf({ kind, ...object }: KubernetesObject, status: JsonObject | undefined): unknown {
  if (kind === 'Deployment') {
    const { replicas } = object['spec'] as { replicas?: number };
    return { ready: status?.['readyReplicas'] === replicas };
  }
  if (kind === 'WebService') return { conditions: status?.['conditions'] };
  if (kind === 'Service' || kind === 'ConfigMap') return undefined;
  return status;
}

/** Facts of one object's life that say nothing about whether the goal is reached. */
const OWN = new Set([
  'uid',
  'observedGeneration',
  'lastTransitionTime',
  'inventory',
  'clusterIP',
  'clusterIPs',
  'diagnosis',
  'workloadStatus',
  'message',
  'capstan.dev/applied',
  'app.oam.dev/generation',
  'deployment.kubernetes.io/revision',
  'containerizedworkload.oam.crossplane.io',
]);

function scrubbed(value: unknown, namespace: string): unknown {
  if (Array.isArray(value)) return value.map((item) => scrubbed(item, namespace)).sort(byText);
  if (typeof value === 'string') {
    return value === namespace ? 'NAMESPACE' : value.replace(/-v\d+$/, '-vN');
  }
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key, item]) => !OWN.has(key) && item !== undefined);
  return Object.fromEntries(kept.map(([key, item]) => [key, scrubbed(item, namespace)]));
}

function byText(one: unknown, other: unknown): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;
}
