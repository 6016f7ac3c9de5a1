import type { SchemaNode } from '../model/schema.ts';
import { copyJson, isMap, type JsonMap, own, setField } from './json.ts';

/*
 * Defaults of structural schemas, as apiextensions-apiserver pkg/apiserver/schema/defaulting/algorithm.go. Schemas are
 * compiled to closures once; parts of a schema without defaults cost nothing.
 */

type Defaulter = (value: unknown) => void;

const NOTHING: Defaulter = () => undefined;
const compiled = new WeakMap<SchemaNode, Defaulter>();

/**
 * Sets, in place, the defaults of absent fields, and of nulls that the schema does not allow (`nullable`). Defaults are
 * copied. Idempotent; never throws on JSON.
 */
export function applyDefaults(value: unknown, schema: SchemaNode): void {
  defaulterOf(schema)(value);
}

function defaulterOf(schema: SchemaNode): Defaulter {
  let found = compiled.get(schema);
  if (!found) {
    // Schemas of built-in types may be cyclic: a node that is being compiled is looked up again when it is used.
    compiled.set(schema, (value) => compiled.get(schema)?.(value));
    found = compile(schema);
    compiled.set(schema, found);
  }
  return found;
}

/** A null where the schema wants a value and has a default for it. */
function replacesNull(value: unknown, schema: SchemaNode): boolean {
  return value === null && schema.nullable !== true && schema.default !== undefined;
}

function compile(schema: SchemaNode): Defaulter {
  const properties = compileProperties(schema.properties ?? {});
  const additional = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
  const values = additional ? forEntries(additional, schema.properties ?? {}) : NOTHING;
  const items = schema.items ? forItems(schema.items) : NOTHING;
  if (properties === NOTHING && values === NOTHING && items === NOTHING) return NOTHING;
  return (value) => {
    if (Array.isArray(value)) {
      items(value);
    } else if (isMap(value)) {
      properties(value);
      values(value);
    }
  };
}

function compileProperties(properties: Readonly<Record<string, SchemaNode>>): Defaulter {
  const direct = Object.entries(properties).filter(([, node]) => node.default !== undefined);
  const below = Object.entries(properties)
    .map(([name, node]) => [name, defaulterOf(node)] as const)
    .filter(([, defaulter]) => defaulter !== NOTHING);
  if (direct.length === 0 && below.length === 0) return NOTHING;
  return (value) => {
    const map = value as JsonMap;
    for (const [name, node] of direct) {
      if (!Object.hasOwn(map, name) || replacesNull(map[name], node)) setField(map, name, copyJson(node.default));
    }
    for (const [name, defaulter] of below) if (Object.hasOwn(map, name)) defaulter(map[name]);
  };
}

function forEntries(additional: SchemaNode, properties: Readonly<Record<string, SchemaNode>>): Defaulter {
  const defaulter = defaulterOf(additional);
  if (defaulter === NOTHING && additional.default === undefined) return NOTHING;
  return (value) => {
    const map = value as JsonMap;
    for (const name of Object.keys(map)) {
      if (own(properties, name)) continue;
      if (replacesNull(map[name], additional)) setField(map, name, copyJson(additional.default));
      defaulter(map[name]);
    }
  };
}

function forItems(items: SchemaNode): Defaulter {
  const defaulter = defaulterOf(items);
  if (defaulter === NOTHING && items.default === undefined) return NOTHING;
  return (value) => {
    const list = value as unknown[];
    for (let at = 0; at < list.length; at += 1) {
      if (replacesNull(list[at], items)) list[at] = copyJson(items.default);
      defaulter(list[at]);
    }
  };
}
