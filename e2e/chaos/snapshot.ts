import { isCapstanError, type JsonObject, type KindReference, type KubernetesObject } from '@capstan/base';
import { KUBE_CODES, type KubeClient } from '@capstan/kube';

const OAM = 'core.oam.dev/v1alpha2';

const KINDS: readonly KindReference[] = [
  { apiVersion: OAM, kind: 'ApplicationConfiguration' },
  { apiVersion: OAM, kind: 'ContainerizedWorkload' },
  { apiVersion: OAM, kind: 'ManualScalerTrait' },
  { apiVersion: OAM, kind: 'HealthScope' },
  { apiVersion: 'workloads.capstan.dev/v1alpha1', kind: 'WebService' },
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'v1', kind: 'ConfigMap' },
];

/** Everything that an application amounts to in a namespace, without what differs from one namespace to another. */
export async function snapshot(client: KubeClient, namespace: string): Promise<Record<string, unknown>> {
  const found = await Promise.all(KINDS.map((kind) => list(client, kind, namespace)));
  const objects = found.flat().filter(({ metadata }) => metadata.name !== 'kube-root-ca.crt');
  const entries = objects.map((object) => [`${object.kind}/${object.metadata.name}`, essence(object, namespace)]);
  return Object.fromEntries(entries.sort(([one], [other]) => (String(one) < String(other) ? -1 : 1)));
}

async function list(client: KubeClient, kind: KindReference, namespace: string): Promise<readonly KubernetesObject[]> {
  try {
    return (await client.list(kind, { namespace })).items;
  } catch (error) {
    if (isCapstanError(error, KUBE_CODES.kindUnknown)) return [];
    throw error;
  }
}

function essence(object: KubernetesObject, namespace: string): unknown {
  const { metadata, kind, status, ...rest } = object as KubernetesObject & { status?: JsonObject };
  const { labels, annotations, name, finalizers, ownerReferences, deletionTimestamp } = metadata;
  const owners = ownerReferences?.map((owner) => `${owner.kind}/${owner.name}`).sort();
  const state = { labels, annotations, name, finalizers, owners, deletionTimestamp };
  return scrubbed({ ...rest, kind, metadata: state, status: statusOf(kind, status) }, namespace);
}

/** Counts of pods come and go with their controllers; what Capstan says must be the same. */
function statusOf(kind: string, status: JsonObject | undefined): unknown {
  if (kind === 'Deployment') return { ready: status?.['readyReplicas'] };
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
