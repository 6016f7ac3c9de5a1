import type { ObjectReference } from '@capstan/base';
import type {
  ApplicationConfiguration,
  InventoryEntry,
  TraitStatusEntry,
  TypedReference,
  WorkloadStatusEntry,
} from '@capstan/oam-model';
import { scopeEntries, scopesToRecord } from '../scopes/index.ts';
import type { Outcome } from './act.ts';
import type { DecidedComponent, DecidedTrait, Decision, ObservedApplication } from './model.ts';
import { objectKey } from './names.ts';

/**
 * `status.workloads`. The `status` strings of workloads and traits are places for other controllers: they stay while
 * the component's revision stays, and a trait's while it is the same object.
 */
export function workloadEntries(
  application: ApplicationConfiguration,
  decision: Decision,
  outcome: Outcome | undefined,
): WorkloadStatusEntry[] {
  const entries = decision.components.map((component) => {
    const before = entryBefore(application, component);
    const { workload, name, revision, traits, scopes } = component;
    return {
      ...(before?.status ? { status: before.status } : {}),
      componentName: name,
      ...(revision ? { componentRevisionName: revision } : {}),
      workloadRef: typed(workload),
      traits: traits.map((trait) => traitEntry(before, trait)),
      ...(scopes.length > 0 ? { scopes: scopeEntries(before?.scopes, scopes) } : {}),
    };
  });
  return outcome?.failure ? withScopesToLeave(entries, application.status?.workloads ?? []) : entries;
}

/** After a failure scopes may not be left yet: they stay on record, or nobody would take the reference out of them. */
function withScopesToLeave(
  entries: readonly WorkloadStatusEntry[],
  before: readonly WorkloadStatusEntry[],
): WorkloadStatusEntry[] {
  const recorded = before.flatMap(({ componentName = '', workloadRef, scopes = [] }) =>
    workloadRef
      ? [{ component: componentName, workload: workloadRef, scopes: scopes.map(({ scopeRef }) => scopeRef) }]
      : [],
  );
  return scopesToRecord(entries, recorded) ?? [...entries];
}

/** The last entry of this revision of the component; where it stands in the application twice, that of the same workload. */
function entryBefore(
  { status }: ApplicationConfiguration,
  { name, revision, workload }: DecidedComponent,
): WorkloadStatusEntry | undefined {
  const same = (status?.workloads ?? []).filter(
    (entry) => entry.componentName === name && (entry.componentRevisionName ?? '') === revision,
  );
  const exact = same.findLast(({ workloadRef }) => workloadRef?.name === workload.name);
  return exact ?? (same.length === 1 ? same[0] : undefined);
}

function traitEntry(before: WorkloadStatusEntry | undefined, { reference, message }: DecidedTrait): TraitStatusEntry {
  const traitRef = typed(reference);
  const old = before?.traits?.find((entry) => objectKey(entry.traitRef) === objectKey(traitRef));
  return { ...(old?.status ? { status: old.status } : {}), traitRef, ...(message ? { message } : {}) };
}

function typed({ apiVersion, kind, name }: ObjectReference): TypedReference {
  return { apiVersion, kind, name };
}

/** The inventory that must be on record before anything is created: all that is wanted and all that is not gone yet. */
export function inventoryBefore(observed: ObservedApplication, decision: Decision): InventoryEntry[] {
  return inventory(decision, (key) => observed.live.get(key)?.metadata.uid, decision.prune);
}

/** The inventory after a pass. What was to be deleted stays on record until it was, what leaves until it is gone. */
export function inventoryAfter(
  observed: ObservedApplication,
  decision: Decision,
  outcome: Outcome | undefined,
): InventoryEntry[] {
  const uidOf = (key: string) => (outcome?.applied.get(key) ?? observed.live.get(key))?.metadata.uid;
  const leaving = new Set(decision.leaving.map(({ uid }) => uid));
  const doomed = decision.prune.filter(({ uid }) => outcome?.failure || (uid !== undefined && leaving.has(uid)));
  return inventory(decision, uidOf, doomed);
}

/** What waits or is taken over and does not exist was not made by the application. */
function inventory(
  { objects, retained }: Decision,
  uidOf: (key: string) => string | undefined,
  doomed: readonly InventoryEntry[],
): InventoryEntry[] {
  const wanted = objects.flatMap(({ key, reference, action }) => {
    const uid = uidOf(key);
    if ((action === 'wait' || action === 'taken') && !uid) return [];
    return [uid ? { ...reference, uid } : reference];
  });
  return [...wanted, ...retained, ...doomed.toReversed()];
}
