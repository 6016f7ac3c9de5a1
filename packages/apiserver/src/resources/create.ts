import { ApiError } from '../model/api-error.ts';
import { alreadyExists, generateNameConflict, invalid } from '../model/errors.ts';
import type { KubeObject } from '../model/object.ts';
import { storageKey } from '../model/resource.ts';
import { copyJson } from '../schema/json.ts';
import { RevisionMismatch, type StoredObject } from '../storage/store.ts';
import type { AdmissionAttributes } from './admission.ts';
import {
  dedupOwners,
  ensureNamespace,
  fillSystemFields,
  needsName,
  ordered,
  wipeSystemFields,
  withMetadata,
} from './metadata.ts';
import type { Caller, Target, WriteAnswer, WriteOptions } from './operations.ts';
import {
  answerOf,
  managerName,
  namespaceOf,
  oneToVersion,
  type PipelineParts,
  strategyContext,
  timestamp,
  toStorage,
} from './parts.ts';
import { isNamespaces } from './phased-deletion.ts';

/** How often a name is made up before the server gives up (maxNameGenerationCreateAttempts). */
const NAME_ATTEMPTS = 8;

/** Stores a new object: defaults, admission, preparation, validation, admission, store. `body` belongs to this function. */
export async function createObject(
  parts: PipelineParts,
  target: Target,
  body: KubeObject,
  options: WriteOptions,
  caller: Caller,
): Promise<WriteAnswer> {
  const { resource } = target;
  let next = withMetadata(body);
  wipeSystemFields(next.metadata);
  ensureNamespace(next.metadata, resource, target.namespace);
  dedupOwners(next.metadata, caller, false);
  resource.strategy.defaults(next);
  const write = { resource, subresource: undefined, live: undefined, now: timestamp(parts) };
  next = parts.fieldManagers.update({ ...write, manager: managerName(options.fieldManager, caller) }, next);
  const attributes = createAttributes(target, next, options, caller);
  await parts.admission.mutate(attributes);
  next = attributes.object ?? next;
  dedupOwners(next.metadata, caller, true);
  return needsName(next.metadata)
    ? createWithGeneratedName(parts, target, next, options, caller)
    : storeNew(parts, target, next, options, caller);
}

/** What admission sees of a creation. */
export function createAttributes(
  target: Target,
  object: KubeObject,
  options: WriteOptions,
  caller: Caller,
): AdmissionAttributes {
  const name = object.metadata.name ?? '';
  const { resource } = target;
  return {
    operation: 'CREATE',
    resource,
    subresource: target.subresource,
    namespace: isNamespaces(resource) ? name : namespaceOf(target),
    name,
    user: caller.user,
    dryRun: options.dryRun ?? false,
    object,
    oldObject: undefined,
    options: optionsObject('CreateOptions', options),
    warn: (text) => caller.warn(text),
  };
}

/** Options as admission webhooks get them. */
export function optionsObject(kind: string, options: WriteOptions): Readonly<Record<string, unknown>> {
  return {
    kind,
    apiVersion: 'meta.k8s.io/v1',
    ...(options.dryRun && { dryRun: ['All'] }),
    ...(kind === 'PatchOptions' && options.force !== undefined && { force: options.force }),
    ...(options.fieldManager !== undefined && { fieldManager: options.fieldManager }),
    ...(options.fieldValidation !== undefined && { fieldValidation: options.fieldValidation }),
  };
}

async function createWithGeneratedName(
  parts: PipelineParts,
  target: Target,
  next: KubeObject,
  options: WriteOptions,
  caller: Caller,
): Promise<WriteAnswer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await storeNew(parts, target, copyJson(next), options, caller);
    } catch (error) {
      if ((error as ApiError).reason !== 'AlreadyExists' || attempt === NAME_ATTEMPTS) throw error;
    }
  }
}

/** The second half of a creation, after mutating admission; also of an apply or update that creates. */
export async function storeNew(
  parts: PipelineParts,
  target: Target,
  next: KubeObject,
  options: WriteOptions,
  caller: Caller,
): Promise<WriteAnswer> {
  const { resource } = target;
  const generated = needsName(next.metadata);
  fillSystemFields(next.metadata, timestamp(parts));
  ensureNamespace(next.metadata, resource, target.namespace);
  const context = strategyContext(parts, undefined, options);
  resource.strategy.prepareForCreate(next, context);
  const causes = resource.strategy.validate(next, context);
  if (causes.length > 0)
    throw invalid({ group: resource.storage.group, kind: resource.kind }, next.metadata.name ?? '', causes);
  for (const text of resource.strategy.warnings(next, undefined)) caller.warn(text);
  await parts.admission.validate(createAttributes(target, next, options, caller));
  if (!options.dryRun) checkNoVersion(next);
  const final = ordered(next, resource);
  const name = final.metadata.name ?? '';
  const stored = await toStorage(resource, final);
  try {
    const key = storageKey(resource.storage);
    const namespace = namespaceOf(target);
    if (options.dryRun) {
      const found = parts.store.get(key, namespace, name);
      if (found) throw new RevisionMismatch(found);
      return { ...answerOf(final), created: true };
    }
    const written = parts.store.write({ key, namespace, name, expected: 0, object: stored });
    return asCreated(await oneToVersion(resource, written));
  } catch (error) {
    if (error instanceof RevisionMismatch) throw taken(target, name, generated, error.found);
    throw error;
  }
}

/** The store gives versions; a client that sends one means another object (storage ErrResourceVersionSetOnCreate). */
function checkNoVersion({ metadata }: KubeObject): void {
  const { resourceVersion = '' } = metadata;
  delete metadata.resourceVersion;
  // Zero, and what is no number, are no version.
  if (!/^0*[1-9]\d*$/.test(resourceVersion)) return;
  throw new ApiError(500, '', 'resourceVersion should not be set on objects to be created');
}

function asCreated(answer: { readonly object: KubeObject; json(): Buffer }): WriteAnswer {
  return { object: answer.object, json: () => answer.json(), created: true };
}

function taken(target: Target, name: string, generated: boolean, found: StoredObject | undefined): ApiError {
  const error = generated ? generateNameConflict(target.resource, name, 1) : alreadyExists(target.resource, name);
  if (found?.object.metadata.deletionTimestamp !== undefined)
    error.message = `object is being deleted: ${error.message}`;
  return error;
}
