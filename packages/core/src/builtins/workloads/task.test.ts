import type { KubernetesObject } from '@capstan/base';
import { EMPTY_CLUSTER } from '@capstan/plugin-api';
import { describe, expect, test } from 'vitest';
import { aWorkload, CONTEXT, rendered, typeOf } from '../testing/builders.ts';

function jobOf(kind: string, spec: object = {}): KubernetesObject {
  const [job, ...more] = rendered(aWorkload(kind, spec));
  expect(more).toEqual([]);
  return job as KubernetesObject;
}

describe('a Task', () => {
  test.each<[string, object, object]>([
    ['nothing but an image', {}, { template: { spec: { restartPolicy: 'Never' } } }],
    ['completions', { completions: 3 }, { completions: 3 }],
    ['parallelism', { parallelism: 2 }, { parallelism: 2 }],
    ['retries', { retries: 0 }, { backoffLimit: 0 }],
    ['restart', { restart: 'OnFailure' }, { template: { spec: { restartPolicy: 'OnFailure' } } }],
    ['timeoutSeconds', { timeoutSeconds: 60 }, { activeDeadlineSeconds: 60 }],
    ['ttlSeconds', { ttlSeconds: 30 }, { ttlSecondsAfterFinished: 30 }],
    ['command', { command: ['/run'] }, { template: { spec: { containers: [{ command: ['/run'] }] } } }],
  ])('with %s', (_what, spec, expected) => {
    expect(jobOf('Task', spec)['spec']).toMatchObject(expected);
  });

  test('states nothing that it was not told', () => {
    expect(Object.keys(jobOf('Task')['spec'] as object)).toEqual(['template']);
  });

  test.each<[string, object]>([
    ['another image', { image: 'other:2' }],
    ['another command', { command: ['/other'] }],
    ['other completions', { completions: 2 }],
    ['another restart', { restart: 'OnFailure' }],
    ['another run', { run: 'again' }],
  ])('is another Job for %s', (_what, spec) => {
    expect(jobOf('Task', spec).metadata.name).not.toBe(jobOf('Task').metadata.name);
  });

  test.each<[string, object]>([
    ['parallelism', { parallelism: 2 }],
    ['retries', { retries: 1 }],
    ['timeoutSeconds', { timeoutSeconds: 5 }],
    ['ttlSeconds', { ttlSeconds: 60 }],
  ])('is the same Job with other %s, which a Job lets change', (_what, spec) => {
    expect(jobOf('Task', spec).metadata.name).toBe(jobOf('Task').metadata.name);
  });

  test("is not run again by a new revision's labels", () => {
    const labels = { 'app.oam.dev/revision': 'front-v2' };
    const [job] = typeOf('Task').contribution.render(aWorkload('Task'), { ...CONTEXT, labels });
    expect(job).toEqual(jobOf('Task'));
  });

  test('has a Job whose name fits a label, however long its own is', () => {
    const long = { ...aWorkload('Task'), metadata: { name: `${'x'.repeat(53)}.${'y'.repeat(100)}` } };
    const [job] = rendered(long);
    expect(job?.metadata.name).toMatch(/^x{53}-[0-9a-f]{8}$/);
  });
});

test('a SingletonTask runs one pod at a time and has nothing to count', () => {
  expect(jobOf('SingletonTask')['spec']).toMatchObject({ completions: 1, parallelism: 1 });
  const properties = typeOf('SingletonTask').crd.spec.versions[0]?.schema?.openAPIV3Schema?.properties?.['spec'];
  expect(Object.keys(properties?.properties ?? {})).toEqual(expect.not.arrayContaining(['completions', 'parallelism']));
});

describe('the state of a task', () => {
  const { health, status, isDone } = typeOf('Task').contribution;
  const aTask = (job?: object): KubernetesObject => ({ ...aWorkload('Task'), ...(job ? { status: { job } } : {}) });
  const aJob = (status: object = {}, spec: object = {}): KubernetesObject => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'web-1' },
    spec,
    status,
  });
  const ended = (type: string, message?: string) => ({ conditions: [{ type, status: 'True', message }] });
  const complete = { name: 'web-1', state: 'Complete', succeeded: 1 };
  const failed = { name: 'web-1', state: 'Failed', message: 'no luck' };

  test.each<[string, KubernetesObject, KubernetesObject[], string, string, RegExp?]>([
    ['without a Job', aTask(), [], 'progressing', 'Creating'],
    ['with a new Job', aTask(), [aJob()], 'progressing', 'Running', /0 of 1/],
    [
      'half way',
      aTask(),
      [aJob({ succeeded: 2, failed: 1 }, { completions: 3 })],
      'progressing',
      'Running',
      /2 of 3.*1 failed/,
    ],
    ['complete', aTask(), [aJob(ended('Complete'))], 'ready', 'Completed'],
    ['failed', aTask(), [aJob(ended('Failed', 'too often'))], 'degraded', 'JobFailed', /web-1 failed: too often/],
    ['complete, the Job gone', aTask(complete), [], 'ready', 'Completed'],
    ['failed, the Job gone', aTask(failed), [], 'degraded', 'JobFailed', /no luck/],
    ['running again after an end', aTask(complete), [aJob({ active: 1 })], 'progressing', 'Running'],
  ])('%s', (_what, task, children, expected, reason, message = /.*/) => {
    expect(health?.(task, children, EMPTY_CLUSTER)).toMatchObject({ status: expected, reason });
    expect(health?.(task, children, EMPTY_CLUSTER).message ?? '').toMatch(message);
  });

  test('is remembered when the Job is gone, and a Job that has ended is not made again', () => {
    const task = aTask(status?.(aTask(), [aJob({ succeeded: 1, ...ended('Complete') })])?.['job'] as object);
    expect(task['status']).toEqual({ job: { ...complete, failed: 0, message: '' } });
    expect(status?.(task, [])).toEqual(task['status']);
    expect(isDone?.(task, aJob())).toBe(true);
    expect(isDone?.(task, { ...aJob(), metadata: { name: 'web-2' } })).toBe(false);
    expect(isDone?.(aTask({ name: 'web-1', state: 'Running' }), aJob())).toBe(false);
    expect(isDone?.(aTask(), aJob())).toBe(false);
  });
});
