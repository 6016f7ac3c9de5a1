import type { Pod } from '../model/core-types.ts';
import { compact, conditionIn, type PodTemplate, type StatusCondition } from '../model/meta.ts';
import { hasLabels } from '../model/selector.ts';
import type { ReplicaSetStatus } from '../model/workload-types.ts';
import { inDeletionOrder, isActive, isAvailable, isReady, isTerminating } from '../pods/pod-state.ts';

/** What a ReplicaSet and a ReplicationController have in common. */
export interface ReplicaOwner {
  readonly generation: number;
  readonly replicas: number;
  readonly minReadySeconds: number;
  readonly template: PodTemplate;
  readonly status: ReplicaSetStatus | undefined;
}

/** How many Pods are missing, or which are too many. */
export function decideReplicas(replicas: number, pods: readonly Pod[]): { create: number; remove: Pod[] } {
  const active = pods.filter(isActive);
  const surplus = active.length - replicas;
  return { create: Math.max(0, -surplus), remove: surplus > 0 ? inDeletionOrder(active).slice(0, surplus) : [] };
}

/**
 * The status for these Pods. `failure` is why Pods could not be created or deleted. Zeros are left out where the API
 * leaves them out.
 */
export function replicaStatus(
  owner: ReplicaOwner,
  pods: readonly Pod[],
  { now, failure, countsTerminating }: { now: number; failure?: StatusCondition; countsTerminating: boolean },
): ReplicaSetStatus {
  const active = pods.filter(isActive);
  const count = (test: (pod: Pod) => boolean) => active.filter(test).length;
  const labels = owner.template.metadata?.labels ?? {};
  const conditions = withFailure(owner.status?.conditions ?? [], failure);
  return compact({
    replicas: active.length,
    fullyLabeledReplicas: count((pod) => hasLabels(pod.metadata.labels, labels)) || undefined,
    readyReplicas: count(isReady) || undefined,
    availableReplicas: count((pod) => isAvailable(pod, owner.minReadySeconds, now)) || undefined,
    terminatingReplicas: countsTerminating ? pods.filter(isTerminating).length : undefined,
    observedGeneration: owner.generation || undefined,
    conditions: conditions.length === 0 ? undefined : conditions,
  }) as ReplicaSetStatus;
}

/** A failure that is known already keeps its time and words. */
function withFailure(known: readonly StatusCondition[], failure: StatusCondition | undefined): StatusCondition[] {
  const others = known.filter(({ type }) => type !== 'ReplicaFailure');
  if (!failure) return others;
  return [...others, conditionIn(known, 'ReplicaFailure') ?? failure];
}
