import type { Pod } from '../model/core-types.ts';
import { deepEqual } from '../model/equality.ts';
import { conditionIn, fromTime, isDeleting, type StatusCondition } from '../model/meta.ts';

/** The condition Ready of a Pod. */
function readyCondition(pod: Pod): StatusCondition | undefined {
  return conditionIn(pod.status?.conditions, 'Ready');
}

/** Whether the Pod's condition Ready holds. */
export function isReady(pod: Pod): boolean {
  return readyCondition(pod)?.status === 'True';
}

/** Whether the Pod has been ready for long enough (podutil.IsPodAvailable). */
export function isAvailable(pod: Pod, minReadySeconds = 0, now = 0): boolean {
  if (!isReady(pod)) return false;
  return minReadySeconds === 0 || availableAt(pod, minReadySeconds) <= now;
}

/** When a ready Pod counts as available, in milliseconds since the epoch. */
function availableAt(pod: Pod, minReadySeconds: number): number {
  return fromTime(readyCondition(pod)?.lastTransitionTime) + minReadySeconds * 1000;
}

/** Milliseconds until the next of these Pods becomes available by itself, or undefined when none will. */
export function untilAvailable(pods: readonly Pod[], minReadySeconds = 0, now = 0): number | undefined {
  if (minReadySeconds === 0) return undefined;
  const times = pods.filter(isReady).map((pod) => availableAt(pod, minReadySeconds) - now);
  const waiting = times.filter((ms) => ms > 0);
  return waiting.length === 0 ? undefined : Math.min(...waiting);
}

/** Whether the Pod has ended, well or badly. */
export function isFinished({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/** Whether the Pod counts as one that runs or will (controller.IsPodActive). */
export function isActive(pod: Pod): boolean {
  return !isFinished(pod) && !isDeleting(pod);
}

/** Whether the Pod is on its way out but has not ended (controller.IsPodTerminating). */
export function isTerminating(pod: Pod): boolean {
  return !isFinished(pod) && isDeleting(pod);
}

/** Pods in the order in which a controller gives them up, the first first (controller.ActivePodsWithRanks). */
export function inDeletionOrder(pods: readonly Pod[]): Pod[] {
  return pods.toSorted((one, other) => {
    for (const [rank, way] of RANKS) {
      const difference = (rank(one) - rank(other)) * way;
      if (difference !== 0) return difference;
    }
    return (one.metadata.uid ?? '') < (other.metadata.uid ?? '') ? -1 : 1;
  });
}

const PHASES: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

/** Each with the direction in which it counts. */
const RANKS: readonly (readonly [(pod: Pod) => number, 1 | -1])[] = [
  [(pod) => (pod.spec.nodeName ? 1 : 0), 1],
  [(pod) => PHASES[pod.status?.phase ?? ''] ?? 0, 1],
  [(pod) => (isReady(pod) ? 1 : 0), 1],
  [(pod) => Number.parseInt(pod.metadata.annotations?.[DELETION_COST] ?? '0', 10) || 0, 1],
  [(pod) => fromTime(readyCondition(pod)?.lastTransitionTime), -1],
  [(pod) => Math.max(0, ...(pod.status?.containerStatuses ?? []).map(({ restartCount = 0 }) => restartCount)), -1],
  [(pod) => fromTime(pod.metadata.creationTimestamp), -1],
];

/** Whether a change of a Pod concerns those who count Pods: readiness, phase, owner, labels, deletion. */
export function mattersToOwners(pod: Pod, old: Pod | undefined): boolean {
  if (old === undefined) return true;
  return (
    pod.status?.phase !== old.status?.phase ||
    isReady(pod) !== isReady(old) ||
    isDeleting(pod) !== isDeleting(old) ||
    pod.spec.nodeName !== old.spec.nodeName ||
    !deepEqual(pod.metadata.labels, old.metadata.labels) ||
    !deepEqual(pod.metadata.ownerReferences, old.metadata.ownerReferences)
  );
}
