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

/** The step of items that cannot have one. Nobody owns it, and it never leaves this folder. */
const INVALID_STEP = '';

/** An item with its step. */
export interface Item {
  readonly step: string;
  readonly value: unknown;
}

/** The items of a list, which may have items without a step of their own: pruning may leave a null behind. */
export function itemsOf(list: ListAtom, values: readonly unknown[]): Item[] {
  return values.map((value) => ({ step: stepOrInvalid(list, value), value }));
}

/** The step to an item; one that nothing else has for items that do not fit. */
export function stepOrInvalid(list: ListAtom, item: unknown): string {
  try {
    return itemStep(list, item);
  } catch (error) {
    if (error instanceof ItemError) return INVALID_STEP;
    throw error;
  }
}
