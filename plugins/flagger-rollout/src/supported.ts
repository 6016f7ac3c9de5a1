import type { JsonValue } from '@capstan/plugin-api';
import { isRecord } from './plain.ts';

/**
 * Which fields of a value are taken: `true` takes anything, a list takes lists of such items, `*` any member's name.
 */
export type Shape = true | readonly [Shape] | { readonly [member: string]: Shape };

/** Dotted paths of what a value has and a shape does not take. */
export function beyond(value: unknown, shape: Shape, path: string): string[] {
  if (shape === true) return [];
  if (isList(shape)) {
    return Array.isArray(value) ? value.flatMap((item, at) => beyond(item, shape[0], `${path}[${at}]`)) : [];
  }
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const taken = shape[name] ?? shape['*'];
    return taken === undefined ? [`${path}.${name}`] : beyond(member, taken, `${path}.${name}`);
  });
}

/**
 * A value as Flagger's own types would write it back: without members that are false or empty. In a list these would
 * otherwise go when Flagger first writes the Canary, and the list would become Flagger's.
 */
export function compact(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(compact);
  if (!isRecord(value)) return value;
  const kept = Object.entries(value)
    .map(([name, member]) => [name, compact(member as JsonValue)] as const)
    .filter(([, member]) => member !== false && !isEmpty(member));
  return Object.fromEntries(kept);
}

function isEmpty(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.keys(value).length === 0;
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}
