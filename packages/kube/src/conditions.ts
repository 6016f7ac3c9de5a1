import type { Condition } from '@capstan/base';

/** A condition without what `setCondition` stamps. */
export type NewCondition = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/** What every condition of one status write has in common. */
export interface ConditionStamp {
  /** metadata.generation of the object that was looked at. */
  readonly generation?: number | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * The list with this condition set: stamps observedGeneration, moves lastTransitionTime only when the status changes
 * (metav1.Condition), keeps the order of the others. Returns a new list.
 */
export function setCondition(list: readonly Condition[], condition: NewCondition, stamp: ConditionStamp): Condition[] {
  const before = list.find((one) => one.type === condition.type);
  const lastTransitionTime = before?.status === condition.status ? before.lastTransitionTime : toTime(stamp.now);
  const { type, status, reason, message } = condition;
  const observed = stamp.generation === undefined ? {} : { observedGeneration: stamp.generation };
  const next: Condition = { type, status, reason, message, lastTransitionTime, ...observed };
  return before ? list.map((one) => (one === before ? next : one)) : [...list, next];
}

/** The condition of a type, or undefined. */
export function findCondition(list: readonly Condition[], type: string): Condition | undefined {
  return list.find((one) => one.type === type);
}

/** metav1.Time: RFC 3339 in whole seconds. */
function toTime(now: number): string {
  return new Date(now).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
