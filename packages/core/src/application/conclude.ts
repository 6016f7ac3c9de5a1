import { type Condition, describeObject, type Health, isCapstanError, messageOf, worstHealth } from '@capstan/base';
import { findCondition, KUBE_CODES, type NewCondition, setCondition } from '@capstan/kube';
import type { ApplicationConfigurationStatus, InventoryEntry, WorkloadStatusEntry } from '@capstan/oam-model';
import type { Outcome } from './act.ts';
import type { DecidedComponent, Decision, ObservedApplication } from './model.ts';
import { objectKey } from './names.ts';
import { same } from './plain.ts';

/** Something to tell on the application's `kubectl describe`. */
export interface ApplicationEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** What is written about a pass. */
export interface Conclusion {
  /** The whole of our part of the status; undefined when it is as it was. */
  readonly status?: ApplicationConfigurationStatus;
  readonly events: readonly ApplicationEvent[];
}

/** Conditions of an application (and of workloads and traits whose status we fill). */
export const CONDITIONS = { synced: 'Synced', ready: 'Ready' } as const;

const LONGEST_MESSAGE = 1024;

/** What to write after a pass. `decision` is the one made with the applied objects in view. Pure. */
export function conclude(
  observed: ObservedApplication,
  decision: Decision,
  outcome: Outcome | undefined,
  now: number,
): Conclusion {
  const { application } = observed;
  const before = application.status?.conditions ?? [];
  const stamp = { generation: application.metadata.generation, now };
  const synced = syncedCondition(decision, outcome);
  const conditions = setCondition(setCondition(before, synced, stamp), readyCondition(decision, outcome), stamp);
  const kept = decision.problems.length > 0;
  const status: ApplicationConfigurationStatus = {
    conditions,
    ...(stamp.generation === undefined ? {} : { observedGeneration: stamp.generation }),
    workloads: kept
      ? (application.status?.workloads ?? [])
      : decision.components.map((one) => workloadEntry(observed, one)),
    inventory: kept ? (application.status?.inventory ?? []) : inventoryAfter(observed, decision, outcome),
  };
  const written = { ...application.status, ...status };
  return {
    ...(same(written, application.status ?? {}) ? {} : { status }),
    events: eventsOf(before, synced, decision, outcome, stamp.generation),
  };
}

/** The inventory that must be on record before anything is created: all that is wanted and all that is not gone yet. */
export function inventoryBefore(observed: ObservedApplication, decision: Decision): InventoryEntry[] {
  const wanted = decision.objects.map(({ key, reference }) => withUid(reference, observed.live.get(key)?.metadata.uid));
  return [...wanted, ...decision.prune.toReversed()];
}

function inventoryAfter(
  observed: ObservedApplication,
  decision: Decision,
  outcome: Outcome | undefined,
): InventoryEntry[] {
  const uidOf = (key: string) => (outcome?.applied.get(key) ?? observed.live.get(key))?.metadata.uid;
  const wanted = decision.objects.map(({ key, reference }) => withUid(reference, uidOf(key)));
  const left = outcome?.failure ? decision.prune.toReversed() : [];
  return [...wanted, ...left];
}

function withUid(reference: InventoryEntry, uid: string | undefined): InventoryEntry {
  return uid ? { ...reference, uid } : reference;
}

function syncedCondition(decision: Decision, outcome: Outcome | undefined): NewCondition {
  const type = CONDITIONS.synced;
  if (decision.notYet.length > 0) {
    const message = `${decision.notYet.join('; ')}. Nothing was applied.`;
    return { type, status: 'False', reason: 'NotYetSupported', message: shorten(message) };
  }
  if (decision.problems.length > 0) {
    const message = `cannot render components: ${problemText(decision)}`;
    return { type, status: 'False', reason: 'ReconcileError', message: shorten(message) };
  }
  if (outcome?.failure) {
    const message = `${outcome.failure.stage}: ${messageOf(outcome.failure.error)}`;
    return { type, status: 'False', reason: 'ReconcileError', message: shorten(message) };
  }
  return { type, status: 'True', reason: 'ReconcileSuccess', message: '' };
}

function readyCondition(decision: Decision, outcome: Outcome | undefined): NewCondition {
  const type = CONDITIONS.ready;
  const [problem] = decision.problems;
  if (problem) return { type, status: 'False', reason: problem.reason, message: shorten(problemText(decision)) };
  if (outcome?.failure) {
    const { error } = outcome.failure;
    return { type, status: 'False', reason: failureReason(error), message: shorten(messageOf(error)) };
  }
  const health = worstHealth(decision.components.map(healthOfComponent));
  return conditionOf(health, `${count(decision.components.length, 'component')} ready`);
}

/** A Ready condition from a health. */
export function conditionOf(health: Health, readyMessage: string): NewCondition {
  const type = CONDITIONS.ready;
  if (health.status === 'ready') return { type, status: 'True', reason: 'Ready', message: readyMessage };
  const status = health.status === 'unknown' ? 'Unknown' : 'False';
  return { type, status, reason: health.reason, message: shorten(health.message ?? health.reason) };
}

/** The worst of a component's workload and traits; the message starts with the component's name. */
export function healthOfComponent(component: DecidedComponent): Health {
  const worst = worstHealth([component.health, ...component.traits.map((trait) => trait.health)]);
  if (worst.status === 'ready') return worst;
  return { ...worst, message: `${component.name}: ${worst.message ?? worst.reason}` };
}

/** `status` strings of workloads and traits are places for other controllers: kept, matched by reference. */
function workloadEntry(observed: ObservedApplication, component: DecidedComponent): WorkloadStatusEntry {
  const before = observed.application.status?.workloads?.find((entry) => entry.componentName === component.name);
  const { apiVersion, kind, name } = component.workload;
  return {
    ...(before?.status ? { status: before.status } : {}),
    componentName: component.name,
    workloadRef: { apiVersion, kind, name },
    traits: component.traits.map((trait) => {
      const { reference, message } = trait;
      const old = before?.traits?.find((entry) => objectKey(entry.traitRef) === objectKey(withoutNamespace(reference)));
      return {
        ...(old?.status ? { status: old.status } : {}),
        traitRef: withoutNamespace(reference),
        ...(message ? { message } : {}),
      };
    }),
  };
}

function withoutNamespace({ apiVersion, kind, name }: InventoryEntry) {
  return { apiVersion, kind, name };
}

/** Events tell of transitions: a steady application has none, and a standing problem is told once. */
function eventsOf(
  before: readonly Condition[],
  synced: NewCondition,
  decision: Decision,
  outcome: Outcome | undefined,
  generation: number | undefined,
): ApplicationEvent[] {
  const events: ApplicationEvent[] = [];
  const old = findCondition(before, CONDITIONS.synced);
  const told = old?.status === synced.status && old.reason === synced.reason && old.message === synced.message;
  for (const { reference, managers } of outcome?.repaired ?? []) {
    const message = `fields of ${describeObject(reference)} set by ${managers.join(', ')} were set back`;
    events.push({ type: 'Warning', reason: 'DriftRepaired', message });
  }
  if (synced.status === 'False' && !told) {
    events.push({ type: 'Warning', reason: warningReason(decision, outcome), message: synced.message });
  }
  if (synced.status === 'True' && (!told || old?.observedGeneration !== generation)) {
    events.push({ type: 'Normal', reason: 'RenderedComponents', message: 'Successfully rendered components' });
    events.push({ type: 'Normal', reason: 'AppliedComponents', message: 'Successfully applied components' });
  }
  if (outcome && outcome.pruned.length > 0) {
    const names = outcome.pruned.map(describeObject).join(', ');
    events.push({ type: 'Normal', reason: 'GarbageCollectedComponent', message: shorten(`deleted ${names}`) });
  }
  return events;
}

function warningReason(decision: Decision, outcome: Outcome | undefined): string {
  if (decision.notYet.length > 0) return 'NotYetSupported';
  if (decision.problems.length > 0) return 'CannotRenderComponents';
  return outcome?.failure?.stage === 'cannot apply components'
    ? 'CannotApplyComponents'
    : 'CannotGarbageCollectComponents';
}

const FAILURE_REASONS: Readonly<Record<string, string>> = {
  [KUBE_CODES.forbidden]: 'Forbidden',
  [KUBE_CODES.fieldConflict]: 'FieldConflict',
  [KUBE_CODES.invalid]: 'Rejected',
  [KUBE_CODES.unreachable]: 'Unreachable',
  [KUBE_CODES.kindUnknown]: 'KindUnknown',
};

function failureReason(error: unknown): string {
  return (isCapstanError(error) && FAILURE_REASONS[error.code]) || 'ApplyFailed';
}

function problemText(decision: Decision): string {
  const line = ({ component, message }: Decision['problems'][number]) =>
    component ? `component "${component}": ${message}` : message;
  return decision.problems.map(line).join('; ');
}

function shorten(text: string): string {
  return text.length <= LONGEST_MESSAGE ? text : `${text.slice(0, LONGEST_MESSAGE - 1)}…`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
