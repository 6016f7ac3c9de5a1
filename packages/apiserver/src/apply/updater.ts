import type { KubeObject } from '../model/object.ts';
import { sameJson } from '../schema/json.ts';
import type { Atom } from './atoms.ts';
import { type Comparison, compareTyped } from './compare.ts';
import { type FieldPath, FieldSet } from './field-set.ts';
import { mergeTyped } from './merge.ts';
import { ownsNoWhole } from './owns-whole.ts';
import { reconcileWithSchema } from './reconcile.ts';
import { removeItems } from './remove.ts';
import { toFieldSet, withNamedFields } from './to-field-set.ts';
import { SchemaMismatch } from './validate.ts';

/*
 * Who owns which fields after a write, and what an applied configuration makes of an object. Knows nothing of names,
 * times and metadata: see field-manager.ts for those. Upstream: structured-merge-diff merge/update.go.
 */

/** What one manager owns. */
export interface ManagerSet {
  readonly set: FieldSet;
  readonly apiVersion: string;
  /** By server-side apply, as opposed to other writes. */
  readonly applied: boolean;
}

/** Sets by manager identifier. */
export type Managers = Map<string, ManagerSet>;

/** An object in one version, with the atom of that version's schema. */
export interface TypedObject {
  readonly apiVersion: string;
  readonly atom: Atom;
  readonly value: KubeObject;
}

/** What the updater must know of the type. */
export interface Versions {
  /** The object in another version; undefined where that version does not exist any more. */
  convert(object: TypedObject, apiVersion: string): TypedObject | undefined;
  /** Fields that this endpoint resets, which nobody can own through it; undefined where there are none. */
  resetFields(apiVersion: string): FieldSet | undefined;
}

/** One field that another manager owns. */
export interface Conflict {
  readonly manager: string;
  readonly path: FieldPath;
}

/** An apply met fields of other managers. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
  readonly conflicts: readonly Conflict[];

  constructor(conflicts: readonly Conflict[]) {
    super('conflicts');
    this.conflicts = conflicts;
  }
}

/**
 * The managers after a write other than apply turned `live` into `next`: everything that changed belongs to `manager`.
 * `managers` is not changed.
 */
export function updateManagers(
  live: TypedObject,
  next: TypedObject,
  managers: Managers,
  manager: string,
  versions: Versions,
): Managers {
  const reconciled = reconcileManagers(live, managers, versions);
  const { managers: rest, comparison } = takeOver(live, next, reconciled, manager, versions, true);
  const own = rest.get(manager)?.set ?? FieldSet.EMPTY;
  const { added, modified, removed } = comparison;
  const set = withoutReset(own.difference(removed).union(modified).union(added), versions.resetFields(next.apiVersion));
  if (set.isEmpty()) rest.delete(manager);
  else rest.set(manager, { set, apiVersion: next.apiVersion, applied: false });
  return rest;
}

/** What an apply comes to. */
export interface Applied {
  /** Undefined where the object stays as it is. */
  readonly object: KubeObject | undefined;
  readonly managers: Managers;
}

/**
 * Merges a configuration into the live object: what the manager applied before and does not any more goes, unless
 * somebody else owns it. Throws ConflictError where others own what would change, unless forced. Nothing is changed in
 * place.
 */
export function applyConfiguration(
  live: TypedObject,
  config: TypedObject,
  before: Managers,
  manager: string,
  force: boolean,
  versions: Versions,
): Applied {
  const managers = reconcileManagers(live, before, versions);
  const merged = retyped(live, mergeTyped(live.atom, live.value, config.value));
  const last = managers.get(manager);
  const reset = versions.resetFields(config.apiVersion);
  const set = withoutReset(toFieldSet(config.atom, config.value), reset);
  managers.set(manager, { set, apiVersion: config.apiVersion, applied: true });
  const keepsAll = last?.apiVersion === config.apiVersion && last.set.difference(set).isEmpty();
  const isPruned = last !== undefined && !(keepsAll && ownsNoWhole(live.atom, config.value, merged.value));
  const next = isPruned ? prune(merged, managers, manager, last, versions) : merged;
  const { managers: after } = takeOver(live, next, managers, manager, versions, force);
  return { object: sameJson(live.value, next.value) ? undefined : next.value, managers: after };
}

function retyped(object: TypedObject, value: unknown): TypedObject {
  return { apiVersion: object.apiVersion, atom: object.atom, value: value as KubeObject };
}

function withoutReset(set: FieldSet, reset: FieldSet | undefined): FieldSet {
  return reset ? set.recursiveDifference(reset) : set;
}

/** The sets as they must be under the present schemas; managers of versions that are gone are dropped. */
function reconcileManagers(live: TypedObject, managers: Managers, versions: Versions): Managers {
  const result: Managers = new Map();
  for (const [name, manager] of managers) {
    const at = versions.convert(live, manager.apiVersion);
    if (!at) continue;
    const set = reconcileWithSchema(manager.set, at.atom);
    result.set(name, set === manager.set ? manager : { ...manager, set });
  }
  return result;
}

/**
 * Takes from all other managers what the change from `live` to `next` modifies, adds or removes. Changes `managers`.
 * Throws ConflictError where something is taken without force.
 */
function takeOver(
  live: TypedObject,
  next: TypedObject,
  managers: Managers,
  manager: string,
  versions: Versions,
  force: boolean,
): { managers: Managers; comparison: Comparison } {
  const own = withoutResetFields(
    compareTyped(next.atom, live.value, next.value),
    versions.resetFields(next.apiVersion),
  );
  const changes = new Map([[next.apiVersion, changesOf(own)]]);
  const taken = new Map<string, { readonly lost: FieldSet; readonly removed: FieldSet }>();
  for (const [name, { set, apiVersion }] of managers) {
    if (name === manager) continue;
    const change = changes.get(apiVersion) ?? changesAt(live, next, apiVersion, versions);
    if (!change) {
      managers.delete(name);
      continue;
    }
    changes.set(apiVersion, change);
    taken.set(name, { lost: set.intersection(change.written), removed: change.removed });
  }
  if (!force) throwConflicts(taken);
  for (const [name, { lost, removed }] of taken) {
    const before = managers.get(name);
    if (before && !(lost.isEmpty() && removed.isEmpty())) {
      managers.set(name, { ...before, set: before.set.difference(lost).difference(removed) });
    }
  }
  for (const [name, { set }] of managers) if (set.isEmpty()) managers.delete(name);
  return { managers, comparison: own };
}

/** What a write changes, as other managers see it. */
interface Changes {
  readonly written: FieldSet;
  readonly removed: FieldSet;
}

function changesOf({ added, modified, removed }: Comparison): Changes {
  return { written: modified.union(added), removed };
}

function changesAt(live: TypedObject, next: TypedObject, apiVersion: string, versions: Versions): Changes | undefined {
  const before = named('old', () => versions.convert(live, apiVersion));
  const after = before && named('new', () => versions.convert(next, apiVersion));
  if (!before || !after) return undefined;
  const comparison = compareTyped(before.atom, before.value, after.value);
  return changesOf(withoutResetFields(comparison, versions.resetFields(apiVersion)));
}

/** Says of an object that does not fit another version which one it is. */
function named<Result>(which: string, convert: () => Result): Result {
  try {
    return convert();
  } catch (error) {
    if (error instanceof SchemaMismatch) error.message = `failed to convert ${which} object: ${error.message}`;
    throw error;
  }
}

function withoutResetFields(comparison: Comparison, reset: FieldSet | undefined): Comparison {
  if (!reset) return comparison;
  const { added, modified, removed } = comparison;
  return {
    added: added.recursiveDifference(reset),
    modified: modified.recursiveDifference(reset),
    removed: removed.recursiveDifference(reset),
  };
}

/** Conflicts in order of managers, then of paths: the real server's order of managers is random. */
function throwConflicts(taken: ReadonlyMap<string, { readonly lost: FieldSet }>): void {
  const conflicts: Conflict[] = [];
  for (const name of [...taken.keys()].sort()) {
    for (const path of taken.get(name)?.lost.paths() ?? []) conflicts.push({ manager: name, path });
  }
  if (conflicts.length > 0) throw new ConflictError(conflicts);
}

/** Removes what the manager applied last time and does not apply now, and what nobody else owns. */
function prune(
  merged: TypedObject,
  managers: Managers,
  manager: string,
  last: ManagerSet,
  versions: Versions,
): TypedObject {
  if (last.set.isEmpty()) return merged;
  const whole = versions.convert(merged, last.apiVersion);
  if (!whole) return merged;
  const lastSet = withNamedFields(last.set, whole.atom);
  const cut = retyped(whole, removeItems(whole.atom, whole.value, lastSet));
  const owned = addBackOwned(whole, cut, last.apiVersion, managers, versions);
  const pruned = addBackDangling(whole, owned, last.apiVersion, lastSet, versions);
  return versions.convert(pruned, managers.get(manager)?.apiVersion ?? merged.apiVersion) ?? pruned;
}

/** Puts back what was cut but somebody owns, the applying manager's new configuration included. */
function addBackOwned(
  merged: TypedObject,
  cut: TypedObject,
  cutVersion: string,
  managers: Managers,
  versions: Versions,
): TypedObject {
  const owned = new Map<string, FieldSet>();
  for (const { apiVersion, set } of managers.values()) {
    owned.set(apiVersion, (owned.get(apiVersion) ?? FieldSet.EMPTY).union(set));
  }
  // The cut version comes first: other conversions may need fields that were cut.
  const order = [...owned.keys()].sort((a, b) => Number(b === cutVersion) - Number(a === cutVersion));
  let whole = merged;
  let pruned = cut;
  for (const apiVersion of order) {
    const wholeThere = versions.convert(whole, apiVersion);
    const prunedThere = wholeThere && versions.convert(pruned, apiVersion);
    if (!wholeThere || !prunedThere) continue;
    const { atom } = wholeThere;
    const had = withNamedFields(toFieldSet(atom, wholeThere.value), atom);
    const has = withNamedFields(toFieldSet(atom, prunedThere.value), atom);
    const keeps = withNamedFields(owned.get(apiVersion) ?? FieldSet.EMPTY, atom);
    whole = wholeThere;
    pruned = retyped(wholeThere, removeItems(atom, wholeThere.value, had.difference(has.union(keeps))));
  }
  return pruned;
}

/** Puts back what was cut but was not the manager's own: only what it had applied may go. */
function addBackDangling(
  merged: TypedObject,
  cut: TypedObject,
  lastVersion: string,
  lastSet: FieldSet,
  versions: Versions,
): TypedObject {
  const there = versions.convert(cut, lastVersion);
  if (!there) return merged;
  const { atom } = merged;
  const has = withNamedFields(toFieldSet(atom, there.value), atom);
  const had = withNamedFields(toFieldSet(atom, merged.value), atom);
  return retyped(merged, removeItems(atom, merged.value, had.difference(has).intersection(lastSet)));
}
