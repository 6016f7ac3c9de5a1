import type { KubeObject } from '../model/object.ts';
import type { ResourceRegistry } from '../model/registry.ts';
import type { RequestAttributes } from '../model/request.ts';
import { type ApiResource, type StrategyContext, storageKey } from '../model/resource.ts';
import type { Store, StoredObject } from '../storage/store.ts';
import type { Admission } from './admission.ts';
import type { FieldManagers } from './field-managers.ts';
import type { Answer, Caller, Target } from './operations.ts';
import type { VirtualAnswers } from './virtual.ts';

/** What the pipelines work with. */
export interface PipelineParts {
  readonly store: Store;
  readonly registry: ResourceRegistry;
  readonly admission: Admission;
  readonly fieldManagers: FieldManagers;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Answers what is posted and never stored. */
  readonly virtual: VirtualAnswers;
  /** Asked before an update creates an object. Throws 403. */
  readonly authorize: (attributes: RequestAttributes) => void;
}

/** Now, as RFC 3339 with seconds. */
export function timestamp(parts: Pick<PipelineParts, 'now'>, offsetSeconds = 0): string {
  return `${new Date(parts.now() + offsetSeconds * 1000).toISOString().slice(0, 19)}Z`;
}

/** The namespace under which objects of a resource are kept. */
export function namespaceOf(target: Target): string {
  return target.resource.namespaced ? target.namespace : '';
}

/** The stored object; undefined where there is none. */
export function findStored(parts: PipelineParts, target: Target, name: string): StoredObject | undefined {
  return parts.store.get(storageKey(target.resource.storage), namespaceOf(target), name);
}

/** Stored objects in the version of a resource, in the same order. */
export async function toVersion(resource: ApiResource, stored: readonly StoredObject[]): Promise<readonly Answer[]> {
  if (!resource.convert) return stored;
  const objects = await resource.convert.toThis(stored.map((one) => one.object));
  return objects.map(answerOf);
}

/** One stored object in the version of a resource. */
export async function oneToVersion(resource: ApiResource, stored: StoredObject): Promise<Answer> {
  if (!resource.convert) return stored;
  const [object = stored.object] = await resource.convert.toThis([stored.object]);
  return answerOf(object);
}

/** The object in its storage version. */
export async function toStorage(resource: ApiResource, object: KubeObject): Promise<KubeObject> {
  if (!resource.convert) return object;
  const [converted = object] = await resource.convert.toStorage([object]);
  return converted;
}

/** An object that is not stored as it is, as an answer. */
export function answerOf(object: KubeObject): Answer {
  return { object, json: () => Buffer.from(JSON.stringify(object)) };
}

/** What strategies may know of a request. */
export function strategyContext(
  parts: PipelineParts,
  subresource: string | undefined,
  { dryRun = false }: { readonly dryRun?: boolean },
): StrategyContext {
  return {
    subresource,
    dryRun,
    now: timestamp(parts),
    find: (storage, namespace, name) => parts.store.get(storageKey(storage), namespace, name)?.object,
    list: (storage, namespace) =>
      parts.store
        .list(storageKey(storage), namespace === undefined ? {} : { namespace })
        .items.map((one) => one.object),
  };
}

/** The name of the field manager: as the client says, else the start of its User-Agent (managerOrUserAgent). */
export function managerName(fieldManager: string | undefined, caller: Pick<Caller, 'userAgent'>): string {
  if (fieldManager !== undefined && fieldManager !== '') return fieldManager;
  const prefix = caller.userAgent.split('/')[0] ?? '';
  return prefix.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '').slice(0, 128);
}
