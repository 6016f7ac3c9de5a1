import type { Pod } from '../model/core-types.ts';
import { compact, conditionIn, fromTime, isDeleting, type StatusCondition, toTime } from '../model/meta.ts';
import type { Job, JobStatus } from '../model/workload-types.ts';
import { inDeletionOrder, isActive, isReady, isTerminating } from '../pods/pod-state.ts';
import { indexOf, parseIndexes, writeIndexes } from './job-indexes.ts';

/** What the Job controller looks at. */
export interface JobState {
  readonly job: Job;
  readonly pods: readonly Pod[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What is to be done, and the status to which it leads unless a write fails. */
export interface JobPlan {
  /** Completion indexes of new Pods; undefined for each Pod of a Job without indexes. */
  readonly create: readonly (number | undefined)[];
  readonly remove: readonly Pod[];
  readonly status: JobStatus;
  /** Its time has come (ttlSecondsAfterFinished). */
  readonly expired?: boolean;
  readonly requeueAfterMs?: number;
}

/** The job controller's delay before it tries again after a failed Pod: doubles up to ten minutes. */
const FIRST_BACKOFF_MS = 10_000;
const LAST_BACKOFF_MS = 600_000;
const EXCEEDED = { reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
const TOO_LONG = { reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };
const REACHED = { reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' };

/** Whether the Job has ended, and how. */
export function finishedAs({ status }: Job): 'Complete' | 'Failed' | undefined {
  if (isTrue(status, 'Complete')) return 'Complete';
  return isTrue(status, 'Failed') ? 'Failed' : undefined;
}

function isTrue(status: JobStatus | undefined, type: string): boolean {
  return conditionIn(status?.conditions, type)?.status === 'True';
}

/**
 * Decides one step of a Job (job.Controller.syncJob). Ended Pods are counted as long as they exist, or were counted before;
 * the real controller's tracking finalizers, Pod failure policies, success policies and limits per index are not played.
 */
export function decideJob(state: JobState): JobPlan {
  const { job, pods, now } = state;
  if (finishedAs(job)) return afterwards(job, now);
  const counts = count(state);
  const end = endOf(job, counts, now);
  const active = pods.filter(isActive);
  if (end) {
    const waiting = active.length + counts.terminating;
    return { create: [], remove: active, status: statusOf(state, counts, waiting === 0 ? end : undefined) };
  }
  const managed = isDeleting(job) ? { create: [], remove: [] } : manage(state, counts, active);
  const left = active.length + managed.create.length - managed.remove.length;
  const complete = isComplete(job, counts.succeeded) && left === 0 && counts.terminating === 0;
  const status = statusOf(state, counts, complete ? { type: 'Complete', ...REACHED } : undefined, left);
  const requeueAfterMs = untilDeadline(job, status, now, managed.requeueAfterMs);
  return { ...managed, status, ...(requeueAfterMs !== undefined && { requeueAfterMs }) };
}

interface Counts {
  readonly succeeded: number;
  readonly failed: number;
  readonly terminating: number;
  readonly indexes: ReadonlySet<number>;
}

function count({ job, pods }: JobState): Counts {
  const ended = (phase: string) => pods.filter(({ status }) => status?.phase === phase);
  const succeeded = ended('Succeeded');
  const indexes = new Set([...parseIndexes(job.status?.completedIndexes), ...succeeded.flatMap(indexOf)]);
  const indexed = job.spec.completionMode === 'Indexed';
  return {
    succeeded: indexed ? indexes.size : Math.max(job.status?.succeeded ?? 0, succeeded.length),
    failed: Math.max(job.status?.failed ?? 0, ended('Failed').length),
    terminating: pods.filter(isTerminating).length,
    indexes,
  };
}

interface End {
  readonly type: 'Complete' | 'Failed';
  readonly reason: string;
  readonly message: string;
}

/** Why the Job is to end although Pods may still run. */
function endOf(job: Job, { failed }: Counts, now: number): End | undefined {
  const known = conditionIn(job.status?.conditions, 'FailureTarget');
  if (known?.status === 'True') {
    return { type: 'Failed', reason: known.reason ?? '', message: known.message ?? '' };
  }
  if (isTrue(job.status, 'SuccessCriteriaMet')) return { type: 'Complete', ...REACHED };
  if (failed > (job.spec.backoffLimit ?? 6)) return { type: 'Failed', ...EXCEEDED };
  const { activeDeadlineSeconds, suspend } = job.spec;
  const started = job.status?.startTime;
  if (activeDeadlineSeconds === undefined || suspend || !started) return undefined;
  return fromTime(started) + activeDeadlineSeconds * 1000 <= now ? { type: 'Failed', ...TOO_LONG } : undefined;
}

function isComplete({ spec }: Job, succeeded: number): boolean {
  return spec.completions === undefined ? succeeded > 0 : succeeded >= spec.completions;
}

interface Managed {
  readonly create: readonly (number | undefined)[];
  readonly remove: readonly Pod[];
  readonly requeueAfterMs?: number;
}

/** As many Pods as parallelism and what is left to do ask for (job.Controller.manageJob). */
function manage({ job, pods, now }: JobState, counts: Counts, active: readonly Pod[]): Managed {
  const { parallelism = 1, completions, completionMode, suspend } = job.spec;
  if (suspend) return { create: [], remove: active };
  const left = completions === undefined ? undefined : Math.max(0, completions - counts.succeeded);
  const open = completions === undefined && counts.succeeded > 0 ? active.length : parallelism;
  const wanted = Math.min(left ?? open, open);
  const surplus = active.length - wanted;
  if (surplus > 0) return { create: [], remove: inDeletionOrder(active).slice(0, surplus) };
  if (surplus === 0) return { create: [], remove: [] };
  const delay = backoffLeft(pods, counts.failed, now);
  if (delay > 0) return { create: [], remove: [], requeueAfterMs: delay };
  if (completionMode !== 'Indexed') return { create: Array.from({ length: -surplus }, () => undefined), remove: [] };
  const taken = new Set([...counts.indexes, ...active.flatMap(indexOf)]);
  const free = Array.from({ length: completions ?? 0 }, (_, index) => index).filter((index) => !taken.has(index));
  return { create: free.slice(0, -surplus), remove: [] };
}

function backoffLeft(pods: readonly Pod[], failed: number, now: number): number {
  const times = pods.filter(({ status }) => status?.phase === 'Failed').map(endedAt);
  if (failed === 0 || times.length === 0) return 0;
  return Math.max(...times) + Math.min(LAST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failed - 1)) - now;
}

function endedAt({ metadata, status }: Pod): number {
  return fromTime(conditionIn(status?.conditions, 'Ready')?.lastTransitionTime ?? metadata.creationTimestamp);
}

function statusOf({ job, pods, now }: JobState, counts: Counts, end: End | undefined, active = 0): JobStatus {
  const time = toTime(now);
  const { suspend, completionMode } = job.spec;
  const known = conditionIn(job.status?.conditions, 'Suspended');
  const resumed = known?.status === 'True' && !suspend;
  const startTime = resumed || !job.status?.startTime ? (suspend ? undefined : time) : job.status.startTime;
  return compact({
    active: active || undefined,
    ready: end ? 0 : pods.filter((pod) => isActive(pod) && isReady(pod)).length,
    terminating: counts.terminating,
    succeeded: counts.succeeded || undefined,
    failed: counts.failed || undefined,
    startTime: startTime ?? job.status?.startTime,
    completionTime: end?.type === 'Complete' ? time : undefined,
    completedIndexes: completionMode === 'Indexed' ? writeIndexes(counts.indexes) || undefined : undefined,
    conditions: conditionsOf(job, end, time),
    uncountedTerminatedPods: {},
  }) as JobStatus;
}

function conditionsOf({ spec, status }: Job, end: End | undefined, time: string): StatusCondition[] | undefined {
  const known = [...(status?.conditions ?? [])];
  const told: [string, 'True' | 'False', string, string][] = [];
  if (end) {
    const interim = end.type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget';
    told.push([interim, 'True', end.reason, end.message], [end.type, 'True', end.reason, end.message]);
  } else if (spec.suspend) told.push(['Suspended', 'True', 'JobSuspended', 'Job suspended']);
  else if (conditionIn(known, 'Suspended')) told.push(['Suspended', 'False', 'JobResumed', 'Job resumed']);
  const next = told.reduce((all, [type, value, reason, message]) => {
    if (conditionIn(all, type)?.status === value) return all;
    const made = { type, status: value, lastProbeTime: time, lastTransitionTime: time, reason, message };
    return [...all.filter((one) => one.type !== type), made];
  }, known);
  return next.length === 0 ? undefined : next;
}

function untilDeadline(job: Job, { startTime }: JobStatus, now: number, other?: number): number | undefined {
  const { activeDeadlineSeconds, suspend } = job.spec;
  if (activeDeadlineSeconds === undefined || suspend || !startTime) return other;
  const left = Math.max(1, fromTime(startTime) + activeDeadlineSeconds * 1000 - now);
  return Math.min(left, other ?? left);
}

function afterwards(job: Job, now: number): JobPlan {
  const nothing = { create: [], remove: [], status: job.status ?? {} };
  const { ttlSecondsAfterFinished } = job.spec;
  if (ttlSecondsAfterFinished === undefined || isDeleting(job)) return nothing;
  const ended = conditionIn(job.status?.conditions, finishedAs(job) ?? '')?.lastTransitionTime;
  const left = fromTime(ended) + ttlSecondsAfterFinished * 1000 - now;
  return left <= 0 ? { ...nothing, expired: true } : { ...nothing, requeueAfterMs: left };
}
