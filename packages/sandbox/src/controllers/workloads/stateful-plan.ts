import type { Pod } from '../model/core-types.ts';
import { compact, isDeleting } from '../model/meta.ts';
import { scaled } from '../model/numbers.ts';
import type { StatefulSet, StatefulSetStatus } from '../model/workload-types.ts';
import { isAvailable, isFinished, isReady } from '../pods/pod-state.ts';
import { ordinalOf, revisionOfPod } from './stateful-pods.ts';

/** What the StatefulSet controller looks at. */
export interface StatefulState {
  readonly set: StatefulSet;
  readonly pods: readonly Pod[];
  /** Names of the revision that Pods had, and of the one that they are to have. */
  readonly currentRevision: string;
  readonly updateRevision: string;
  readonly now: number;
}

/** What is to be done in this step. */
export interface StatefulPlan {
  readonly create: readonly { readonly ordinal: number; readonly current: boolean }[];
  readonly remove: readonly Pod[];
  /** Those of `remove` that go because the set got smaller. */
  readonly condemned: readonly Pod[];
}

interface Rules {
  readonly monotonic: boolean;
  readonly isUp: (pod: Pod) => boolean;
}

const NOTHING: StatefulPlan = { create: [], remove: [], condemned: [] };

/**
 * Decides one step (defaultStatefulSetControl.updateStatefulSet): ordered sets do one thing at a time and only while all
 * before it are up; parallel sets do all at once; updates come when the numbers are right, from the highest ordinal.
 */
export function decideStatefulSet(state: StatefulState): StatefulPlan {
  const { set, pods, now } = state;
  if (isDeleting(set)) return NOTHING;
  const rules: Rules = {
    monotonic: set.spec.podManagementPolicy !== 'Parallel',
    isUp: (pod) => pod.status?.phase === 'Running' && isAvailable(pod, set.spec.minReadySeconds, now),
  };
  const start = set.spec.ordinals?.start ?? 0;
  const end = start + set.spec.replicas;
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(pod), pod]));
  const replicas = Array.from({ length: set.spec.replicas }, (_, index) => byOrdinal.get(start + index));
  const condemned = pods
    .filter((pod) => ordinalOf(pod) >= 0 && (ordinalOf(pod) < start || ordinalOf(pod) >= end))
    .toSorted((one, other) => ordinalOf(other) - ordinalOf(one));
  const filled = fill(state, replicas, start, rules);
  if (filled) return filled;
  const present = replicas.filter((pod) => pod !== undefined);
  const shrunk = shrink(present, condemned, rules);
  if (shrunk) return shrunk;
  return update(state, present, rules);
}

/** Pods that are missing or have ended. Undefined when the replicas let the next part go on. */
function fill(
  { set }: StatefulState,
  replicas: readonly (Pod | undefined)[],
  start: number,
  { monotonic, isUp }: Rules,
): StatefulPlan | undefined {
  const create: { ordinal: number; current: boolean }[] = [];
  const remove: Pod[] = [];
  let blocked = false;
  for (const [index, pod] of replicas.entries()) {
    if (!pod) create.push({ ordinal: start + index, current: usesCurrent(set, start + index) });
    else if (isFinished(pod)) {
      if (!isDeleting(pod)) remove.push(pod);
      blocked = true;
    } else if (!monotonic || (isUp(pod) && !isDeleting(pod))) continue;
    else blocked = true;
    if (monotonic) break;
  }
  const acts = create.length + remove.length > 0;
  return acts || blocked ? { create, remove, condemned: [] } : undefined;
}

/** Whether a new Pod of this ordinal gets the old template (newVersionedStatefulSetPod). */
function usesCurrent({ spec, status }: StatefulSet, ordinal: number): boolean {
  const { type = 'RollingUpdate', rollingUpdate } = spec.updateStrategy ?? {};
  const start = spec.ordinals?.start ?? 0;
  if (rollingUpdate) return ordinal < start + (rollingUpdate.partition ?? 0);
  return type === 'RollingUpdate' && ordinal < start + (status?.currentReplicas ?? 0);
}

function shrink(
  replicas: readonly Pod[],
  condemned: readonly Pod[],
  { monotonic, isUp }: Rules,
): StatefulPlan | undefined {
  const doomed = condemned.filter((pod) => !isDeleting(pod));
  if (condemned.length === 0) return undefined;
  if (!monotonic) return doomed.length > 0 ? { create: [], remove: doomed, condemned: doomed } : undefined;
  const [first] = condemned;
  if (!first || isDeleting(first)) return NOTHING;
  const firstDown = [...replicas, ...condemned.toReversed()].find((pod) => !isUp(pod) || isDeleting(pod));
  if (!isUp(first) && first !== firstDown) return NOTHING;
  return { create: [], remove: [first], condemned: [first] };
}

function update({ set, updateRevision }: StatefulState, replicas: readonly Pod[], { isUp }: Rules): StatefulPlan {
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {};
  if (type === 'OnDelete') return NOTHING;
  const { partition = 0, maxUnavailable } = rollingUpdate ?? {};
  const most = Math.max(1, scaled(maxUnavailable, set.spec.replicas, 'up', 1));
  const down = replicas.filter((pod) => !isUp(pod) || isDeleting(pod)).length;
  const candidates = replicas
    .slice(partition)
    .toReversed()
    .filter((pod) => revisionOfPod(pod) !== updateRevision && !isDeleting(pod));
  return { create: [], remove: candidates.slice(0, Math.max(0, most - down)), condemned: [] };
}

/** The status for these Pods; a finished update makes its revision the current one. */
export function statefulStatus(state: StatefulState, collisions: number): StatefulSetStatus {
  const { set, pods, updateRevision, now } = state;
  const count = (test: (pod: Pod) => boolean) => pods.filter(test).length;
  const running = (pod: Pod) => pod.status?.phase === 'Running';
  const at = (revision: string) => count((pod) => !isDeleting(pod) && revisionOfPod(pod) === revision);
  const readyReplicas = count((pod) => running(pod) && isReady(pod));
  const updatedReplicas = at(updateRevision);
  const wanted = set.spec.replicas;
  const complete =
    (set.spec.updateStrategy?.type ?? 'RollingUpdate') === 'RollingUpdate' &&
    [pods.length, readyReplicas, updatedReplicas].every((number) => number === wanted);
  return compact({
    observedGeneration: set.metadata.generation || undefined,
    replicas: pods.length,
    readyReplicas: readyReplicas || undefined,
    currentReplicas: (complete ? updatedReplicas : at(state.currentRevision)) || undefined,
    updatedReplicas: updatedReplicas || undefined,
    currentRevision: complete ? updateRevision : state.currentRevision,
    updateRevision,
    collisionCount: collisions,
    availableReplicas: count((pod) => running(pod) && isAvailable(pod, set.spec.minReadySeconds, now)),
  }) as StatefulSetStatus;
}
