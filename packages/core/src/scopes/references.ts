import type { KubernetesObject } from '@capstan/base';
import { getField, setField, type TypedReference } from '@capstan/oam-model';
import { isObject } from '../application/plain.ts';
import type { ScopeWrite } from './model.ts';

/** True when both name one object; uids do not count. */
export function isSameReference(one: TypedReference, other: TypedReference): boolean {
  return one.apiVersion === other.apiVersion && one.kind === other.kind && one.name === other.name;
}

/** True when a list of references, as read from anywhere, names the object. */
export function includesReference(list: readonly unknown[] | undefined, reference: TypedReference): boolean {
  return (list ?? []).some((item) => isReferenceTo(item, reference));
}

/** The references at a path; empty when nothing is there, undefined when it is something else. */
export function listAt(scope: KubernetesObject, path: string): readonly unknown[] | undefined {
  try {
    const value = getField(scope, path) ?? [];
    return Array.isArray(value) ? value : undefined;
  } catch {
    // A path that is none.
    return undefined;
  }
}

/** The scope with its references changed, or undefined when they are as they should be. A missing list is created. */
export function withReferences(scope: KubernetesObject, write: ScopeWrite): KubernetesObject | undefined {
  const { path, add, remove } = write;
  const before = getField(scope, path) ?? [];
  if (!Array.isArray(before)) return undefined;
  const kept = before.filter((item) => !remove.some((reference) => isReferenceTo(item, reference)));
  const missing = add.filter((one, at) => !includesReference(kept, one) && !includesReference(add.slice(0, at), one));
  if (missing.length === 0 && kept.length === before.length) return undefined;
  return setField(scope, path, [...kept, ...missing]);
}

function isReferenceTo(item: unknown, { apiVersion, kind, name }: TypedReference): boolean {
  return isObject(item) && item['apiVersion'] === apiVersion && item['kind'] === kind && item['name'] === name;
}
