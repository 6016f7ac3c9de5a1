import { child, index, key } from '../model/field-error.ts';
import type { SchemaNode } from '../model/schema.ts';
import { isMap, type JsonMap, own } from './json.ts';

const embedding = new WeakMap<SchemaNode, boolean>();

/** Whether there are embedded objects somewhere in a structural schema. */
export function hasEmbedded(schema: SchemaNode): boolean {
  let found = embedding.get(schema);
  if (found === undefined) {
    found = schema['x-kubernetes-embedded-resource'] === true || childSchemas(schema).some(hasEmbedded);
    embedding.set(schema, found);
  }
  return found;
}

function childSchemas(schema: SchemaNode): SchemaNode[] {
  const { properties, items, additionalProperties } = schema;
  return [
    ...Object.values(properties ?? {}),
    ...(items ? [items] : []),
    ...(typeof additionalProperties === 'object' ? [additionalProperties] : []),
  ];
}

/** How the path of a map's value is written: `a.key` or `a[key]`. */
export type MapKey = (path: string, key: string) => string;

/** Calls `visit` for every embedded object, with its field path. */
export function visitEmbedded(
  value: unknown,
  schema: SchemaNode,
  path: string,
  visit: (object: JsonMap, path: string) => void,
  mapKey: MapKey = key,
): void {
  if (!hasEmbedded(schema)) return;
  if (Array.isArray(value)) {
    for (const [at, item] of value.entries())
      if (schema.items) visitEmbedded(item, schema.items, index(path, at), visit, mapKey);
    return;
  }
  if (!isMap(value)) return;
  if (schema['x-kubernetes-embedded-resource'] === true) visit(value, path);
  for (const [name, field] of Object.entries(value)) {
    const property = schema.properties && own(schema.properties, name);
    if (property) visitEmbedded(field, property, child(path, name), visit, mapKey);
    else if (typeof schema.additionalProperties === 'object')
      visitEmbedded(field, schema.additionalProperties, mapKey(path, name), visit, mapKey);
  }
}
