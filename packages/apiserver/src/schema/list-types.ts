import type { StatusCause } from '../model/api-error.ts';
import { child, duplicate, index, invalid, key } from '../model/field-error.ts';
import { goJson } from '../model/go-format.ts';
import type { SchemaNode } from '../model/schema.ts';
import { isMap, own } from './json.ts';

/**
 * Items that occur twice in lists of type set, and items with the same keys in lists of type map
 * (apiextensions-apiserver pkg/apiserver/schema/listtype). Each doubled item is told once.
 */
export function validateListTypes(value: unknown, schema: SchemaNode, path = ''): StatusCause[] {
  if (!hasListTypes(schema)) return [];
  if (Array.isArray(value)) return validateList(value, schema, path);
  if (!isMap(value)) return [];
  const additional = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
  return Object.entries(value).flatMap(([name, field]) => {
    const property = schema.properties && own(schema.properties, name);
    return [
      ...(additional ? validateListTypes(field, additional, key(path, name)) : []),
      ...(property ? validateListTypes(field, property, child(path, name)) : []),
    ];
  });
}

const known = new WeakMap<SchemaNode, boolean>();

/** Whether there is a set or map list somewhere below; most schemas have none, and cost nothing. */
function hasListTypes(schema: SchemaNode): boolean {
  const found = known.get(schema);
  if (found !== undefined) return found;
  known.set(schema, false);
  const type = schema['x-kubernetes-list-type'];
  const below = [
    ...Object.values(schema.properties ?? {}),
    ...(schema.items ? [schema.items] : []),
    ...(typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : []),
  ];
  const has = type === 'set' || type === 'map' || below.some(hasListTypes);
  known.set(schema, has);
  return has;
}

function validateList(list: readonly unknown[], schema: SchemaNode, path: string): StatusCause[] {
  const type = schema['x-kubernetes-list-type'];
  const causes: StatusCause[] = [];
  if (type === 'set') {
    causes.push(...repeated(list.map(goJson)).map((at) => duplicate(index(path, at), list[at])));
  } else if (type === 'map') {
    causes.push(...validateListMap(list, schema['x-kubernetes-list-map-keys'] ?? [], path));
  }
  const items = schema.items;
  if (items) for (const [at, item] of list.entries()) causes.push(...validateListTypes(item, items, index(path, at)));
  return causes;
}

function validateListMap(list: readonly unknown[], keys: readonly string[], path: string): StatusCause[] {
  const odd = list.findIndex((item) => item !== null && !isMap(item));
  if (odd >= 0) return [invalid(index(path, odd), list[odd], 'must be an object for an array of list-type map')];
  const identities = list.map((item) =>
    Object.fromEntries(
      keys.filter((name) => isMap(item) && Object.hasOwn(item, name)).map((name) => [name, isMap(item) && item[name]]),
    ),
  );
  return repeated(identities.map(goJson)).map((at) => duplicate(index(path, at), identities[at]));
}

/** Positions of the second occurrences. */
function repeated(texts: readonly string[]): number[] {
  const times = new Map<string, number>();
  const found: number[] = [];
  texts.forEach((text, at) => {
    const seen = (times.get(text) ?? 0) + 1;
    times.set(text, seen);
    if (seen === 2) found.push(at);
  });
  return found;
}
