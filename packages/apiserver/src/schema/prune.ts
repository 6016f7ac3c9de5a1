import type { SchemaNode } from '../model/schema.ts';
import { isMap, type JsonMap, own } from './json.ts';

/*
 * Removal of what a structural schema does not specify, as apiextensions-apiserver pkg/apiserver/schema/pruning and
 * schema/defaulting/prunenulls.go.
 */

const META_FIELDS = new Set(['apiVersion', 'kind', 'metadata']);

/**
 * Removes, in place, fields that the structural schema does not specify. `root`: the value is a whole resource, whose
 * apiVersion, kind and metadata stay untouched. Returns the removed fields as paths in order (`spec.a[0].b`), where
 * `collect` asks for them. Never throws on JSON.
 */
export function pruneUnknown(
  value: unknown,
  schema: SchemaNode | undefined,
  options: { readonly root: boolean; readonly collect?: boolean },
): string[] {
  const removed: string[] | undefined = options.collect === true ? [] : undefined;
  prune(value, schema, options.root, '', removed);
  return removed?.sort() ?? [];
}

/** The schema of a field; undefined means: nothing is specified. `true` and absence of a schema of values differ not. */
function schemaOfField(schema: SchemaNode, name: string): { readonly node: SchemaNode | undefined } | undefined {
  const property = schema.properties && own(schema.properties, name);
  if (property) return { node: property };
  const additional = schema.additionalProperties;
  if (additional === undefined) return undefined;
  return { node: typeof additional === 'boolean' ? undefined : additional };
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function prune(value: unknown, schema: SchemaNode | undefined, root: boolean, path: string, removed?: string[]): void {
  const preserve = schema?.['x-kubernetes-preserve-unknown-fields'] === true;
  if (Array.isArray(value)) {
    value.forEach((item, at) => {
      if (preserve) keep(item, schema.items, false, `${path}[${at}]`, removed);
      else prune(item, schema?.items, false, `${path}[${at}]`, removed);
    });
  } else if (isMap(value)) {
    if (preserve) keep(value, schema, root, path, removed);
    else pruneMap(value, schema, root, path, removed);
  }
}

function pruneMap(map: JsonMap, schema: SchemaNode | undefined, root: boolean, path: string, removed?: string[]): void {
  const embedded = root || schema?.['x-kubernetes-embedded-resource'] === true;
  for (const name of Object.keys(map)) {
    if (embedded && META_FIELDS.has(name)) continue;
    const found = schema && schemaOfField(schema, name);
    if (found) {
      prune(map[name], found.node, false, removed ? join(path, name) : '', removed);
    } else {
      removed?.push(join(path, name));
      delete map[name];
    }
  }
}

/** Unknown fields stay; what is specified is pruned by its own schema. */
function keep(value: unknown, schema: SchemaNode | undefined, root: boolean, path: string, removed?: string[]): void {
  if (!schema) return;
  if (Array.isArray(value)) {
    value.forEach((item, at) => {
      keep(item, schema.items, false, `${path}[${at}]`, removed);
    });
  } else if (isMap(value)) {
    const embedded = root || schema['x-kubernetes-embedded-resource'] === true;
    for (const name of Object.keys(value)) {
      if (embedded && META_FIELDS.has(name)) continue;
      const found = schemaOfField(schema, name);
      if (found) prune(value[name], found.node, false, removed ? join(path, name) : '', removed);
    }
  }
}

/**
 * Removes, in place, nulls of fields that may not be null and have no default: they count as absent. Nulls that have a
 * default are left for `applyDefaults`.
 */
export function pruneNulls(value: unknown, schema: SchemaNode | undefined): void {
  if (Array.isArray(value)) {
    for (const item of value) pruneNulls(item, schema?.items);
  } else if (isMap(value)) {
    for (const name of Object.keys(value)) {
      const node = schema && schemaOfField(schema, name)?.node;
      if (value[name] === null && node && node.nullable !== true && node.default === undefined) delete value[name];
      else pruneNulls(value[name], node);
    }
  }
}
