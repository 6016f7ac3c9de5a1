import type { UnitPlan } from '../plan/types.ts';

/**
 * The units of a package in the order of their removal: none goes before a unit that was installed after it because it
 * needs it. Where either may go first, the later one in the package does.
 */
export function removalOrder<T extends Pick<UnitPlan, 'id' | 'after'>>(units: readonly T[]): T[] {
  const left = new Set(units.toReversed());
  const order: T[] = [];
  while (left.size > 0) {
    const free = [...left].find(({ id }) => ![...left].some((other) => (other.after ?? []).includes(id)));
    const next = free ?? [...left][0];
    if (next === undefined) break;
    left.delete(next);
    order.push(next);
  }
  return order;
}
