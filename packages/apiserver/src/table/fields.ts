import type { KubeObject } from '../model/object.ts';

/** A JSON object of which nothing is known. */
export type Fields = Readonly<Record<string, unknown>>;

const NOTHING: Fields = {};

/** A field that is an object; empty where it is absent. */
export function fieldsOf(parent: Fields | KubeObject, ...path: readonly string[]): Fields {
  return optionalFields(parent, ...path) ?? NOTHING;
}

/** A field that is an object, or undefined. */
export function optionalFields(parent: Fields | KubeObject, ...path: readonly string[]): Fields | undefined {
  const value = valueAt(parent, path);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** A field that is a text; empty where it is absent. */
export function text(parent: Fields | KubeObject, ...path: readonly string[]): string {
  const value = valueAt(parent, path);
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

/** A field that is a number; 0 where it is absent. */
export function count(parent: Fields | KubeObject, ...path: readonly string[]): number {
  const value = valueAt(parent, path);
  return typeof value === 'number' ? value : 0;
}

/** A field that is true. */
export function isTrue(parent: Fields | KubeObject, ...path: readonly string[]): boolean {
  return valueAt(parent, path) === true;
}

/** A field that is a list of objects. */
export function items(parent: Fields | KubeObject, ...path: readonly string[]): readonly Fields[] {
  const value = valueAt(parent, path);
  return Array.isArray(value) ? (value as readonly Fields[]) : [];
}

/** A field that is a list of texts. */
export function texts(parent: Fields | KubeObject, ...path: readonly string[]): readonly string[] {
  const value = valueAt(parent, path);
  return Array.isArray(value) ? (value as readonly string[]) : [];
}

/** Any field; undefined where it is absent. */
export function valueAt(parent: Fields | KubeObject, path: readonly string[]): unknown {
  let value: unknown = parent;
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Fields)[name];
  }
  return value;
}
