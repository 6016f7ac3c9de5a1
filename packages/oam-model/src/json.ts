import type { JsonObject } from '@capstan/base';

/** True for a JSON object: not null, not a list. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The own property, or undefined: names such as `__proto__` and `constructor` are data here. */
export function ownProperty(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** A copy with one property set, also when its name is `__proto__`. */
export function withProperty<T extends object>(object: T, name: string, value: unknown): T {
  const copy = { ...object };
  Object.defineProperty(copy, name, { value, enumerable: true, configurable: true, writable: true });
  return copy;
}

/** True when nothing in the value says anything: how Go clients write what they leave out. */
export function isBlank(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (Array.isArray(value)) return value.every(isBlank);
  return isJsonObject(value) && Object.values(value).every(isBlank);
}

/**
 * The value without what Go clients write for fields that they leave out: empty strings, nulls, empty lists, and objects
 * of nothing but those (`valueFrom: {dataOutputName: ""}`); undefined when nothing remains. Zeros and `false` say
 * something, and so does a list that has items: these keep their positions. Fields with a name in `opaque` are kept as
 * they are, whatever they hold: where the content is not ours (a workload's `emptyDir: {}`) nothing may be left out.
 */
export function withoutZeroStructs(value: unknown, opaque: readonly string[] = []): unknown {
  if (value === null || value === '') return undefined;
  if (Array.isArray(value)) {
    const items = value.map((item) => withoutZeroStructs(item, opaque) ?? (isJsonObject(item) ? {} : item));
    return items.length === 0 ? undefined : items;
  }
  if (!isJsonObject(value)) return value;
  const fields = Object.entries(value)
    .map(([name, field]) => [name, opaque.includes(name) ? field : withoutZeroStructs(field, opaque)] as const)
    .filter(([, field]) => field !== undefined);
  return fields.length === 0 ? undefined : Object.fromEntries(fields);
}
