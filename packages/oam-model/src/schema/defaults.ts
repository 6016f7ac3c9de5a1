import type { JsonObject } from '@capstan/base';
import { isJsonObject, ownProperty, withProperty } from '../json.ts';
import type { Schema } from './types.ts';

/**
 * A copy of a value as the API server keeps it: absent fields have the defaults of the schema, and nulls are gone where
 * the schema allows none. Without anything to change the value itself is returned.
 */
export function applySchemaDefaults<T>(value: T, schema: Schema): T {
  return withDefaults(value, schema) as T;
}

function withDefaults(value: unknown, schema: Schema): unknown {
  if (Array.isArray(value)) return withItemDefaults(value, schema);
  return isJsonObject(value) ? withFieldDefaults(value, schema) : value;
}

function withItemDefaults(items: unknown[], schema: Schema): unknown[] {
  const { items: itemSchema } = schema;
  if (!itemSchema) return items;
  const defaulted = items.map((item) => withDefaults(item, itemSchema));
  return defaulted.some((item, index) => item !== items[index]) ? defaulted : items;
}

function withFieldDefaults(object: JsonObject, schema: Schema): JsonObject {
  const { properties = {}, additionalProperties: more } = schema;
  let result = object;
  for (const [name, property] of Object.entries(properties)) {
    const present = ownProperty(object, name);
    const absent = present === undefined || (present === null && property.nullable !== true);
    if (absent && property.default !== undefined)
      result = withProperty(result, name, structuredClone(property.default));
  }
  for (const [name, field] of Object.entries(result)) {
    const fieldSchema = Object.hasOwn(properties, name) ? properties[name] : more;
    if (typeof fieldSchema !== 'object') continue;
    const settled = field === null && fieldSchema.nullable !== true ? undefined : withDefaults(field, fieldSchema);
    if (settled === undefined) result = without(result, name);
    else if (settled !== field) result = withProperty(result, name, settled);
  }
  return result;
}

function without(object: JsonObject, name: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([each]) => each !== name));
}
