import { isJsonObject, ownProperty, withProperty } from '../json.ts';
import type { Schema } from './types.ts';

/**
 * A copy of a value with the defaults of its schema, as the API server sets them: absent fields, and nulls where the
 * schema allows none; then inside what is there. Without anything to set the value itself is returned.
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

function withFieldDefaults(object: Record<string, unknown>, schema: Schema): Record<string, unknown> {
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
    const defaulted = typeof fieldSchema === 'object' ? withDefaults(field, fieldSchema) : field;
    if (defaulted !== field) result = withProperty(result, name, defaulted);
  }
  return result;
}
