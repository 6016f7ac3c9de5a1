import type { KubernetesObject } from '@capstan/base';
import { isBlank, isJsonObject, withoutZeroStructs } from '../json.ts';

/**
 * The items of a list of objects. Files are read before they are checked: what is no list has no items, and what is no
 * object counts as an empty one, so that the others keep their places.
 */
export function objectsOf<T extends object>(list: readonly T[] | undefined): readonly T[] {
  return Array.isArray(list) ? list.map((item) => (isJsonObject(item) ? item : {}) as T) : [];
}

/** True for an object that says what it is: apiVersion and kind are there. */
export function saysItsKind(object: unknown): object is KubernetesObject {
  return isJsonObject(object) && isName(object['apiVersion']) && isName(object['kind']);
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

/**
 * An embedded object without what Go clients write for nothing: an empty `status`, and in metadata nulls and empty
 * strings. The rest is the kind's own business and stays.
 */
export function withoutEmptyMetadata(object: KubernetesObject): KubernetesObject {
  const { status, metadata, ...rest } = object;
  const kept = isJsonObject(metadata) ? withoutZeroStructs(metadata, ['labels', 'annotations']) : metadata;
  return {
    ...rest,
    ...(kept === undefined || kept === null ? {} : { metadata: kept }),
    ...(isBlank(status) ? {} : { status }),
  } as KubernetesObject;
}
