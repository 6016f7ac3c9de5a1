import type { ObjectRef } from '../model/core-types.ts';
import { KINDS } from '../model/kinds.ts';
import { compact, conditionIn, controllerReference, fromTime, isDeleting, toTime } from '../model/meta.ts';
import type { CronJob, CronJobStatus, Job } from '../model/workload-types.ts';
import { finishedAs } from './job-plan.ts';
import { type Schedule, timeIn } from './schedule.ts';

/** What the CronJob controller looks at. */
export interface CronState {
  readonly cronJob: CronJob;
  readonly jobs: readonly Job[];
  readonly schedule: Schedule;
  readonly now: number;
}

/** What is to be done, in this order: Jobs go, one starts, the status is written. */
export interface CronPlan {
  readonly remove: readonly Job[];
  readonly create?: Job;
  /** The status but for the Job that is created, which `started` adds. */
  readonly status: CronJobStatus;
  readonly requeueAfterMs?: number;
}

/** A little later than planned, so that the time has surely come. */
const LATE_MS = 100;

/** Decides one step of a CronJob (cronjob ControllerV2.sync). */
export function decideCronJob(state: CronState): CronPlan {
  const { cronJob, jobs, now } = state;
  const { spec } = cronJob;
  const status = seen(state);
  const history = outdated(cronJob, jobs);
  if (isDeleting(cronJob) || spec.suspend) return { remove: history, status };
  const due = lastDue(state, true);
  const requeue = untilNext(state);
  const wait: CronPlan = { remove: history, status, ...(requeue !== undefined && { requeueAfterMs: requeue }) };
  if (due === undefined) return wait;
  const create = jobOf(cronJob, due);
  const active = status.active ?? [];
  const known = active.some(({ name }) => name === create.metadata.name);
  if (known || fromTime(status.lastScheduleTime) === due || isTooLate(cronJob, due, now)) return wait;
  if (spec.concurrencyPolicy === 'Forbid' && active.length > 0) return wait;
  const replaced =
    spec.concurrencyPolicy === 'Replace'
      ? jobs.filter(({ metadata }) => active.some(({ uid }) => uid === metadata.uid))
      : [];
  const left = active.filter(({ uid }) => !replaced.some(({ metadata }) => metadata.uid === uid));
  return {
    ...wait,
    remove: [...history, ...replaced],
    create,
    status: withActive({ ...status, lastScheduleTime: toTime(due) }, left),
  };
}

/** The status with the Job that has been started. */
export function started(status: CronJobStatus, { apiVersion, kind, metadata }: Job): CronJobStatus {
  const { name, namespace, uid, resourceVersion } = metadata;
  const reference = compact({ apiVersion, kind, name, namespace, uid, resourceVersion }) as ObjectRef;
  return withActive(status, [...(status.active ?? []), reference]);
}

function withActive(status: CronJobStatus, active: readonly ObjectRef[]): CronJobStatus {
  const { active: _, ...others } = status;
  return active.length === 0 ? others : { active, ...others };
}

/** Active Jobs that have ended or gone are struck off; the last success is noted. */
function seen({ cronJob: { status = {} }, jobs }: CronState): CronJobStatus {
  const active = (status.active ?? []).filter(({ uid }) =>
    jobs.some((job) => job.metadata.uid === uid && finishedAs(job) === undefined),
  );
  const ends = jobs.flatMap((job) => (finishedAs(job) === 'Complete' ? (job.status?.completionTime ?? []) : []));
  const latest = [...ends, ...(status.lastSuccessfulTime ? [status.lastSuccessfulTime] : [])].sort().at(-1);
  return withActive(latest === undefined ? status : { ...status, lastSuccessfulTime: latest }, active);
}

/** Ended Jobs beyond the history limits, the oldest first. */
function outdated({ spec }: CronJob, jobs: readonly Job[]): Job[] {
  const { successfulJobsHistoryLimit: successes, failedJobsHistoryLimit: failures } = spec;
  return [...surplus(jobs, 'Complete', successes), ...surplus(jobs, 'Failed', failures)];
}

function surplus(jobs: readonly Job[], end: 'Complete' | 'Failed', limit: number | undefined): Job[] {
  if (limit === undefined) return [];
  const ended = jobs.filter((job) => finishedAs(job) === end && !isDeleting(job));
  const byStart = ended.toSorted(
    (one, other) =>
      fromTime(one.status?.startTime) - fromTime(other.status?.startTime) ||
      (one.metadata.name < other.metadata.name ? -1 : 1),
  );
  return byStart.slice(0, Math.max(0, ended.length - limit));
}

/** The latest time at which a Job was due and that has not been served; of several missed ones only the last counts. */
function lastDue({ cronJob, schedule, now }: CronState, within: boolean): number | undefined {
  const { startingDeadlineSeconds } = cronJob.spec;
  const earliest = Math.max(
    fromTime(cronJob.status?.lastScheduleTime ?? cronJob.metadata.creationTimestamp),
    within && startingDeadlineSeconds !== undefined ? now - startingDeadlineSeconds * 1000 : 0,
  );
  const first = schedule.next(earliest);
  const second = first === undefined ? undefined : schedule.next(first);
  if (first === undefined || first > now) return undefined;
  if (second === undefined || second > now) return first;
  const interval = Math.max(1000, second - first);
  // Jumps near to now instead of walking through years of missed times.
  const jump = first + (Math.floor((now - first) / interval) - 1) * interval;
  let latest: number | undefined;
  for (let time = schedule.next(jump); time !== undefined && time <= now; time = schedule.next(time)) latest = time;
  return latest ?? first;
}

function isTooLate({ spec: { startingDeadlineSeconds } }: CronJob, due: number, now: number): boolean {
  return startingDeadlineSeconds !== undefined && due + startingDeadlineSeconds * 1000 < now;
}

function untilNext({ schedule, now }: CronState): number | undefined {
  const next = schedule.next(now);
  return next === undefined ? undefined : next - now + LATE_MS;
}

const SCHEDULED = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

function jobOf(cronJob: CronJob, due: number): Job {
  const { jobTemplate, timeZone } = cronJob.spec;
  const { labels, annotations } = jobTemplate.metadata ?? {};
  const metadata = {
    name: `${cronJob.metadata.name}-${Math.floor(due / 60_000)}`,
    namespace: cronJob.metadata.namespace,
    labels,
    annotations: { ...annotations, [SCHEDULED]: timeIn(timeZone, due) },
    ownerReferences: [controllerReference(cronJob)],
  };
  return { ...KINDS.job, metadata: compact(metadata), spec: jobTemplate.spec } as Job;
}

/** How a Job ended, for the event that tells of it. */
export function endOf(job: Job): string {
  return conditionIn(job.status?.conditions, 'Failed')?.status === 'True' ? 'Failed' : 'Complete';
}
