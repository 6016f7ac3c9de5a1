import { spend } from './budget.ts';
import type { CelEnvironment } from './engine.ts';
import { equal } from './equality.ts';

/* Lists: apiserver pkg/cel/library/lists.go, cel-go's ext/sets.go and parts of ext/lists.go. */

type Comparable = bigint | number | string | boolean | Date;
type List = readonly unknown[];

function comparable(value: unknown): Comparable {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  if (typeof value === 'object' && value !== null && 'valueOf' in value) return value.valueOf() as Comparable;
  return value as Comparable;
}

function ordered(list: List): Comparable[] {
  return list.map((item) => {
    spend();
    return comparable(item);
  });
}

function extreme(list: List, better: (a: Comparable, b: Comparable) => boolean, name: string): unknown {
  if (list.length === 0) throw new RangeError(`${name} called on empty list`);
  return list.reduce((best, item) => (better(comparable(item), comparable(best)) ? item : best));
}

function contains(list: List, item: unknown): boolean {
  return list.some((one) => {
    spend();
    return equal(one, item);
  });
}

function distinct(list: List): unknown[] {
  const found: unknown[] = [];
  for (const item of list) if (!contains(found, item)) found.push(item);
  return found;
}

class SetsNamespace {}

/** Adds isSorted, sum, min, max, indexOf, lastIndexOf, distinct, reverse, slice, sort, flatten and sets.*. */
export function registerLists(environment: CelEnvironment): void {
  const on = environment.registerFunction.bind(environment);
  on('list<dyn>.isSorted(): bool', (list: List) => {
    const values = ordered(list);
    return values.every((value, at) => at === 0 || (values[at - 1] as Comparable) <= value);
  });
  on('list<A>.sum(): A', (list: List) => sum(list));
  on('list<A>.min(): A', (list: List) => extreme(list, (a, b) => a < b, 'min'));
  on('list<A>.max(): A', (list: List) => extreme(list, (a, b) => a > b, 'max'));
  on('list<A>.indexOf(A): int', (list: List, item: unknown) => BigInt(list.findIndex((one) => equal(one, item))));
  on('list<A>.lastIndexOf(A): int', (list: List, item: unknown) =>
    BigInt(list.findLastIndex((one) => equal(one, item))),
  );
  on('list<A>.distinct(): list<A>', (list: List) => distinct(list));
  on('list<A>.reverse(): list<A>', (list: List) => [...list].reverse());
  on('list<A>.sort(): list<A>', (list: List) =>
    [...list].sort((a, b) => (comparable(a) < comparable(b) ? -1 : comparable(a) > comparable(b) ? 1 : 0)),
  );
  on('list<A>.slice(int, int): list<A>', slice);
  on('list<dyn>.flatten(): list<dyn>', (list: List) => list.flat(1));
  on('list<dyn>.flatten(int): list<dyn>', (list: List, depth: bigint) => list.flat(Number(depth)));
  environment.registerType('SetsNamespace', SetsNamespace);
  environment.registerConstant('sets', 'SetsNamespace', new SetsNamespace());
  const within = (list: List, part: List): boolean => part.every((item) => contains(list, item));
  on('SetsNamespace.contains(list<dyn>, list<dyn>): bool', (_: unknown, list: List, part: List) => within(list, part));
  on(
    'SetsNamespace.equivalent(list<dyn>, list<dyn>): bool',
    (_: unknown, a: List, b: List) => within(a, b) && within(b, a),
  );
  on('SetsNamespace.intersects(list<dyn>, list<dyn>): bool', (_: unknown, a: List, b: List) =>
    a.some((item) => contains(b, item)),
  );
}

function slice(list: List, start: bigint, end: bigint): unknown[] {
  const [from, to] = [Number(start), Number(end)];
  if (from < 0 || to < 0) throw new RangeError(`cannot slice(${from}, ${to}), negative indexes not supported`);
  if (from > to)
    throw new RangeError(`cannot slice(${from}, ${to}), start index must be less than or equal to end index`);
  if (to > list.length) throw new RangeError(`cannot slice(${from}, ${to}), list is length ${list.length}`);
  return list.slice(from, to);
}

/** Numbers and durations; an empty list gives the integer 0, as the list's type is not known any more. */
function sum(list: List): unknown {
  return list.reduce(
    (total, item) => add(total, item),
    typeof list[0] === 'number' ? 0 : list.length === 0 ? 0n : undefined,
  );
}

function add(total: unknown, item: unknown): unknown {
  spend();
  if (total === undefined) return item;
  if (typeof total === 'bigint' && typeof item === 'bigint') return total + item;
  if (typeof total === 'number' && typeof item === 'number') return total + item;
  return (total as { addDuration(other: unknown): unknown }).addDuration(item);
}
