import type { JsonObject } from '@capstan/base';
import type { ValueSource } from './package-install.ts';
import { valueAt } from './predicate.ts';

/** What packages export to others: package name, then name of the export. */
export type ExportedValues = Readonly<Record<string, JsonObject>>;

/** What a source copies: of the configuration or of an export, as it is or by the source's map. Undefined where nothing is. */
export function copiedValue(
  { from, of, map }: Pick<ValueSource, 'from' | 'of' | 'map'>,
  configuration: JsonObject,
  exported: ExportedValues,
): unknown {
  const value = valueAt(of === undefined ? configuration : exported[of], from);
  if (map === undefined || value === undefined) return structuredClone(value);
  const key = String(value);
  return Object.hasOwn(map, key) ? structuredClone(map[key]) : undefined;
}

/** A value at a path of new objects. */
export function nested(path: readonly string[], value: unknown): JsonObject {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as JsonObject;
}

/** Merges into the first object, which is changed; lists and scalars are replaced. No prototype can be reached. */
export function mergeValues(into: JsonObject, from: JsonObject): JsonObject {
  for (const [key, value] of Object.entries(from)) {
    if (key === '__proto__') continue;
    const current = into[key];
    into[key] = isObject(current) && isObject(value) ? mergeValues(current, value) : value;
  }
  return into;
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
