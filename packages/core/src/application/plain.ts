import type { JsonObject, KubernetesObject } from '@capstan/base';
import { canonicalJson, digestOf } from '@capstan/capability-model';
import { APPLIED_ANNOTATION } from './names.ts';

/** True for a JSON object, false for arrays and null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object's spec, empty when it has none. */
export function specOf(object: KubernetesObject): JsonObject {
  return isObject(object['spec']) ? object['spec'] : {};
}

/** An object's status, empty when it has none. */
export function statusOf(object: KubernetesObject | undefined): JsonObject {
  return object && isObject(object['status']) ? object['status'] : {};
}

/** True when two JSON values are the same, whatever the order of their keys. */
export function same(one: unknown, other: unknown): boolean {
  return canonicalJson(one) === canonicalJson(other);
}

/** The object with the digest of what it states in an annotation, so that a dropped field is noticed later. */
export function withDigest(object: KubernetesObject): KubernetesObject {
  const annotations = { ...object.metadata.annotations, [APPLIED_ANNOTATION]: digestOf(object) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/**
 * An object without the fields that are null: in the reference's merge patches they take a field away, which with
 * server-side apply is done by not stating it. Items of lists stay as they are.
 */
export function withoutNulls<T>(value: T): T {
  if (!isObject(value)) return value;
  const fields = Object.entries(value).filter(([, field]) => field !== null);
  return Object.fromEntries(fields.map(([name, field]) => [name, withoutNulls(field)])) as T;
}
