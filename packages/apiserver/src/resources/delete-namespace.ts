import type { KubeObject } from '../model/object.ts';
import type { ApiResource } from '../model/resource.ts';
import { isMap } from '../schema/json.ts';

/** Whether the resource is that of namespaces. */
export function isNamespaces({ group, resource }: ApiResource): boolean {
  return group === '' && resource === 'namespaces';
}

/** Finalizers of a namespace's own kind, beside those of metadata: the namespace is emptied before they go. */
export function specFinalizers(namespace: KubeObject): readonly unknown[] {
  const { spec } = namespace;
  const finalizers = isMap(spec) ? spec['finalizers'] : undefined;
  return Array.isArray(finalizers) ? finalizers : [];
}

/**
 * What the first request for deletion makes of a namespace: it stays until its finalizers are gone, and says so
 * (pkg/registry/core/namespace/storage). `next` is changed.
 */
export function terminateNamespace(next: KubeObject, finalizers: readonly string[], now: string): void {
  const { metadata } = next;
  metadata.deletionTimestamp = now;
  if (finalizers.length > 0) metadata.finalizers = [...finalizers];
  else delete metadata.finalizers;
  next['status'] = { ...(next['status'] as object | undefined), phase: 'Terminating' };
}
