import { type Condition, describeObject } from '@capstan/base';
import { findCondition, setCondition } from '@capstan/kube';
import type { ApplicationConfigurationStatus } from '@capstan/oam-model';
import type { Outcome } from './act.ts';
import {
  CONDITIONS,
  healthConditions,
  listed,
  shorten,
  syncError,
  syncedCondition,
  warningReason,
  withHealth,
} from './conditions.ts';
import type { Decision, ObservedApplication } from './model.ts';
import { same } from './plain.ts';
import { inventoryAfter, workloadEntries } from './status-entries.ts';

/** Something to tell on the application's `kubectl describe`. */
export interface ApplicationEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** A merge patch of an application's status: null takes away. */
export type StatusPatch = Omit<ApplicationConfigurationStatus, 'dependency' | 'historyWorkloads'> & {
  readonly dependency?: { readonly unsatisfied: Decision['unsatisfied'] | null };
  readonly historyWorkloads?: Decision['history'] | null;
};

/** What is written about a pass. */
export interface Conclusion {
  /** The whole of our part of the status, as a merge patch; undefined when it is as it was. */
  readonly status?: StatusPatch;
  /** False when the status only says more exactly what is under way: that can wait for more to say. */
  readonly urgent: boolean;
  readonly events: readonly ApplicationEvent[];
}

/** What to write after a pass. `observed` and `decision` are as after it, with the applied objects in view. Pure. */
export function conclude(
  observed: ObservedApplication,
  decision: Decision,
  outcome: Outcome | undefined,
  now: number,
): Conclusion {
  const { application } = observed;
  const before = application.status?.conditions ?? [];
  const { generation } = application.metadata;
  const stamp = { generation, now };
  const synced = syncedCondition(observed, decision, outcome);
  const health = healthConditions(decision, outcome);
  const conditions = withHealth(synced ? setCondition(before, synced, stamp) : before, health, stamp);
  // Whoever waits for a generation looks at Synced next: both are true together, or not yet.
  const seen = synced && generation !== undefined ? { observedGeneration: generation } : {};
  const kept = decision.problems.length > 0;
  const status: StatusPatch = {
    conditions,
    ...seen,
    workloads: kept ? (application.status?.workloads ?? []) : workloadEntries(application, decision, outcome),
    inventory: kept ? (application.status?.inventory ?? []) : inventoryAfter(observed, decision, outcome),
    ...(kept ? {} : listsThatWere(application.status, decision)),
  };
  const changed = !same(patched(application.status, status), application.status ?? {});
  return {
    ...(changed ? { status } : {}),
    urgent: isUrgent(before, conditions, application.status, status, synced !== undefined),
    events: eventsOf(observed, decision, outcome),
  };
}

/** Lists that are there only with items; `dependency` itself always is, as the reference's clients expect. */
function listsThatWere(
  before: ApplicationConfigurationStatus | undefined,
  { unsatisfied, history }: Decision,
): StatusPatch {
  const some = history.length > 0;
  return {
    dependency: { unsatisfied: unsatisfied.length > 0 ? unsatisfied : null },
    ...(some || before?.historyWorkloads ? { historyWorkloads: some ? history : null } : {}),
  };
}

function isUrgent(
  before: readonly Condition[],
  after: readonly Condition[],
  old: ApplicationConfigurationStatus | undefined,
  status: StatusPatch,
  known: boolean,
): boolean {
  const was = findCondition(before, CONDITIONS.ready);
  const is = findCondition(after, CONDITIONS.ready);
  if (!known && is?.status !== 'True' && is?.reason !== 'WaitingForDependencies') return false;
  if (was?.status !== is?.status || was?.observedGeneration !== is?.observedGeneration) return true;
  const but = after.map((condition) => {
    const old = findCondition(before, condition.type);
    return condition.type === CONDITIONS.synced || old?.status !== condition.status ? condition : old;
  });
  const said = patched(old, { ...status, conditions: but }) as ApplicationConfigurationStatus;
  return !same(withoutRemarks(said), withoutRemarks({ ...old, conditions: before }));
}

/** What traits say of themselves changes as often as what Ready says. */
function withoutRemarks(status: ApplicationConfigurationStatus): object {
  const workloads = status.workloads?.map((entry) => ({
    ...entry,
    traits: entry.traits?.map(({ message: _, ...trait }) => trait) ?? [],
  }));
  return { ...status, ...(workloads ? { workloads } : {}) };
}

function patched(status: ApplicationConfigurationStatus | undefined, patch: StatusPatch): object {
  const unsatisfied = patch.dependency?.unsatisfied;
  const dependency = patch.dependency && { dependency: unsatisfied ? { unsatisfied } : {} };
  const fields = Object.entries({ ...status, ...patch, ...dependency });
  return Object.fromEntries(fields.filter(([, value]) => value !== null));
}

/** Events tell of transitions: a steady application has none, and a standing problem is told once. */
function eventsOf(observed: ObservedApplication, decision: Decision, outcome: Outcome | undefined): ApplicationEvent[] {
  const { application } = observed;
  const events: ApplicationEvent[] = [];
  const old = findCondition(application.status?.conditions ?? [], CONDITIONS.synced);
  const synced = syncedCondition(observed, decision, outcome);
  const told = old?.status === synced?.status && old?.reason === synced?.reason && old?.message === synced?.message;
  for (const { reference, managers } of outcome?.repaired ?? []) {
    const message = `fields of ${describeObject(reference)} set by ${managers.join(', ')} were set back`;
    events.push({ type: 'Warning', reason: 'DriftRepaired', message });
  }
  const error = syncError(observed, decision, outcome);
  if (error && error !== 'awaited' && !told) {
    events.push({ type: 'Warning', reason: warningReason(error.stage), message: shorten(error.message) });
  }
  if (synced?.status === 'True' && (!told || old?.observedGeneration !== application.metadata.generation)) {
    events.push({ type: 'Normal', reason: 'RenderedComponents', message: 'Successfully rendered components' });
    events.push({ type: 'Normal', reason: 'AppliedComponents', message: 'Successfully applied components' });
    events.push(...leftOutEvent(decision, outcome));
  }
  if (outcome && outcome.pruned.length > 0) {
    const message = shorten(`Successfully garbage collected component: ${listed(outcome.pruned)}`);
    events.push({ type: 'Normal', reason: 'GarbageCollectedComponent', message });
  }
  return events;
}

/** Fields that a kind does not know are no error, as in the reference; but somebody meant something by them. */
function leftOutEvent({ rendered }: Decision, outcome: Outcome | undefined): ApplicationEvent[] {
  const leftOut = [...rendered.flatMap((component) => component.leftOut), ...(outcome?.leftOut ?? [])];
  if (leftOut.length === 0) return [];
  return [{ type: 'Warning', reason: 'FieldsLeftOut', message: shorten(leftOut.join('; ')) }];
}
