import type { KubeObject } from '../../model/object.ts';

/** A part of an object as a map; made where it is absent. The object must belong to the caller. */
export function part(object: KubeObject, name: string): Record<string, unknown> {
  const found = object[name];
  if (typeof found === 'object' && found !== null && !Array.isArray(found)) return found as Record<string, unknown>;
  const made: Record<string, unknown> = {};
  object[name] = made;
  return made;
}

/** The maps in a list. */
export function maps(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? (value as Record<string, unknown>[]) : [];
}
