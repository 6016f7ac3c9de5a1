import { describe, expect, test } from 'vitest';
import type { Pod } from '../model/core-types.ts';
import { conditionIn } from '../model/meta.ts';
import type { Job } from '../model/workload-types.ts';
import { ago, aJob, aPod, NOW, TIME } from '../testing/builders.ts';
import { decideJob, finishedAs } from './job-plan.ts';

function decide(job: Job, pods: readonly Pod[] = []) {
  return decideJob({ job, pods, now: NOW });
}

function ended(name: string, phase: 'Succeeded' | 'Failed', index?: number): Pod {
  const annotations = { 'batch.kubernetes.io/job-completion-index': String(index) };
  return aPod(name, { ready: false, phase, metadata: index === undefined ? {} : { annotations } });
}

const condition = (job: Job, pods: readonly Pod[], type: string) =>
  conditionIn(decide(job, pods).status.conditions, type);

test('a new Job starts a Pod and its clock', () => {
  expect(decide(aJob())).toMatchObject({
    create: [undefined],
    status: { active: 1, ready: 0, terminating: 0, startTime: TIME },
  });
});

test.each([
  ['as many as parallelism', { parallelism: 2, completions: 5 }, [], 2],
  [
    'no more than are left to do',
    { parallelism: 3, completions: 3 },
    [ended('a', 'Succeeded'), ended('b', 'Succeeded')],
    1,
  ],
  ['none beside one that runs', {}, [aPod('a')], 0],
  ['none while it is suspended', { suspend: true }, [], 0],
])('Pods are started: %s', (_name, spec, pods, count) => {
  expect(decide(aJob(spec), pods).create).toHaveLength(count);
});

describe('a Job ends', () => {
  test('well when enough Pods have succeeded', () => {
    const { status } = decide(aJob({}, { startTime: ago(5) }), [ended('a', 'Succeeded')]);
    expect(status).toMatchObject({ succeeded: 1, completionTime: TIME, startTime: ago(5), ready: 0 });
    expect(status.conditions?.map(({ type, reason }) => [type, reason])).toEqual([
      ['SuccessCriteriaMet', 'CompletionsReached'],
      ['Complete', 'CompletionsReached'],
    ]);
    expect(status).not.toHaveProperty('active');
    expect(finishedAs(aJob({}, status))).toBe('Complete');
  });

  test('badly when too many have failed, after the others are gone', () => {
    const job = aJob({ backoffLimit: 1, parallelism: 3, completions: 3 }, { startTime: ago(5) });
    const failed = [ended('a', 'Failed'), ended('b', 'Failed')];
    const first = decide(job, [...failed, aPod('c')]);
    expect(first.remove.map(({ metadata }) => metadata.name)).toEqual(['c']);
    expect(conditionIn(first.status.conditions, 'Failed')).toBeUndefined();
    expect(condition(job, failed, 'FailureTarget')).toMatchObject({ reason: 'BackoffLimitExceeded' });
    expect(condition(job, failed, 'Failed')).toMatchObject({
      reason: 'BackoffLimitExceeded',
      message: 'Job has reached the specified backoff limit',
    });
  });

  test('badly at its deadline, for which a look is planned', () => {
    const job = (started: number) => aJob({ activeDeadlineSeconds: 60 }, { startTime: ago(started) });
    expect(decide(job(50), [aPod('a')]).requeueAfterMs).toBe(10_000);
    expect(decide(job(60), [aPod('a')]).remove).toHaveLength(1);
    expect(condition(job(60), [], 'Failed')).toMatchObject({ reason: 'DeadlineExceeded' });
  });

  test('and is deleted after its time to live', () => {
    const conditions = [{ type: 'Complete', status: 'True', lastTransitionTime: ago(30) } as const];
    expect(decide(aJob({ ttlSecondsAfterFinished: 40 }, { conditions })).requeueAfterMs).toBe(10_000);
    expect(decide(aJob({ ttlSecondsAfterFinished: 30 }, { conditions })).expired).toBe(true);
    expect(decide(aJob({}, { conditions }))).toEqual({ create: [], remove: [], status: { conditions } });
  });
});

test('a failed Pod is followed by another after a delay that grows', () => {
  const later = { ...ended('b', 'Failed') };
  expect(decide(aJob(), [ended('a', 'Failed')]).create).toHaveLength(1);
  // It ended 30 s ago: with two failures the delay is 20 s, with four it is 80 s.
  expect(decide(aJob(), [ended('a', 'Failed'), later]).create).toHaveLength(1);
  const four = ['a', 'b', 'c', 'd'].map((name) => ended(name, 'Failed'));
  expect(decide(aJob(), four)).toMatchObject({ create: [], requeueAfterMs: 50_000 });
});

test('suspending takes the Pods away and is told; resuming restarts the clock', () => {
  const running = aJob({ suspend: true }, { startTime: ago(50) });
  const suspended = decide(running, [aPod('a')]);
  expect(suspended.remove).toHaveLength(1);
  expect(conditionIn(suspended.status.conditions, 'Suspended')).toMatchObject({
    status: 'True',
    reason: 'JobSuspended',
  });
  const resumed = decide(aJob({}, suspended.status));
  expect(resumed).toMatchObject({ create: [undefined], status: { startTime: TIME } });
  expect(conditionIn(resumed.status.conditions, 'Suspended')).toMatchObject({ status: 'False', reason: 'JobResumed' });
});

test('an indexed Job runs each index to its end', () => {
  const job = aJob({ completionMode: 'Indexed', completions: 5, parallelism: 2 }, { completedIndexes: '0' });
  const running = aPod('x', { metadata: { annotations: { 'batch.kubernetes.io/job-completion-index': '1' } } });
  const plan = decide(job, [running, ended('y', 'Succeeded', 2)]);
  expect(plan.create).toEqual([3]);
  expect(plan.status).toMatchObject({ completedIndexes: '0,2', succeeded: 2, active: 2 });
});

test('successes that were counted stay counted when their Pods are deleted', () => {
  const job = aJob({ completions: 3, parallelism: 3 }, { startTime: ago(5), succeeded: 2 });
  expect(decide(job).create).toHaveLength(1);
});
