import { conflict, invalid, notFound } from '../model/errors.ts';
import { invalid as invalidField } from '../model/field-error.ts';
import type { KubeObject, ObjectMeta } from '../model/object.ts';
import { storageKey } from '../model/resource.ts';
import { copyJson } from '../schema/json.ts';
import { RevisionMismatch, type StoredObject } from '../storage/store.ts';
import type { AdmissionAttributes } from './admission.ts';
import { deletionFinalizers, warnOfOrphans } from './deletion-policy.ts';
import type { Answer, Caller, DeleteAnswer, DeleteOptions, Target } from './operations.ts';
import { answerOf, findStored, namespaceOf, oneToVersion, type PipelineParts, timestamp, toStorage } from './parts.ts';
import {
  checkPhasedPreconditions,
  isNamespaces,
  isPhased,
  markTerminating,
  stillHoldsObjects,
} from './phased-deletion.ts';
import { isUnchanged } from './update-rules.ts';

/** How long a deletion waits, and since when (rest.BeforeDelete). */
interface Grace {
  /** The object stays until its grace period is over. */
  readonly graceful: boolean;
  /** A deletion that waits at least as short is already under way. */
  readonly pending: boolean;
  readonly seconds: number;
}

/**
 * Deletes an object: at once, or, with finalizers or a grace period, by giving it a deletionTimestamp. Throws 404, 409 for
 * preconditions and what admission says.
 */
export async function deleteObject(
  parts: PipelineParts,
  target: Target,
  name: string,
  options: DeleteOptions,
  caller: Caller,
): Promise<DeleteAnswer> {
  checkOptions(options);
  warnOfOrphans(target, options, caller);
  const attributes = deleteAttributes(target, name, options, caller);
  for (;;) {
    const stored = findStored(parts, target, name);
    if (!stored) throw notFound(target.resource, name);
    try {
      return await deleteOnce(parts, target, name, stored, options, attributes);
    } catch (error) {
      if (!(error instanceof RevisionMismatch)) throw error;
    }
  }
}

async function deleteOnce(
  parts: PipelineParts,
  target: Target,
  name: string,
  stored: StoredObject,
  options: DeleteOptions,
  attributes: AdmissionAttributes,
): Promise<DeleteAnswer> {
  const live = await oneToVersion(target.resource, stored);
  const next = copyJson(live.object);
  if (isPhased(target.resource)) {
    checkPhasedPreconditions(target.resource, live.object, options);
    if (next.metadata.deletionTimestamp === undefined) {
      return terminate(parts, target, name, stored, next, options, { ...attributes, oldObject: live.object });
    }
    if (stillHoldsObjects(target.resource, next)) return { ...answerOf(next), deleted: false };
  }
  checkPreconditions(target, live.object, options);
  const grace = applyGrace(parts, target, next, options);
  if (grace.pending) return { ...answerOf(live.object), deleted: false };
  attributes = { ...attributes, oldObject: live.object };
  await parts.admission.mutate(attributes);
  await parts.admission.validate(attributes);
  const finalizers = deletionFinalizers(target.resource, next.metadata.finalizers ?? [], options);
  if (finalizers.length > 0) next.metadata.finalizers = finalizers;
  else delete next.metadata.finalizers;
  const stays = finalizers.length > 0 || (grace.graceful && grace.seconds > 0);
  if (finalizers.length > 0 && !grace.graceful) markAsDeleting(parts, next.metadata);
  if (stays) return { ...(await writeChanged(parts, target, name, stored, next, options)), deleted: false };
  if (options.dryRun) return { ...answerOf(grace.graceful ? next : live.object), deleted: true };
  const where = { key: storageKey(target.resource.storage), namespace: namespaceOf(target), name };
  let { revision } = stored;
  if (grace.graceful) {
    // Watchers see that the object ends now before they see it gone.
    const object = await toStorage(target.resource, next);
    revision = parts.store.write({ ...where, expected: revision, object }).revision;
  }
  const gone = parts.store.write({ ...where, expected: revision, object: undefined });
  return asDeleted(await oneToVersion(target.resource, gone));
}

/** The first of two phases. */
async function terminate(
  parts: PipelineParts,
  target: Target,
  name: string,
  stored: StoredObject,
  next: KubeObject,
  options: DeleteOptions,
  attributes: AdmissionAttributes,
): Promise<DeleteAnswer> {
  await parts.admission.mutate(attributes);
  await parts.admission.validate(attributes);
  markTerminating(target.resource, next, options, timestamp(parts));
  return { ...(await writeChanged(parts, target, name, stored, next, options)), deleted: false };
}

function asDeleted(answer: Answer): DeleteAnswer {
  return { object: answer.object, json: () => answer.json(), deleted: true };
}

async function writeChanged(
  parts: PipelineParts,
  target: Target,
  name: string,
  stored: StoredObject,
  next: KubeObject,
  options: DeleteOptions,
): Promise<Answer> {
  if (options.dryRun) return answerOf(next);
  const live = await oneToVersion(target.resource, stored);
  // Nothing is written where the object is on its way out already.
  if (isUnchanged(next, live.object)) return answerOf(live.object);
  const where = { key: storageKey(target.resource.storage), namespace: namespaceOf(target), name };
  const object = await toStorage(target.resource, next);
  const written = parts.store.write({ ...where, expected: stored.revision, object });
  const answer = await oneToVersion(target.resource, written);
  return { object: answer.object, json: () => answer.json() };
}

function deleteAttributes(target: Target, name: string, options: DeleteOptions, caller: Caller): AdmissionAttributes {
  const { resource } = target;
  const { dryRun, ...rest } = options;
  return {
    operation: 'DELETE',
    resource,
    subresource: target.subresource,
    namespace: isNamespaces(resource) ? name : namespaceOf(target),
    name,
    user: caller.user,
    dryRun: dryRun ?? false,
    object: undefined,
    oldObject: undefined,
    options: { kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/v1', ...(dryRun && { dryRun: ['All'] }), ...rest },
    warn: (text) => caller.warn(text),
  };
}

function checkOptions(options: DeleteOptions): void {
  if (options.orphanDependents === undefined || options.propagationPolicy === undefined) return;
  const detail = 'orphanDependents and deletionPropagation cannot be both set';
  const cause = invalidField('propagationPolicy', options.propagationPolicy, detail);
  throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', [cause]);
}

function checkPreconditions(target: Target, live: KubeObject, options: DeleteOptions): void {
  const { uid, resourceVersion } = options.preconditions ?? {};
  const { name = '', uid: liveUid = '', resourceVersion: liveVersion = '' } = live.metadata;
  const kind = { group: target.resource.storage.group, resource: target.resource.kind };
  if (uid !== undefined && uid !== liveUid) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${liveUid}). The object might have been deleted and then recreated`;
    throw conflict(kind, name, why);
  }
  if (resourceVersion !== undefined && resourceVersion !== liveVersion) {
    const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${liveVersion}). The object might have been modified`;
    throw conflict(kind, name, why);
  }
}

/** Only types with a grace period (Pods) wait; others are deleted at once or wait for finalizers alone. */
function applyGrace(parts: PipelineParts, target: Target, next: KubeObject, options: DeleteOptions): Grace {
  const none: Grace = { graceful: false, pending: false, seconds: 0 };
  const own = target.resource.strategy.gracePeriodSeconds?.(next);
  if (own === undefined) return none;
  const { metadata } = next;
  const asked = options.gracePeriodSeconds === undefined ? undefined : atLeast(options.gracePeriodSeconds);
  if (metadata.deletionTimestamp !== undefined) return shorten(parts, metadata, asked);
  // An object without anything to wait for (a Pod that is not on a Node) has no grace period, whatever was asked for.
  const seconds = own === 0 ? 0 : (asked ?? own);
  metadata.deletionTimestamp = timestamp(parts, seconds);
  metadata.deletionGracePeriodSeconds = seconds;
  if ((metadata.generation ?? 0) > 0) metadata.generation = (metadata.generation ?? 0) + 1;
  return { graceful: true, pending: false, seconds };
}

/** A negative grace period counts as one second. */
function atLeast(seconds: number): number {
  return seconds < 0 ? 1 : seconds;
}

/** A deletion that is under way can only be made to end earlier. */
function shorten(parts: PipelineParts, metadata: ObjectMeta, asked: number | undefined): Grace {
  const current = metadata.deletionGracePeriodSeconds ?? 0;
  if (current === 0) return { graceful: false, pending: false, seconds: 0 };
  if (asked === undefined || asked >= current) return { graceful: false, pending: true, seconds: current };
  const begun = Date.parse(metadata.deletionTimestamp ?? '') - current * 1000;
  const ends = begun + asked * 1000;
  const late = ends < parts.now();
  const seconds = late && asked !== 0 ? 1 : asked;
  metadata.deletionTimestamp = late ? timestamp(parts) : `${new Date(ends).toISOString().slice(0, 19)}Z`;
  metadata.deletionGracePeriodSeconds = seconds;
  return { graceful: true, pending: false, seconds };
}

function markAsDeleting(parts: PipelineParts, metadata: ObjectMeta): void {
  const now = timestamp(parts);
  if (metadata.deletionTimestamp === undefined && (metadata.generation ?? 0) > 0) {
    metadata.generation = (metadata.generation ?? 0) + 1;
  }
  if (metadata.deletionTimestamp === undefined || metadata.deletionTimestamp > now) metadata.deletionTimestamp = now;
  metadata.deletionGracePeriodSeconds = 0;
}
