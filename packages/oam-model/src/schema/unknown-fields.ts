import { OAM_CODES } from '../codes.ts';
import type { PathSegment } from '../field-path.ts';
import type { SchemaProblem } from '../problem.ts';
import type { Schema } from './types.ts';
import { validateAgainstSchema } from './validate.ts';

/** An object without what its schema does not know. */
export interface KnownFields<T> {
  readonly object: T;
  /** The fields that were left out, as the problems that strict validation makes of them. */
  readonly removed: readonly SchemaProblem[];
}

/**
 * Leaves out what the structural schema of an object does not know, as an API server that validates leniently prunes it.
 * The object itself is not changed.
 */
export function withoutUnknownFields<T>(object: T, schema: Schema): KnownFields<T> {
  const removed: SchemaProblem[] = [];
  let left = object;
  // Validation tells a limited number of problems at a time.
  for (;;) {
    const unknown = validateAgainstSchema(left, schema).filter(({ code }) => code === OAM_CODES.fieldUnknown);
    const next = unknown.reduce((value, { segments }) => withoutField(value, segments), left);
    if (next === left) return { object: left, removed };
    left = next;
    removed.push(...unknown);
  }
}

/** A copy without the field at a place; the value itself when nothing is there. */
export function withoutField<T>(value: T, [first, ...rest]: readonly PathSegment[]): T {
  if (first === undefined || typeof value !== 'object' || value === null || !Object.hasOwn(value, first)) return value;
  const fields = value as Readonly<Record<PathSegment, unknown>>;
  if (rest.length === 0) {
    const kept = Object.entries(fields).filter(([name]) => name !== String(first));
    return (Array.isArray(value) ? kept.map(([, item]) => item) : Object.fromEntries(kept)) as T;
  }
  const below = fields[first];
  const shorter = withoutField(below, rest);
  if (shorter === below) return value;
  return (Array.isArray(value) ? value.with(Number(first), shorter) : { ...value, [first]: shorter }) as T;
}
