import { type Condition, describeObject, type Health, isCapstanError, messageOf, worstHealth } from '@capstan/base';
import { type ConditionStamp, KUBE_CODES, type NewCondition, setCondition } from '@capstan/kube';
import { CORE_CODES } from '../codes.ts';
import type { Outcome } from './act.ts';
import { healthOf } from './dependencies.ts';
import { leavingText, overdueText } from './leaving.ts';
import type { DecidedComponent, Decision, DecisionProblem, Stage } from './model.ts';
import type { LiveState } from './object-health.ts';
import { applyOf } from './plan.ts';
import { reportOf } from './reports.ts';

/**
 * Conditions of an application (and of workloads and traits whose status we fill). The last two are there only while they
 * are True, one of them: what is not ready is degraded then. `degraded` may pass by itself; `stalled` does not until
 * somebody asks for something else, which is how kstatus, Flux and Argo CD read that condition.
 */
export const CONDITIONS = { synced: 'Synced', ready: 'Ready', degraded: 'Degraded', stalled: 'Stalled' } as const;

const LONGEST_MESSAGE = 1024;

/**
 * The condition Synced, worded as the reference words it; undefined while the controllers of workloads and traits have
 * not reported on what was applied. What waits for dependencies does not count.
 */
export function syncedCondition(
  state: LiveState,
  decision: Decision,
  outcome: Outcome | undefined,
): NewCondition | undefined {
  const error = syncError(state, decision, outcome);
  if (error === 'awaited') return undefined;
  const type = CONDITIONS.synced;
  if (!error) return { type, status: 'True', reason: 'ReconcileSuccess', message: '' };
  return { type, status: 'False', reason: 'ReconcileError', message: shorten(`${error.stage}: ${error.message}`) };
}

/** Why an application is not synced. */
export interface SyncError {
  readonly stage: Stage;
  readonly message: string;
}

/** Why the application is not synced; undefined when it is, `awaited` while that is not known. */
export function syncError(
  { live }: LiveState,
  { problems, objects }: Decision,
  outcome: Outcome | undefined,
): SyncError | 'awaited' | undefined {
  if (problems.length > 0) return { stage: stageOf(problems), message: problemText(problems) };
  if (outcome?.failure) return { stage: outcome.failure.stage, message: messageOf(outcome.failure.error) };
  let awaited = false;
  let failure: SyncError | undefined;
  for (const { key, role, action, object } of objects) {
    if (role === 'resource' || action === 'wait' || action === 'taken') continue;
    const found = live.get(key);
    const report = found && reportOf(found);
    awaited ||= report?.state === 'awaited';
    if (report?.state !== 'failed') continue;
    failure ??= { stage: 'cannot apply components', message: `${applyOf(role, object)}: ${report.message}` };
  }
  // A trait may complain of a workload that is only just being made.
  return awaited ? 'awaited' : failure;
}

/** What a stage is called in Events. */
export function warningReason(stage: Stage): string {
  return WARNINGS[stage];
}

const WARNINGS: Readonly<Record<Stage, string>> = {
  'cannot render components': 'CannotRenderComponents',
  'cannot apply components': 'CannotApplyComponents',
  'cannot garbage collect components': 'CannotGarbageCollectComponents',
  'failed to finalize workloads': 'CannotFinalizeWorkloads',
};

/** Rendering comes first, so what is wrong there decides. */
function stageOf(problems: readonly DecisionProblem[]): Stage {
  const stages = problems.map(({ stage }) => stage ?? 'cannot render components');
  return stages.includes('cannot render components')
    ? 'cannot render components'
    : (stages[0] ?? 'cannot render components');
}

/**
 * The condition Ready, and what else says how bad it is: the worst of all components; what waits is named before what is
 * only under way.
 */
export function healthConditions(decision: Decision, outcome: Outcome | undefined): NewCondition[] {
  const type = CONDITIONS.ready;
  const [problem] = decision.problems;
  if (problem)
    return [{ type, status: 'False', reason: problem.reason, message: shorten(problemText(decision.problems)) }];
  if (outcome?.failure) {
    const { error } = outcome.failure;
    return [{ type, status: 'False', reason: failureReason(error), message: shorten(messageOf(error)) }];
  }
  const { components } = decision;
  const healths = components.map(healthOfComponent);
  const worst = worstHealth([...healths, leavingHealth(decision)]);
  const waits = healths.find(({ reason }) => reason === 'WaitingForDependencies');
  const health = worst.status === 'progressing' && waits ? waits : worst;
  return conditionsOfHealth(health, `${components.length} component${components.length === 1 ? '' : 's'} ready`);
}

/** Until everything that is not wanted any more is gone, an application is not as it was asked for. */
function leavingHealth({ leaving }: Decision): Health {
  if (leaving.length === 0) return { status: 'ready', reason: 'Ready' };
  const stuck = leaving.some(({ overdue }) => overdue);
  const message = leaving.map((one) => (one.overdue ? overdueText(one) : leavingText(one))).join('; ');
  return { status: stuck ? 'degraded' : 'progressing', reason: stuck ? 'DeletionStuck' : 'Deleting', message };
}

/** The condition Ready from a health, and Degraded or Stalled where it is that. */
export function conditionsOfHealth(health: Health, readyMessage: string): NewCondition[] {
  const { ready, degraded, stalled } = CONDITIONS;
  if (health.status === 'ready') return [{ type: ready, status: 'True', reason: 'Ready', message: readyMessage }];
  const said = { reason: health.reason, message: shorten(health.message ?? health.reason) };
  if (health.status === 'degraded')
    return [
      { type: ready, status: 'False', ...said },
      { type: health.final ? stalled : degraded, status: 'True', ...said },
    ];
  return [{ type: ready, status: health.status === 'unknown' ? 'Unknown' : 'False', ...said }];
}

/** A list of conditions with what a health says set in it, and without what it does not say any more. */
export function withHealth(
  list: readonly Condition[],
  health: readonly NewCondition[],
  stamp: ConditionStamp,
): Condition[] {
  const passing: readonly string[] = [CONDITIONS.degraded, CONDITIONS.stalled];
  const left = list.filter(({ type }) => !passing.includes(type) || health.some((one) => one.type === type));
  return health.reduce<Condition[]>((conditions, one) => setCondition(conditions, one, stamp), left);
}

/** The worst of a component's workload and traits; the message starts with the instance's name. */
export function healthOfComponent(component: DecidedComponent): Health {
  const worst = healthOf(component);
  if (worst.status === 'ready') return worst;
  return { ...worst, message: `${component.instance}: ${worst.message ?? worst.reason}` };
}

const FAILURE_REASONS: Readonly<Record<string, string>> = {
  [KUBE_CODES.forbidden]: 'Forbidden',
  [KUBE_CODES.fieldConflict]: 'FieldConflict',
  [KUBE_CODES.invalid]: 'Rejected',
  [KUBE_CODES.unreachable]: 'Unreachable',
  [KUBE_CODES.kindUnknown]: 'KindUnknown',
  [CORE_CODES.notControlled]: 'NotControlled',
};

function failureReason(error: unknown): string {
  return (isCapstanError(error) && FAILURE_REASONS[error.code]) || 'ApplyFailed';
}

/** What is said of a workload or trait of which the API server refused something; undefined where trying again may do. */
export function refusalOf(error: unknown): Health | undefined {
  const reason = failureReason(error);
  return reason === 'ApplyFailed' ? undefined : { status: 'degraded', reason, message: messageOf(error) };
}

/** The problems as one sentence. The reference's words name the component themselves, in quotes. */
export function problemText(problems: readonly DecisionProblem[]): string {
  const line = ({ component, message, stage }: DecisionProblem) =>
    !component || stage || message.includes(`"${component}"`) ? message : `component "${component}": ${message}`;
  return [...new Set(problems.map(line))].join('; ');
}

/** As long as a condition's message may be for everybody to show it. */
export function shorten(text: string): string {
  return text.length <= LONGEST_MESSAGE ? text : `${text.slice(0, LONGEST_MESSAGE - 1)}…`;
}

/** The names of objects, for messages. */
export function listed(references: readonly Parameters<typeof describeObject>[0][]): string {
  return references.map(describeObject).join(', ');
}
