import { conflict, notFound } from '../model/errors.ts';
import type { KubeObject } from '../model/object.ts';
import { storageKey } from '../model/resource.ts';
import { copyJson } from '../schema/json.ts';
import { RevisionMismatch, type StoredObject } from '../storage/store.ts';
import type { AdmissionAttributes } from './admission.ts';
import { createAttributes, optionsObject, storeNew } from './create.ts';
import { dedupOwners, ensureNamespace, ordered, withMetadata } from './metadata.ts';
import type { Answer, Caller, Target, WriteAnswer, WriteOptions } from './operations.ts';
import {
  answerOf,
  findStored,
  managerName,
  namespaceOf,
  oneToVersion,
  type PipelineParts,
  strategyContext,
  timestamp,
  toStorage,
} from './parts.ts';
import { isNamespaces } from './phased-deletion.ts';
import { checkName, checkUid, checkVersion, deletesNow, isUnchanged, prepareUpdate } from './update-rules.ts';

/** How an update comes by the new object. */
export interface Change {
  /**
   * The new object, which belongs to the pipeline, from the live one (undefined where there is none). Asked again when
   * somebody else was faster. Managed fields are up to date in what it returns.
   */
  next(live: KubeObject | undefined): Promise<KubeObject> | KubeObject;
  /** What admission sees instead of the object: a subresource's own kind. It cannot change that. */
  shown?(object: KubeObject): KubeObject;
  /** The object is created where there is none. */
  readonly createsMissing: boolean;
  /** The live object must have this uid. */
  readonly uid?: string | undefined;
  /** Kind of the options that admission sees. */
  readonly optionsKind: 'UpdateOptions' | 'PatchOptions';
}

/** PUT: the body replaces the object. */
export function replaceObject(
  parts: PipelineParts,
  target: Target,
  name: string,
  body: KubeObject,
  options: WriteOptions,
  caller: Caller,
): Promise<WriteAnswer> {
  const { resource, subresource } = target;
  withMetadata(body);
  ensureNamespace(body.metadata, resource, target.namespace);
  checkName(body, name);
  dedupOwners(body.metadata, caller, false);
  resource.strategy.defaults(body);
  const manager = managerName(options.fieldManager, caller);
  const change: Change = {
    next: (live) =>
      parts.fieldManagers.update({ resource, subresource, live, manager, now: timestamp(parts) }, copyJson(body)),
    createsMissing: resource.strategy.createOnUpdate && subresource === undefined,
    uid: body.metadata.uid,
    optionsKind: 'UpdateOptions',
  };
  return updateObject(parts, target, name, change, options, caller);
}

/** Changes the live object, again and again until nobody else is faster (registry Store.Update). */
export async function updateObject(
  parts: PipelineParts,
  target: Target,
  name: string,
  change: Change,
  options: WriteOptions,
  caller: Caller,
): Promise<WriteAnswer> {
  for (;;) {
    const stored = findStored(parts, target, name);
    try {
      if (stored) return await updateOnce(parts, target, name, stored, change, options, caller);
      if (!change.createsMissing) throw notFound(target.resource, name);
      return await createMissing(parts, target, name, change, options, caller);
    } catch (error) {
      if (!(error instanceof RevisionMismatch)) throw error;
    }
  }
}

async function createMissing(
  parts: PipelineParts,
  target: Target,
  name: string,
  change: Change,
  options: WriteOptions,
  caller: Caller,
): Promise<WriteAnswer> {
  const { resource } = target;
  let next = withMetadata(await change.next(undefined));
  const uid = next.metadata.uid ?? '';
  if (uid !== '') {
    const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
    throw conflict(resource, name, why);
  }
  checkName(next, name);
  authorizeCreation(parts, target, name, caller);
  ensureNamespace(next.metadata, resource, target.namespace);
  const attributes = createAttributes(target, next, options, caller);
  await parts.admission.mutate(attributes);
  next = attributes.object ?? next;
  dedupOwners(next.metadata, caller, true);
  return storeNew(parts, target, next, options, caller);
}

function authorizeCreation(parts: PipelineParts, target: Target, name: string, caller: Caller): void {
  const { group, version, resource } = target.resource;
  const path = `/${group === '' ? 'api' : `apis/${group}`}/${version}/${resource}/${name}`;
  const where = { namespace: namespaceOf(target), name, subresource: target.subresource ?? '' };
  parts.authorize({ user: caller.user, verb: 'create', isResource: true, path, group, version, resource, ...where });
}

async function updateOnce(
  parts: PipelineParts,
  target: Target,
  name: string,
  stored: StoredObject,
  change: Change,
  options: WriteOptions,
  caller: Caller,
): Promise<WriteAnswer> {
  const { resource } = target;
  checkUid(target, name, stored, change.uid);
  const live = await oneToVersion(resource, stored);
  let next = withMetadata(await change.next(live.object));
  ensureNamespace(next.metadata, resource, target.namespace);
  checkName(next, name);
  const attributes = updateAttributes(target, name, next, live.object, change, options, caller);
  await parts.admission.mutate(attributes);
  if (!change.shown) next = attributes.object ?? next;
  dedupOwners(next.metadata, caller, true);
  checkVersion(target, name, next, stored);
  prepareUpdate(next, live.object, target, strategyContext(parts, target.subresource, options), caller);
  attributes.object = change.shown?.(next) ?? next;
  await parts.admission.validate(attributes);
  const final = ordered(next, resource);
  const where = { key: storageKey(resource.storage), namespace: namespaceOf(target), name, expected: stored.revision };
  if (deletesNow(final, live.object)) {
    if (!options.dryRun) parts.store.write({ ...where, object: undefined });
    return { ...answerOf(final), created: false };
  }
  if (isUnchanged(final, live.object)) return asUpdated(live);
  if (options.dryRun) return { ...answerOf(final), created: false };
  const written = parts.store.write({ ...where, object: await toStorage(resource, final) });
  return asUpdated(await oneToVersion(resource, written));
}

function updateAttributes(
  target: Target,
  name: string,
  object: KubeObject,
  oldObject: KubeObject,
  change: Change,
  options: WriteOptions,
  caller: Caller,
): AdmissionAttributes {
  const { resource, subresource } = target;
  return {
    operation: 'UPDATE',
    resource,
    subresource,
    namespace: isNamespaces(resource) ? name : namespaceOf(target),
    name,
    user: caller.user,
    dryRun: options.dryRun ?? false,
    object: change.shown?.(object) ?? object,
    oldObject: change.shown?.(oldObject) ?? oldObject,
    options: optionsObject(change.optionsKind, options),
    warn: (text) => caller.warn(text),
  };
}

function asUpdated(answer: Answer): WriteAnswer {
  return { object: answer.object, json: () => answer.json(), created: false };
}
