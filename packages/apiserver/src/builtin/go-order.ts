import { compareCodePoints } from '../model/go-format.ts';
import type { GoStruct, GoType } from './go-types.ts';
import { asFields, type Fields } from './values.ts';

/*
 * The order of fields in JSON that Go writes: fields of structs as they are declared, keys of maps sorted. Clients show
 * objects as they come, and messages about patches quote them.
 */

/**
 * Puts the fields of an object and of all its parts into Go's order, and writes null for empty lists, which the protobuf
 * that Kubernetes stores does not tell from absent ones. Parts are replaced, never changed.
 */
export function orderFields(struct: GoStruct, object: Fields): void {
  const sorted = orderStruct(struct, object);
  for (const field of Object.keys(object)) delete object[field];
  Object.assign(object, sorted);
}

function orderStruct(struct: GoStruct, value: Fields): Fields {
  const result: Fields = {};
  for (const field of struct.fields.values()) {
    const part = value[field.json];
    if (part !== undefined) result[field.json] = isEmptyList(field.type, part) ? null : orderValue(field.type, part);
  }
  return result;
}

function isEmptyList(type: GoType, value: unknown): boolean {
  return type.is === 'list' && (value as unknown[] | null)?.length === 0;
}

function orderValue(type: GoType, value: unknown): unknown {
  if (value === null) return value;
  switch (type.is) {
    case 'pointer':
      return orderValue(type.to, value);
    case 'struct':
      return orderStruct(type.struct, value as Fields);
    case 'list':
      return hasOrder(type.of) ? (value as unknown[]).map((item) => orderValue(type.of, item)) : value;
    case 'map':
      return orderMap(type.of, asFields(value) ?? {});
    default:
      return value;
  }
}

function hasOrder(type: GoType): boolean {
  if (type.is === 'pointer') return hasOrder(type.to);
  return type.is === 'struct' || type.is === 'list' || type.is === 'map';
}

function orderMap(of: GoType, value: Fields): Fields {
  const names = Object.keys(value);
  const nested = hasOrder(of);
  if (names.length < 2) return nested ? orderEntries(of, value, names) : value;
  return orderEntries(of, value, names.sort(compareCodePoints));
}

function orderEntries(of: GoType, value: Fields, names: readonly string[]): Fields {
  // fromEntries makes a field of a key such as __proto__.
  return Object.fromEntries(names.map((name) => [name, orderValue(of, value[name])]));
}
