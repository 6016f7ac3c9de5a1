import type { ManagedFieldsEntry } from '../model/object.ts';
import { FieldSet } from './field-set.ts';
import { decodeManaged, emptyManaged, encodeManaged, type Managed } from './managed-fields.ts';
import { fieldStep } from './path-element.ts';

/*
 * Managed fields of a Scale: a view of those of the object that is scaled, of which only the number of replicas shows.
 * Upstream: apimachinery util/managedfields/scalehandler.go.
 */

/** Where the number of replicas is, as names of fields, per apiVersion of the scaled type; undefined: nowhere. */
export type ReplicasPaths = ReadonlyMap<string, readonly string[] | undefined>;

const SCALE_VERSION = 'autoscaling/v1';
const SCALE_REPLICAS = ['f:spec', 'f:replicas'];
const SCALE_SET = FieldSet.of(SCALE_REPLICAS);

/** The managed fields that a Scale shows. Throws TypeError where the object's are not valid. */
export function scaleManagedFields(
  parent: readonly ManagedFieldsEntry[] | undefined,
  paths: ReplicasPaths,
): ManagedFieldsEntry[] {
  const { managers, times } = decodeManaged(parent);
  const shown = emptyManaged();
  for (const [id, { set, apiVersion, applied }] of managers) {
    const path = paths.get(apiVersion);
    if (path && set.has(path.map(fieldStep))) {
      put(shown, id, SCALE_SET, SCALE_VERSION, applied, times.get(id));
    }
  }
  return encodeManaged(shown);
}

/**
 * The managed fields of the object after its Scale was written: who lost the replicas there loses them here, who got them
 * there gets them here. Throws TypeError where entries are not valid.
 */
export function parentManagedFields(
  parent: readonly ManagedFieldsEntry[] | undefined,
  scale: readonly ManagedFieldsEntry[] | undefined,
  apiVersion: string,
  paths: ReplicasPaths,
): ManagedFieldsEntry[] {
  const before = decodeManaged(parent);
  const scaled = decodeManaged(scale);
  const result = emptyManaged();
  for (const [id, entry] of before.managers) {
    if (!paths.has(entry.apiVersion)) continue;
    const path = paths.get(entry.apiVersion)?.map(fieldStep);
    const keeps = !path || !entry.set.has(path) || scaled.managers.delete(id);
    const set = keeps ? entry.set : entry.set.difference(FieldSet.of(path));
    if (keeps || !set.isEmpty()) put(result, id, set, entry.apiVersion, entry.applied, before.times.get(id));
  }
  const path = paths.get(apiVersion) ?? [];
  for (const [id, { set, applied }] of scaled.managers) {
    if (!set.has(SCALE_REPLICAS)) continue;
    put(result, id, FieldSet.of(path.map(fieldStep)), apiVersion, applied, before.times.get(id));
  }
  return encodeManaged(result);
}

function put(
  { managers, times }: Managed,
  id: string,
  set: FieldSet,
  apiVersion: string,
  applied: boolean,
  time: string | undefined,
): void {
  managers.set(id, { set, apiVersion, applied });
  if (time !== undefined) times.set(id, time);
}
