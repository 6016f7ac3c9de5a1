import { goValue } from '../model/go-format.ts';
import { isMap, own } from '../schema/json.ts';
import { goTypeName } from './go-names.ts';
import { badFormat, noMergeKey, patchFailure, wrongType } from './strategic-errors.ts';

/** An object of a patch or a document. */
export type Fields = Record<string, unknown>;

/** Whether the elements of the lists are objects. Throws where they are of several types, or lists. */
export function elementsAreObjects(...lists: readonly (readonly unknown[])[]): boolean {
  const all = lists.flat();
  const [first] = all;
  if (all.length === 0) throw patchFailure('no elements in any of the given slices');
  if (Array.isArray(first)) throw patchFailure('lists of lists are not supported');
  const type = goTypeName(first);
  if (all.some((element) => goTypeName(element) !== type)) {
    throw patchFailure(`list element types are not identical: ${goValue(lists)}`);
  }
  return isMap(first);
}

/** The place of the object whose merge key has this value, or -1. */
export function findByKey(list: readonly unknown[], mergeKey: string, value: unknown): number {
  for (const [at, element] of list.entries()) {
    if (!isMap(element)) throw patchFailure(`value for key ${at} is not a map`);
    if (Object.hasOwn(element, mergeKey) && element[mergeKey] === value) return at;
  }
  return -1;
}

/** The value of an element's merge key. Throws where it has none. */
export function keyOf(element: unknown, mergeKey: string): unknown {
  if (!isMap(element)) throw wrongType({}, element);
  if (!Object.hasOwn(element, mergeKey)) throw noMergeKey(element, mergeKey);
  return element[mergeKey];
}

/**
 * The order of a merged list: elements that `wanted` names in its order, all others in the order they had, both kept as near
 * to where they were as that allows (the proposal "preserve order in strategic merge patch").
 */
export function ordered(
  merged: readonly unknown[],
  wanted: readonly unknown[],
  before: readonly unknown[],
  mergeKey: string,
  objects: boolean,
): unknown[] {
  if (objects) for (const element of [...merged, ...wanted]) keyOf(element, mergeKey);
  const identity = (element: unknown) => (objects ? own(element as Fields, mergeKey) : element);
  const wantedAt = places(wanted, identity);
  const beforeAt = places(before, identity);
  const byPlace = (at: ReadonlyMap<unknown, number>) => (a: unknown, b: unknown) =>
    (at.get(identity(a)) ?? 0) - (at.get(identity(b)) ?? 0);
  const named = merged.filter((element) => wantedAt.has(identity(element))).sort(byPlace(wantedAt));
  const others = merged.filter((element) => !wantedAt.has(identity(element))).sort(byPlace(beforeAt));
  return interleave(others, named, (element) => beforeAt.get(identity(element)));
}

function places(list: readonly unknown[], identity: (element: unknown) => unknown): Map<unknown, number> {
  const at = new Map<unknown, number>();
  for (const [place, element] of list.entries()) if (!at.has(identity(element))) at.set(identity(element), place);
  return at;
}

function interleave(
  others: readonly unknown[],
  named: readonly unknown[],
  placeBefore: (element: unknown) => number | undefined,
): unknown[] {
  const result: unknown[] = [];
  let next = 0;
  for (const element of named) {
    const place = placeBefore(element);
    while (next < others.length && place !== undefined && (placeBefore(others[next]) ?? place) < place) {
      result.push(others[next]);
      next += 1;
    }
    result.push(element);
  }
  return [...result, ...others.slice(next)];
}

/** Throws where the elements of a patch are not in the order that its own `$setElementOrder` asks for. */
export function checkOrder(patch: readonly unknown[], order: readonly unknown[], mergeKey: string): void {
  if (patch.length === 0 || order.length === 0) return;
  if (mergeKey !== '' && patch.some((element) => !isMap(element))) {
    throw wrongType(
      {},
      patch.find((element) => !isMap(element)),
    );
  }
  const elements = mergeKey === '' ? patch : patch.filter((element) => (element as Fields)['$patch'] !== 'delete');
  let at = 0;
  let place = 0;
  while (at < elements.length && place < order.length) {
    const element = elements[at];
    if (isMap(element) && Object.hasOwn(element, '$patch')) {
      at += 1;
      continue;
    }
    const wanted = order[place];
    const same = mergeKey === '' ? element === wanted : keyOf(element, mergeKey) === keyOf(wanted, mergeKey);
    if (same) at += 1;
    place += 1;
  }
  if (at < elements.length && place >= order.length) {
    const message = `The order in patch list:\n${goValue(patch)}\n doesn't match $setElementOrder list:\n${goValue(order)}\n`;
    throw patchFailure(message);
  }
}

/**
 * A list that is changed in its own array as long as there is room, as Go's slices are. An array that was made longer by
 * nobody keeps its length: what is deleted leaves room at its end, which later additions take. The order of merged lists is
 * measured by such an array, so that it shows.
 */
export class SharedList {
  #array: unknown[];
  #length: number;

  constructor(array: unknown[]) {
    this.#array = array;
    this.#length = array.length;
  }

  /** The elements. */
  elements(): unknown[] {
    return this.#array.slice(0, this.#length);
  }

  set(at: number, element: unknown): void {
    this.#array[at] = element;
  }

  add(element: unknown): void {
    if (this.#length === this.#array.length) this.#array = [...this.#array, element];
    else this.#array[this.#length] = element;
    this.#length += 1;
  }

  delete(at: number): void {
    this.#array.copyWithin(at, at + 1, this.#length);
    this.#length -= 1;
  }
}

/** What follows the slash of `$setElementOrder/containers`. Throws 400 where nothing does. */
export function fieldOfDirective(name: string, prefix: string): string {
  const slash = name.indexOf('/');
  if (slash >= 0 && name.slice(0, slash) === prefix) return name.slice(slash + 1);
  throw badFormat(prefix === '$setElementOrder' ? 'setElementOrder list' : 'primitive list');
}
