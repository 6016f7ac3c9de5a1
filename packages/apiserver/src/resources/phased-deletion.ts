import { CLEANUP_FINALIZER, type Crd, withCondition } from '../crd/definition.ts';
import { conflict } from '../model/errors.ts';
import type { KubeObject } from '../model/object.ts';
import type { ApiResource } from '../model/resource.ts';
import { isMap } from '../schema/json.ts';
import { deletionFinalizers } from './deletion-policy.ts';
import type { DeleteOptions } from './operations.ts';

/*
 * Namespaces and CRDs hold other objects: the first request for their deletion only marks them, whatever finalizers they
 * have. Upstream: pkg/registry/core/namespace/storage and apiextensions-apiserver pkg/registry/customresourcedefinition.
 */

/** Whether the resource is that of namespaces. */
export function isNamespaces({ group, resource }: ApiResource): boolean {
  return group === '' && resource === 'namespaces';
}

function isCrds({ group, resource }: ApiResource): boolean {
  return group === 'apiextensions.k8s.io' && resource === 'customresourcedefinitions';
}

/** Whether objects of this resource are deleted in two phases. */
export function isPhased(resource: ApiResource): boolean {
  return isNamespaces(resource) || isCrds(resource);
}

/** Finalizers of a namespace's own kind, beside those of metadata: the namespace is emptied before they go. */
export function specFinalizers(object: KubeObject): readonly unknown[] {
  const { spec } = object;
  const finalizers = isMap(spec) ? spec['finalizers'] : undefined;
  return Array.isArray(finalizers) ? finalizers : [];
}

/** What another request for the deletion of a namespace finds: it stays as long as it is not empty. */
export function stillHoldsObjects(resource: ApiResource, live: KubeObject): boolean {
  return isNamespaces(resource) && specFinalizers(live).length > 0;
}

/** Throws the 409 of preconditions, which these two word in their own way. */
export function checkPhasedPreconditions(resource: ApiResource, live: KubeObject, options: DeleteOptions): void {
  const { name = '', uid = '', resourceVersion = '' } = live.metadata;
  const { uid: askedUid = uid, resourceVersion: askedVersion = resourceVersion } = options.preconditions ?? {};
  const refuse = (what: string, asked: string, found: string) =>
    conflict(
      resource,
      name,
      `Precondition failed: ${what} in precondition: ${asked}, ${what} in object meta: ${found}`,
    );
  if (askedUid !== uid) throw refuse('UID', askedUid, uid);
  if (askedVersion !== resourceVersion) throw refuse('ResourceVersion', askedVersion, resourceVersion);
}

/** The first phase; changes the object that it is given. */
export function markTerminating(resource: ApiResource, next: KubeObject, options: DeleteOptions, now: string): void {
  const { metadata } = next;
  metadata.deletionTimestamp = now;
  if (isNamespaces(resource)) {
    const finalizers = deletionFinalizers(resource, metadata.finalizers ?? [], options);
    if (finalizers.length > 0) metadata.finalizers = finalizers;
    else delete metadata.finalizers;
    next['status'] = { ...(next['status'] as object | undefined), phase: 'Terminating' };
    return;
  }
  metadata.finalizers = [...new Set([...(metadata.finalizers ?? []), CLEANUP_FINALIZER])];
  const { status } = next as Crd;
  const pending = {
    type: 'Terminating',
    status: 'True',
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  } as const;
  next['status'] = { ...status, conditions: withCondition(status?.conditions ?? [], pending, now) };
}
