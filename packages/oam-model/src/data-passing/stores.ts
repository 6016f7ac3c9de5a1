import type { KubernetesObject, ObjectReference } from '@capstan/base';
import type { StoreWrite } from './model.ts';
import { runOperations } from './operations.ts';

/**
 * A store after a write: what it is now, or a new one with the owners of its first source, with all operations done, in
 * order. Undefined while no source is there. Throws CAPSTAN_DATA_OPERATION_INVALID.
 */
export function storeAfter(
  { store, parts }: StoreWrite,
  live: KubernetesObject | undefined,
  sourceOf: (slot: string) => KubernetesObject | undefined,
): KubernetesObject | undefined {
  let next = live;
  for (const { source, operations } of parts) {
    const object = sourceOf(source);
    if (object) next = runOperations(next ?? newStore(store, object), object, operations);
  }
  return next;
}

function newStore({ apiVersion, kind, ...metadata }: ObjectReference, source: KubernetesObject): KubernetesObject {
  const { ownerReferences } = source.metadata;
  return { apiVersion, kind, metadata: { ...metadata, ...(ownerReferences ? { ownerReferences } : {}) } };
}
