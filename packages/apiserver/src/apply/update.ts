import type { KubeObject, ManagedFieldsEntry } from '../model/object.ts';
import type { ApiResource } from '../model/resource.ts';
import { FieldSet } from './field-set.ts';
import {
  capUpdateManagers,
  decodeManaged,
  emptyManaged,
  encodeManaged,
  isReset,
  type Managed,
  managerId,
} from './managed-fields.ts';
import { updateManagers } from './updater.ts';
import { validateTyped } from './validate.ts';
import { type Convert, type ManagedType, ResourceVersions } from './versions.ts';

/*
 * Managed fields of creations, updates and patches. Upstream: apimachinery util/managedfields, the chain that
 * internal.NewDefaultFieldManager builds.
 */

/** Who writes what where. */
export interface ManagedWrite<Type extends ManagedType = ApiResource> {
  readonly resource: Type;
  readonly subresource: string | undefined;
  /** Undefined where the write creates the object. Read-only. */
  readonly live: KubeObject | undefined;
  readonly manager: string;
  /** RFC 3339 with seconds. */
  readonly now: string;
  /**
   * An object of the type of which nothing is set, as Go writes it: creations are compared with it. Default: apiVersion,
   * kind and empty metadata.
   */
  readonly empty?: KubeObject | undefined;
  /** Other versions of the type. Default: there are none. */
  readonly convert?: Convert | undefined;
}

/** A write other than apply. */
export interface UpdateWrite<Type extends ManagedType = ApiResource> extends ManagedWrite<Type> {
  /** The object that is about to be stored. Only its managedFields are replaced, in a copy of its metadata. */
  readonly next: KubeObject;
}

/**
 * `next` with the managedFields that follow from what it changes. Never fails: where managed fields cannot be worked out,
 * because an object does not fit its schema, it has none.
 */
export function updateManagedFields(write: UpdateWrite<ManagedType>): KubeObject {
  const { next, live, subresource } = write;
  const versions = new ResourceVersions(write.resource, subresource, write.convert);
  const managed = subresource === undefined ? clientOrLive(write) : decodedOrEmpty(live?.metadata.managedFields);
  const bare = withManagedFields(next, []);
  try {
    const isTracked = managed.managers.size > 0 || (live?.metadata.uid ?? '') === '';
    const before = live ? withManagedFields(live, []) : emptyObject(write);
    const after = isTracked ? trackUpdate(before, bare, managed, write, versions) : managed;
    return withManagedFields(bare, encodeManaged(after));
  } catch {
    return bare;
  }
}

/** The managed fields that a client sent, where they are valid; else those of the live object. */
function clientOrLive({ resource, next, live }: UpdateWrite<ManagedType>): Managed {
  const sent = next.metadata.managedFields;
  // The metadata of custom resources is decoded in a way that takes an empty list for an absent one.
  const isAbsent = resource.source === 'crd' && sent?.length === 0;
  if (!isAbsent && isReset(sent)) return emptyManaged();
  try {
    const managed = decodeManaged(sent);
    if (managed.managers.size > 0) return managed;
  } catch {
    // What is not valid is ignored: clients that do not know managed fields must not lose them.
  }
  return decodedOrEmpty(live?.metadata.managedFields);
}

function decodedOrEmpty(entries: readonly ManagedFieldsEntry[] | undefined): Managed {
  try {
    return decodeManaged(entries);
  } catch {
    return emptyManaged();
  }
}

/** Fields that nobody owns. */
const STRIPPED = FieldSet.of(
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata'],
  ...[
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
  ].map((name) => ['f:metadata', `f:${name}`]),
);

/**
 * Removes from a manager's set what nobody owns. Where that leaves what the manager had before, the very same set stays,
 * whose encoded form is known. Changes its first argument.
 */
export function stripMetadata({ managers }: Managed, id: string, before?: FieldSet): void {
  const entry = managers.get(id);
  if (!entry) return;
  const set = entry.set.difference(STRIPPED);
  if (set.isEmpty()) managers.delete(id);
  else managers.set(id, { ...entry, set: before?.equals(set) ? before : set });
}

/** The write in progress, until it is known whether it changed anything. */
const CURRENT = 'current-operation';

/** The managers after `live` became `next` by an update. Throws SchemaMismatch. */
export function trackUpdate(
  live: KubeObject,
  next: KubeObject,
  before: Managed,
  write: Pick<ManagedWrite<ManagedType>, 'manager' | 'subresource' | 'now'>,
  versions: ResourceVersions,
): Managed {
  const typedNext = versions.typed(next);
  const typedLive = versions.typed(live);
  validateTyped(typedNext.atom, next, true);
  validateTyped(typedLive.atom, live, true);
  const managed: Managed = {
    managers: updateManagers(typedLive, typedNext, before.managers, CURRENT, versions),
    times: new Map(before.times),
  };
  stripMetadata(managed, CURRENT);
  const id = managerId({
    manager: write.manager === '' ? 'unknown' : write.manager,
    operation: 'Update',
    apiVersion: versions.apiVersion,
    subresource: write.subresource ?? '',
  });
  const own = managed.managers.get(CURRENT);
  if (own) {
    managed.managers.delete(CURRENT);
    const previous = managed.managers.get(id);
    managed.managers.set(id, previous ? { ...own, set: own.set.union(previous.set) } : own);
    managed.times.set(id, write.now);
  }
  capUpdateManagers(managed);
  return managed;
}

/** A copy of the object, down to its metadata, with these managedFields. None where the list is empty. */
export function withManagedFields(object: KubeObject, entries: ManagedFieldsEntry[]): KubeObject {
  const { managedFields: _before, ...metadata } = object.metadata;
  return { ...object, metadata: entries.length === 0 ? metadata : { ...metadata, managedFields: entries } };
}

/** What a creation starts from. */
export function emptyObject({ resource, empty }: Pick<ManagedWrite<ManagedType>, 'resource' | 'empty'>): KubeObject {
  if (empty) return empty;
  const { group, version, kind } = resource;
  return { apiVersion: group === '' ? version : `${group}/${version}`, kind, metadata: {} };
}
