import type { Schema } from './types.ts';

/** Properties of an object schema whose names may end in `!`, which makes them required. */
export type Properties = Readonly<Record<string, Schema>>;

/** A string. */
export function text(description: string, more: Schema = {}): Schema {
  return { type: 'string', description, ...more };
}

/** A boolean. */
export function flag(description: string, more: Schema = {}): Schema {
  return { type: 'boolean', description, ...more };
}

/** A 32-bit integer. */
export function int32(description: string, more: Schema = {}): Schema {
  return { type: 'integer', format: 'int32', description, ...more };
}

/** A 64-bit integer. */
export function int64(description: string): Schema {
  return { type: 'integer', format: 'int64', description };
}

/** An object with these properties; a name that ends in `!` is required. */
export function record(description: string, properties: Properties, more: Schema = {}): Schema {
  const required = Object.keys(properties)
    .filter((name) => name.endsWith('!'))
    .map((name) => name.slice(0, -1));
  const named = Object.entries(properties).map(([name, schema]) => [name.replace(/!$/, ''), schema] as const);
  return {
    type: 'object',
    description,
    properties: Object.fromEntries(named),
    ...(required.length > 0 ? { required } : {}),
    ...more,
  };
}

/** A list. */
export function list(description: string, items: Schema, more: Schema = {}): Schema {
  return { type: 'array', description, items, ...more };
}

/** A map from strings to strings. */
export function textMap(description: string): Schema {
  return { type: 'object', description, additionalProperties: { type: 'string' } };
}

/** An object whose keys nobody prescribes. */
export function freeObject(description: string): Schema {
  return { type: 'object', description, 'x-kubernetes-preserve-unknown-fields': true };
}

/** A whole Kubernetes object inside another one. */
export function embeddedObject(description: string): Schema {
  return { ...freeObject(description), 'x-kubernetes-embedded-resource': true };
}
