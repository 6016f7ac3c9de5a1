import { describe, expect, test } from 'vitest';
import type { CronJob, Job } from '../model/workload-types.ts';
import { aCronJob, aJobOf, NOW } from '../testing/builders.ts';
import { decideCronJob, started } from './cron-plan.ts';
import { parseSchedule } from './schedule.ts';

function decide(cronJob: CronJob, jobs: readonly Job[] = [], now = NOW) {
  return decideCronJob({ cronJob, jobs, schedule: parseSchedule(cronJob.spec.schedule), now });
}

const at = (time: string) => Date.parse(`2026-01-01T${time}Z`);
const done = (time: string): Job['status'] => ({
  startTime: `2026-01-01T${time}Z`,
  completionTime: `2026-01-01T${time}Z`,
  conditions: [{ type: 'Complete', status: 'True' }],
});
const reference = (name: string) => ({ kind: 'Job', name, namespace: 'test', uid: `uid-${name}` });
const names = (jobs: readonly Job[]) => jobs.map(({ metadata }) => metadata.name);

describe('a schedule of every full hour, made at 10:10', () => {
  test.each([
    ['nothing is due before the hour', '10:59:59', undefined],
    ['a Job is due at the hour', '11:00:00', '11:00:00'],
    ['it is still due later', '11:40:00', '11:00:00'],
    ['of missed ones only the last counts', '15:20:00', '15:00:00'],
  ])('%s', (_name, now, due) => {
    const plan = decide(aCronJob(), [], at(now));
    expect(plan.create?.metadata.annotations).toEqual(
      due && { 'batch.kubernetes.io/cronjob-scheduled-timestamp': `2026-01-01T${due}Z` },
    );
    expect(plan.create?.metadata.name).toEqual(due && `nightly-${at(due) / 60_000}`);
    expect(plan.status.lastScheduleTime).toEqual(due && `2026-01-01T${due}Z`);
  });

  test('looks again shortly after the next hour', () => {
    expect(decide(aCronJob(), [], at('10:30:00')).requeueAfterMs).toBe(30 * 60_000 + 100);
  });

  test('is served once', () => {
    const served = aCronJob({}, { lastScheduleTime: '2026-01-01T12:00:00Z' });
    expect(decide(served, [], at('12:00:30')).create).toBeUndefined();
  });

  test('gives up what is later than its deadline', () => {
    const strict = aCronJob({ startingDeadlineSeconds: 60 });
    expect(decide(strict, [], at('12:00:30')).create).toBeDefined();
    expect(decide(strict, [], at('12:02:00')).create).toBeUndefined();
  });

  test('rests while it is suspended', () => {
    expect(decide(aCronJob({ suspend: true }))).toEqual({ remove: [], status: {} });
  });
});

describe('a Job that still runs', () => {
  const status = { active: [reference('running')], lastScheduleTime: '2026-01-01T11:00:00Z' };
  const jobs = [aJobOf(aCronJob(), 'running')];

  test.each([
    ['Allow', true, []],
    ['Forbid', false, []],
    ['Replace', true, ['running']],
  ])('with policy %s', (concurrencyPolicy, starts, removed) => {
    const plan = decide(aCronJob({ concurrencyPolicy }, status), jobs);
    expect(plan.create !== undefined).toBe(starts);
    expect(names(plan.remove)).toEqual(removed);
  });

  test('leaves the list when it has ended, and its time is noted', () => {
    const cronJob = aCronJob({}, status);
    const plan = decide(cronJob, [aJobOf(cronJob, 'running', done('11:00:05'))], at('11:30:00'));
    expect(plan.status).toEqual({
      lastScheduleTime: status.lastScheduleTime,
      lastSuccessfulTime: '2026-01-01T11:00:05Z',
    });
  });
});

test('ended Jobs beyond the limits go, the oldest first', () => {
  const cronJob = aCronJob({ suspend: true, successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 0 });
  const failed: Job['status'] = { conditions: [{ type: 'Failed', status: 'True' }] };
  const jobs = [
    aJobOf(cronJob, 'third', done('11:00:00')),
    aJobOf(cronJob, 'first', done('09:00:00')),
    aJobOf(cronJob, 'failed', failed),
    aJobOf(cronJob, 'running'),
  ];
  expect(names(decide(cronJob, jobs).remove)).toEqual(['first', 'failed']);
});

test('a started Job is listed', () => {
  const job = aJobOf(aCronJob(), 'one');
  expect(started({ active: [reference('zero')] }, job).active?.map(({ name }) => name)).toEqual(['zero', 'one']);
});
