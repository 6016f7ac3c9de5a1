import type { Condition, JsonObject } from '@capstan/base';
import { setCondition } from '@capstan/kube';
import type { Pod } from '../model/core-types.ts';
import { fromTime, isDeleting } from '../model/meta.ts';
import { scaled } from '../model/numbers.ts';
import { selects } from '../model/selector.ts';
import type { DisruptionBudget } from '../model/workload-types.ts';
import { isFinished, isReady } from '../pods/pod-state.ts';

/** What a disruption budget is computed from. */
export interface DisruptionState {
  readonly budget: DisruptionBudget;
  /** The Pods of the namespace. */
  readonly pods: readonly Pod[];
  /** How many replicas the workloads behind these Pods ask for, all together. */
  readonly expected: (pods: readonly Pod[]) => number;
  readonly now: number;
}

/** An eviction that did not lead to a deletion in this time is forgotten (disruption.DeletionTimeout). */
const EVICTION_MS = 120_000;

/** The status of a budget: how many Pods may be evicted now (disruption.trySync). */
export function disruptionStatus({ budget, pods, expected, now }: DisruptionState): JsonObject {
  const { minAvailable, maxUnavailable, selector } = budget.spec;
  const matched = pods.filter((pod) => selects(selector, pod.metadata.labels) && !isFinished(pod));
  const disrupted = disruptedPods(budget, matched, now);
  const healthy = matched.filter(
    (pod) => isReady(pod) && !isDeleting(pod) && disrupted[pod.metadata.name] === undefined,
  ).length;
  const byCount = typeof minAvailable === 'number';
  const total = byCount ? matched.length : expected(matched);
  const desired =
    minAvailable === undefined
      ? Math.max(0, total - scaled(maxUnavailable, total, 'up', total))
      : scaled(minAvailable, total, 'up');
  const allowed = total === 0 ? 0 : Math.max(0, healthy - desired);
  const { generation = 0 } = budget.metadata;
  const condition = {
    type: 'DisruptionAllowed',
    status: allowed > 0 ? 'True' : 'False',
    reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
    message: '',
  } as const;
  return {
    conditions: setCondition((budget.status?.conditions ?? []) as Condition[], condition, { generation, now }),
    currentHealthy: healthy,
    desiredHealthy: desired,
    ...(Object.keys(disrupted).length > 0 && { disruptedPods: disrupted }),
    disruptionsAllowed: allowed,
    expectedPods: total,
    observedGeneration: generation,
  };
}

/** Evicted Pods that have not begun to go yet. */
function disruptedPods({ status }: DisruptionBudget, pods: readonly Pod[], now: number): Record<string, string> {
  const waiting = Object.entries(status?.disruptedPods ?? {}).filter(
    ([name, time]) =>
      fromTime(time) + EVICTION_MS > now && pods.some((pod) => pod.metadata.name === name && !isDeleting(pod)),
  );
  return Object.fromEntries(waiting);
}
