import { ApiError } from '../model/api-error.ts';
import { badRequest, conflict, invalid, OPTIMISTIC_LOCK } from '../model/errors.ts';
import { invalid as invalidField } from '../model/field-error.ts';
import { goQuote } from '../model/go-format.ts';
import type { KubeObject, ManagedFieldsEntry, ObjectMeta } from '../model/object.ts';
import type { StrategyContext } from '../model/resource.ts';
import { sameJson } from '../schema/json.ts';
import type { StoredObject } from '../storage/store.ts';
import type { Caller, Target } from './operations.ts';
import { specFinalizers } from './phased-deletion.ts';
import { storagePath } from './storage-path.ts';

/* The rules of an update that hold for every type (apiserver registry/rest/update.go, registry/generic/registry/store.go). */

/** Throws 400 where the body names another object than the URL. */
export function checkName(object: KubeObject, name: string): void {
  const found = object.metadata.name ?? '';
  if (found === name) return;
  if (found === '') {
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  }
  throw badRequest(`the name of the object (${found}) does not match the name on the URL (${name})`);
}

/** Throws 409 where the client means another object that had the same name. */
export function checkUid(target: Target, name: string, stored: StoredObject, uid: string | undefined): void {
  const found = stored.object.metadata.uid ?? '';
  if (uid === undefined || uid === '' || uid === found) return;
  const { storage, source } = target.resource;
  const key = storagePath(storage, source === 'crd', target.namespace, name);
  const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${found}`;
  const error = `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`;
  throw conflict(target.resource, name, error);
}

/** Optimistic locking: an object without a resourceVersion gets the present one where its type allows that. */
export function checkVersion(target: Target, name: string, next: KubeObject, stored: StoredObject): void {
  const version = next.metadata.resourceVersion ?? '';
  const present = String(stored.revision);
  if (version === present) return;
  const { resource } = target;
  if (version === '' || version === '0') {
    if (!resource.strategy.unconditionalUpdate) {
      const cause = invalidField('metadata.resourceVersion', 0, 'must be specified for an update');
      throw invalid({ group: resource.group, kind: resource.resource }, name, [cause]);
    }
    next.metadata.resourceVersion = present;
    return;
  }
  if (!/^\d+$/.test(version)) {
    throw new ApiError(500, '', `strconv.ParseUint: parsing ${goQuote(version)}: invalid syntax`);
  }
  throw conflict(resource, name, OPTIMISTIC_LOCK);
}

/** Puts back what an update may not change, counts generations and validates. Throws 422. */
export function prepareUpdate(
  next: KubeObject,
  live: KubeObject,
  target: Target,
  context: StrategyContext,
  caller: Pick<Caller, 'warn'>,
): void {
  const { resource } = target;
  const { strategy } = resource;
  keep(next.metadata, live.metadata, 'generation');
  strategy.prepareForUpdate(next, live, context);
  // Strategies of status count nothing upstream, not even the annotations that count for a Deployment itself.
  const counts = target.subresource !== 'status' && strategy.generationChanges(next, live);
  if (counts) next.metadata.generation = (live.metadata.generation ?? 0) + 1;
  const { metadata } = next;
  if ((metadata.uid ?? '') === '') keep(metadata, live.metadata, 'uid');
  keep(metadata, live.metadata, 'creationTimestamp');
  if (live.metadata.deletionTimestamp !== undefined) keep(metadata, live.metadata, 'deletionTimestamp');
  if (metadata.deletionGracePeriodSeconds === undefined) keep(metadata, live.metadata, 'deletionGracePeriodSeconds');
  const causes = strategy.validateUpdate(next, live, context);
  if (causes.length > 0)
    throw invalid({ group: resource.storage.group, kind: resource.kind }, metadata.name ?? '', causes);
  for (const text of strategy.warnings(next, live)) caller.warn(text);
}

function keep<Field extends keyof ObjectMeta>(next: ObjectMeta, live: ObjectMeta, field: Field): void {
  if (live[field] === undefined) delete next[field];
  else next[field] = live[field];
}

/** Whether the last finalizer has just gone from an object that is being deleted. */
export function deletesNow(next: KubeObject, live: KubeObject): boolean {
  if (next.kind === 'Namespace' && next.apiVersion === 'v1' && specFinalizers(next).length > 0) return false;
  if ((next.metadata.finalizers ?? []).length > 0 || live.metadata.deletionTimestamp === undefined) return false;
  return (live.metadata.deletionGracePeriodSeconds ?? 0) === 0;
}

/** Whether there is nothing to write: times of managed fields alone are no change. */
export function isUnchanged(next: KubeObject, live: KubeObject): boolean {
  const { managedFields: nextManagers = [], ...nextMeta } = next.metadata;
  const { managedFields: liveManagers = [], ...liveMeta } = live.metadata;
  return (
    sameJson(nextMeta, liveMeta) &&
    sameJson({ ...next, metadata: {} }, { ...live, metadata: {} }) &&
    sameJson(nextManagers.map(withoutTime), liveManagers.map(withoutTime))
  );
}

function withoutTime(entry: ManagedFieldsEntry): ManagedFieldsEntry {
  const { time: _time, ...rest } = entry;
  return rest;
}
