import { CapstanError, silentLogger } from '@capstan/base';
import { ManualClock } from '@capstan/base/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { KUBE_CODES } from './codes.ts';
import { type ControllerOptions, createControllerMetrics, type Reconcile, runController } from './controller.ts';
import { WorkQueue } from './queue.ts';

function aController(reconcile: Reconcile, options: Partial<ControllerOptions> = {}) {
  const clock = new ManualClock();
  const queue = new WorkQueue({ clock });
  const metrics = createControllerMetrics();
  const stop = new AbortController();
  const running = runController({
    name: 'test',
    queue,
    reconcile,
    signal: stop.signal,
    log: silentLogger,
    clock,
    metrics,
    ...options,
  });
  onTestFinished(() => {
    stop.abort();
    return running;
  });
  return { clock, queue, metrics, stop, running };
}

describe('runController', () => {
  test('a storm of events while one reconcile runs leads to one more run', async () => {
    let runs = 0;
    const gate = Promise.withResolvers<void>();
    const { queue, metrics } = aController(async () => {
      runs += 1;
      if (runs === 1) await gate.promise;
    });
    queue.add('a');
    await expect.poll(() => runs).toBe(1);
    for (let n = 0; n < 1000; n += 1) queue.add('a');
    gate.resolve();
    await expect.poll(() => metrics.succeeded).toBe(2);
    expect([runs, queue.size, metrics.active]).toEqual([2, 0, 0]);
  });

  test('one key is never worked on twice at once, other keys are', async () => {
    const active = new Map<string, number>();
    let most = 0;
    const gate = Promise.withResolvers<void>();
    const { queue, metrics } = aController(
      async (key) => {
        active.set(key, (active.get(key) ?? 0) + 1);
        expect(active.get(key)).toBe(1);
        most = Math.max(most, [...active.values()].filter((count) => count > 0).length);
        await gate.promise;
        active.set(key, 0);
      },
      { concurrency: 3 },
    );
    for (const key of ['a', 'b', 'c', 'a']) queue.add(key);
    await expect.poll(() => most).toBe(3);
    queue.add('b');
    gate.resolve();
    await expect.poll(() => metrics.succeeded).toBe(4);
    expect(metrics.failed).toBe(0);
  });

  test('a failure backs off; success starts the back-off anew', async () => {
    let fail = true;
    const { clock, queue, metrics } = aController(async () => {
      if (fail) throw new Error('not yet');
    });
    queue.add('a');
    await expect.poll(() => clock.sleeps).toEqual([100]);
    await clock.advance(100);
    await expect.poll(() => clock.sleeps).toEqual([100, 200]);
    fail = false;
    await clock.advance(200);
    await expect.poll(() => metrics).toMatchObject({ succeeded: 1, failed: 2 });
    expect(queue.failures('a')).toBe(0);
  });

  const outcomes = [
    {
      name: 'a terminal error is not retried',
      error: new CapstanError('X', 'x', { terminal: true }),
      sleeps: [],
      counter: 'terminal',
    },
    {
      name: 'retryAfterMs replaces the back-off',
      error: new CapstanError('X', 'x', { retryAfterMs: 5000 }),
      sleeps: [5000],
      counter: 'failed',
    },
    {
      name: 'a write conflict is routine',
      error: new CapstanError(KUBE_CODES.conflict, 'x'),
      sleeps: [100],
      counter: 'conflicts',
    },
    {
      name: 'an object that is gone by now is routine',
      error: new CapstanError(KUBE_CODES.notFound, 'x'),
      sleeps: [100],
      counter: 'conflicts',
    },
    {
      name: 'a namespace that is being deleted is no failure',
      error: new CapstanError(
        KUBE_CODES.forbidden,
        'service/n/web is refused: unable to create new content in namespace n because it is being terminated',
      ),
      sleeps: [30_000],
      counter: 'requeued',
    },
    {
      name: 'a programming error is survived',
      error: new TypeError('x is undefined'),
      sleeps: [100],
      counter: 'failed',
    },
    { name: 'anything that is thrown is survived', error: undefined, sleeps: [100], counter: 'failed' },
  ] as const;
  test.each(outcomes)('$name', async ({ error, sleeps, counter }) => {
    const { clock, queue, metrics } = aController(() => {
      throw error;
    });
    queue.add('a');
    await expect.poll(() => metrics[counter]).toBe(1);
    expect(clock.sleeps).toEqual(sleeps);
  });

  test('requeueAfterMs calls again later', async () => {
    let runs = 0;
    const { clock, queue, metrics } = aController(async () => {
      runs += 1;
      return { requeueAfterMs: 60_000 };
    });
    queue.add('a');
    await expect.poll(() => metrics.requeued).toBe(1);
    await clock.advance(60_000);
    await expect.poll(() => runs).toBe(2);
  });

  test('stopping lets the running reconcile end, and starts no other', async () => {
    const gate = Promise.withResolvers<void>();
    const seen: string[] = [];
    const { queue, stop, running, metrics } = aController(async (key, { signal }) => {
      seen.push(key);
      await gate.promise;
      signal.throwIfAborted();
    });
    queue.add('a');
    queue.add('b');
    await expect.poll(() => seen).toEqual(['a']);
    stop.abort(new Error('stop'));
    gate.resolve();
    await running;
    expect(seen).toEqual(['a']);
    expect(metrics).toMatchObject({ succeeded: 1, failed: 0 });
  });

  test('a reconcile that does not end within its grace is told to', async () => {
    const seen: string[] = [];
    const { clock, queue, stop, running, metrics } = aController(async (key, { signal }) => {
      seen.push(`${key} starts`);
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      seen.push(`${key} ends`);
      throw signal.reason;
    });
    queue.add('a');
    queue.add('b');
    await expect.poll(() => seen).toEqual(['a starts']);
    stop.abort(new Error('stop'));
    await expect.poll(() => clock.sleeps).toContain(2000);
    await clock.advance(2000);
    await running;
    expect(seen).toEqual(['a starts', 'a ends']);
    expect(metrics.failed).toBe(0);
  });
});
