import type { JsonObject } from '@capstan/base';
import { isMap } from './schema-node.ts';

const ROOT_FIELDS = ['apiVersion', 'kind', 'metadata'];
const KEEP = 'x-kubernetes-preserve-unknown-fields';

interface Place {
  readonly value: unknown;
  readonly schema: JsonObject;
  readonly path: string;
  /** The object itself or one that is embedded whole: its kind and metadata are always kept. */
  readonly whole: boolean;
}

/**
 * The fields of an object that a schema would drop, by the pruning rules of structural schemas: what it does not name,
 * unless it keeps unknown fields or takes any entry there. Their paths.
 */
export function droppedFields(object: JsonObject, schema: JsonObject): string[] {
  const dropped: string[] = [];
  const pending: Place[] = [{ value: object, schema, path: '', whole: true }];
  for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
    if (Array.isArray(place.value)) pending.push(...itemPlaces(place, place.value));
    else if (isMap(place.value)) pending.push(...memberPlaces(place, place.value, dropped));
  }
  return dropped.sort();
}

function itemPlaces({ schema, path }: Place, items: readonly unknown[]): Place[] {
  const { items: node } = schema;
  return isMap(node) ? items.map((value, index) => placeOf(value, node, `${path}[${index}]`)) : [];
}

function memberPlaces({ schema, path, whole }: Place, value: JsonObject, dropped: string[]): Place[] {
  return Object.entries(value).flatMap(([key, member]) => {
    if (whole && ROOT_FIELDS.includes(key)) return [];
    const name = path === '' ? key : `${path}.${key}`;
    const node = memberSchema(schema, key);
    if (node === 'dropped') dropped.push(name);
    return typeof node === 'string' ? [] : [placeOf(member, node, name)];
  });
}

function placeOf(value: unknown, schema: JsonObject, path: string): Place {
  return { value, schema, path, whole: schema['x-kubernetes-embedded-resource'] === true };
}

function memberSchema(node: JsonObject, key: string): JsonObject | 'kept' | 'dropped' {
  const properties = isMap(node['properties']) ? node['properties'] : {};
  const named = Object.hasOwn(properties, key) ? properties[key] : undefined;
  if (isMap(named)) return named;
  const entries = node['additionalProperties'];
  if (isMap(entries)) return entries;
  return entries === true || node[KEEP] === true ? 'kept' : 'dropped';
}
