import { deepEqual } from '../model/equality.ts';
import { KINDS } from '../model/kinds.ts';
import { compact, controllerReference, fromTime, type PodTemplate } from '../model/meta.ts';
import { hashOf } from '../model/names.ts';
import { scaled } from '../model/numbers.ts';
import type { Deployment, ReplicaSet } from '../model/workload-types.ts';

/** Label of a ReplicaSet's Pods that tells them from those of the Deployment's other ReplicaSets. */
export const HASH_LABEL = 'pod-template-hash';
/** Annotation of the Deployment and its ReplicaSets: which version this is. */
export const REVISION = 'deployment.kubernetes.io/revision';
const HISTORY = 'deployment.kubernetes.io/revision-history';
const DESIRED = 'deployment.kubernetes.io/desired-replicas';
const MAX = 'deployment.kubernetes.io/max-replicas';
const MAX_HISTORY_LENGTH = 2000;
const MAX_NAME = 253;

/** Annotations of a Deployment that its ReplicaSets do not get. */
const NOT_COPIED = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'deprecated.deployment.rollback.to',
  REVISION,
  HISTORY,
  DESIRED,
  MAX,
]);

/** How many Pods a Deployment may have too many (0 unless it rolls). */
export function maxSurge({ spec }: Deployment): number {
  return fenceposts(spec)[0];
}

/** How many Pods a Deployment may lack while it rolls. */
export function maxUnavailable({ spec }: Deployment): number {
  return Math.min(spec.replicas, fenceposts(spec)[1]);
}

function fenceposts({ strategy, replicas }: Deployment['spec']): readonly [number, number] {
  if (strategy.type !== 'RollingUpdate' || replicas === 0) return [0, 0];
  const surge = scaled(strategy.rollingUpdate?.maxSurge, replicas, 'up');
  const unavailable = scaled(strategy.rollingUpdate?.maxUnavailable, replicas, 'down');
  // Both may round to nothing, and then no Pod could ever be replaced.
  return surge === 0 && unavailable === 0 ? [0, 1] : [surge, unavailable];
}

/** The oldest first. */
export function byAge(sets: readonly ReplicaSet[]): ReplicaSet[] {
  return sets.toSorted(
    (one, other) =>
      fromTime(one.metadata.creationTimestamp) - fromTime(other.metadata.creationTimestamp) ||
      (one.metadata.name < other.metadata.name ? -1 : 1),
  );
}

/** The oldest ReplicaSet whose template is the Deployment's. */
export function findNewSet({ spec }: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  const wanted = withoutHash(spec.template);
  return byAge(sets).find((set) => deepEqual(withoutHash(set.spec.template), wanted));
}

function withoutHash({ metadata, spec }: PodTemplate): PodTemplate {
  const { [HASH_LABEL]: _, ...labels } = metadata?.labels ?? {};
  return { metadata: { ...metadata, labels }, spec };
}

/** The number in a ReplicaSet's revision annotation, 0 for none. */
export function revisionOf(set: ReplicaSet): number {
  return numberIn(set, REVISION) ?? 0;
}

/** How many replicas the Deployment wanted when the ReplicaSet was last scaled. */
export function desiredReplicas(set: ReplicaSet): number | undefined {
  return numberIn(set, DESIRED);
}

/** How many replicas the Deployment could have had then. */
export function maxReplicas(set: ReplicaSet): number | undefined {
  return numberIn(set, MAX);
}

function numberIn({ metadata }: ReplicaSet, annotation: string): number | undefined {
  const number = Number.parseInt(metadata.annotations?.[annotation] ?? '', 10);
  return Number.isNaN(number) ? undefined : number;
}

/** A ReplicaSet for the Deployment's template as it is now. */
export function newSetOf(deployment: Deployment, replicas: number, revision: number): ReplicaSet {
  const { spec, status, metadata } = deployment;
  const hash = hashOf(spec.template, status?.collisionCount);
  const labels = { ...spec.template.metadata?.labels, [HASH_LABEL]: hash };
  const name = `${metadata.name.slice(0, MAX_NAME - 1 - hash.length)}-${hash}`;
  const set: ReplicaSet = {
    ...KINDS.replicaSet,
    metadata: compact({
      name,
      namespace: metadata.namespace ?? '',
      labels,
      ownerReferences: [controllerReference(deployment)],
    }),
    spec: compact({
      replicas,
      minReadySeconds: spec.minReadySeconds || undefined,
      selector: { ...spec.selector, matchLabels: { ...spec.selector.matchLabels, [HASH_LABEL]: hash } },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
    }) as ReplicaSet['spec'],
  };
  return withSizeAnnotations(withRevision(deployment, set, revision), deployment);
}

/** The ReplicaSet with the Deployment's annotations, and its revision when that is higher than what it has. */
export function withRevision(deployment: Deployment, set: ReplicaSet, revision: number): ReplicaSet {
  const before = set.metadata.annotations ?? {};
  const copied = Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => !NOT_COPIED.has(key));
  const annotations = { ...before, ...Object.fromEntries(copied) };
  const old = before[REVISION];
  if (revisionOf(set) < revision) {
    annotations[REVISION] = String(revision);
    // It is rolled back to: what it was before stays known.
    if (old !== undefined) annotations[HISTORY] = extended(before[HISTORY], old);
  }
  if (deepEqual(annotations, before)) return set;
  return { ...set, metadata: { ...set.metadata, annotations } };
}

function extended(history: string | undefined, revision: string): string {
  const all = [...(history ? history.split(',') : []), revision];
  while (all.length > 1 && all.join(',').length > MAX_HISTORY_LENGTH) all.shift();
  return all.join(',');
}

/** The ReplicaSet with notes about how large its Deployment is and may get. */
export function withSizeAnnotations(set: ReplicaSet, deployment: Deployment): ReplicaSet {
  const { replicas } = deployment.spec;
  const sizes = { [DESIRED]: String(replicas), [MAX]: String(replicas + maxSurge(deployment)) };
  return { ...set, metadata: { ...set.metadata, annotations: { ...set.metadata.annotations, ...sizes } } };
}
