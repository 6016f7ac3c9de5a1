/** A value of a type of ours that can be compared. */
export interface Equatable {
  equals(other: unknown): boolean;
}

function isEquatable(value: unknown): value is Equatable {
  return typeof value === 'object' && value !== null && 'equals' in value && typeof value.equals === 'function';
}

/** Whether two CEL values are equal: numbers of different types by value (`1n` and `1`), lists and maps by content. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isNumber(a) && isNumber(b)) return a <= b && a >= b;
  if (isEquatable(a)) return a.equals(b);
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, at) => equal(item, b[at]));
  if (a instanceof Map)
    return (
      b instanceof Map && a.size === b.size && [...a].every(([name, item]) => b.has(name) && equal(item, b.get(name)))
    );
  if (a instanceof Date) return b instanceof Date && a.getTime() === b.getTime();
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  return false;
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}
