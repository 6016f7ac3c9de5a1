import type { JsonObject } from '@capstan/base';
import { canonicalJson } from '@capstan/capability-model';
import type { CrdFinding } from './types.ts';

/** A finding before it is known which version it is of and how bad it is. */
export type SchemaFinding = Pick<CrdFinding, 'rule' | 'message'> & { readonly path: string };

/** Whether a value is a plain map. */
export function isMap(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The texts of a list; none where it is something else. */
export function stringsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

/** Whether two JSON values are the same, whatever the order of their keys. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  return canonicalJson(a) === canonicalJson(b);
}
