import { isMap } from '../schema/json.ts';
import type { ListAtom } from './atoms.ts';
import { type KeyField, keyStep, valueStep } from './path-element.ts';

/** Why an item has no step of its own: it is in a list with keys or a set and does not fit there. */
export class ItemError extends Error {
  override readonly name = 'ItemError';
}

/** The step to an item of a set or of a list with keys (upstream typed/helpers.go). Throws ItemError. */
export function itemStep(list: ListAtom, item: unknown): string {
  return list.keys.length > 0 ? keyedStep(list, item) : setStep(item);
}

function setStep(item: unknown): string {
  if (Array.isArray(item)) throw new ItemError('not supported: associative list with lists as elements');
  if (item === null) throw new ItemError("associative list without keys has an element that's an explicit null");
  if (typeof item === 'object') throw new ItemError("associative list without keys has an element that's a map type");
  return valueStep(item);
}

function keyedStep(list: ListAtom, item: unknown): string {
  if (item === null) throw new ItemError('associative list with keys may not have a null element');
  if (!isMap(item)) throw new ItemError('associative list with keys may not have non-map elements');
  const found: KeyField[] = [];
  for (const key of list.keys) {
    if (Object.hasOwn(item, key)) found.push([key, item[key]]);
    else {
      const value = list.keyDefaults.get(key);
      if (value !== undefined) found.push([key, value]);
    }
  }
  if (found.length === 0) {
    const keys = list.keys.map((key) => JSON.stringify(key)).join(' ');
    throw new ItemError(
      `associative list with keys has an element that omits all key fields [${keys}] (and doesn't have default values for any key fields)`,
    );
  }
  if (found.length > 1) found.sort(([a], [b]) => (a < b ? -1 : 1));
  return keyStep(found);
}

/** An item with its step. */
export interface Item {
  readonly step: string;
  readonly value: unknown;
}

/** The items of a list that has been validated. */
export function itemsOf(list: ListAtom, values: readonly unknown[]): Item[] {
  return values.map((value) => ({ step: itemStep(list, value), value }));
}
