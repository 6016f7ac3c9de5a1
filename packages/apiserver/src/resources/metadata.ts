import { randomBytes, randomUUID } from 'node:crypto';
import { badRequest } from '../model/errors.ts';
import { apiVersionOf, type KubeObject, type ObjectMeta, type OwnerReference } from '../model/object.ts';
import type { ApiResource } from '../model/resource.ts';
import { sameJson } from '../schema/json.ts';
import type { Caller } from './operations.ts';

const META_ORDER = [
  'name',
  'generateName',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
] as const;

const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;
const MAX_GENERATED_PREFIX = 63 - SUFFIX_LENGTH;

/** An object with metadata, whatever its body was. Throws 400 where metadata is not an object. */
export function withMetadata(body: KubeObject): KubeObject {
  const metadata: unknown = body.metadata ?? {};
  if (typeof metadata !== 'object' || Array.isArray(metadata)) throw badRequest('metadata must be an object');
  body.metadata = metadata as ObjectMeta;
  return body;
}

/** Removes what only the server may set (rest.WipeObjectMetaSystemFields). */
export function wipeSystemFields(meta: ObjectMeta & { selfLink?: string }): void {
  delete meta.creationTimestamp;
  delete meta.uid;
  delete meta.deletionTimestamp;
  delete meta.deletionGracePeriodSeconds;
  delete meta.selfLink;
}

/** Gives a new object its identity, and a name where only the start of one was given. */
export function fillSystemFields(meta: ObjectMeta, now: string): void {
  meta.creationTimestamp = now;
  meta.uid = randomUUID();
  if (needsName(meta)) meta.name = generateName(meta.generateName ?? '');
}

/** Whether the server has to make up the name. */
export function needsName(meta: ObjectMeta): boolean {
  return (meta.name ?? '') === '' && (meta.generateName ?? '') !== '';
}

/** Five random letters after a prefix that is cut to fit into a label (apiserver storage/names). */
export function generateName(prefix: string): string {
  let suffix = '';
  while (suffix.length < SUFFIX_LENGTH) {
    for (const byte of randomBytes(2 * SUFFIX_LENGTH)) {
      // Bytes beyond the last multiple of the alphabet's length would favour its first letters.
      if (byte >= 243 || suffix.length === SUFFIX_LENGTH) continue;
      suffix += SUFFIX_ALPHABET[byte % SUFFIX_ALPHABET.length];
    }
  }
  return prefix.slice(0, MAX_GENERATED_PREFIX) + suffix;
}

/** Sets the namespace of the request; throws 400 where the object says another. */
export function ensureNamespace(meta: ObjectMeta, resource: ApiResource, requested: string): void {
  const expected = resource.namespaced ? requested : '';
  const found = meta.namespace ?? '';
  if (found === expected) {
    if (found === '') delete meta.namespace;
    return;
  }
  if (expected === '') delete meta.namespace;
  else if (found === '') meta.namespace = expected;
  else throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
}

/** Removes owners that are listed twice, and warns (handlers dedupOwnerReferences). */
export function dedupOwners(meta: ObjectMeta, caller: Pick<Caller, 'warn'>, afterAdmission: boolean): void {
  const owners = meta.ownerReferences;
  if (!Array.isArray(owners) || owners.length < 2) return;
  const kept: OwnerReference[] = [];
  const repeated: string[] = [];
  for (const owner of owners) {
    if (kept.some((one) => sameJson(one, owner))) repeated.push(owner.uid);
    else kept.push(owner);
  }
  if (repeated.length === 0) return;
  meta.ownerReferences = kept;
  const when = afterAdmission ? ' after mutating admission happens' : '';
  caller.warn(
    `.metadata.ownerReferences contains duplicate entries${when}; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${repeated.join(', ')}`,
  );
}

/**
 * The object as it is stored: kind and version of the resource, and the order of fields of Go's ObjectMeta, which lists of
 * built-in types rely on.
 */
export function ordered(object: KubeObject, resource: ApiResource): KubeObject {
  const { kind: _kind, apiVersion: _apiVersion, metadata, ...rest } = object;
  const source = metadata as Record<string, unknown>;
  const meta: Record<string, unknown> = {};
  for (const field of META_ORDER) if (!isEmpty(source[field])) meta[field] = source[field];
  return {
    kind: resource.kind,
    apiVersion: apiVersionOf(resource.group, resource.version),
    metadata: meta as ObjectMeta,
    ...rest,
  };
}

/** What Go's ObjectMeta leaves out (`omitempty`). */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
