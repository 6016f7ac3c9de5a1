import { ManualClock } from '@capstan/base/testing';
import { describe, expect, test } from 'vitest';
import { exponentialBackoff } from './backoff.ts';
import { WorkQueue } from './queue.ts';

const never = new AbortController().signal;

describe('WorkQueue', () => {
  test('a key that is added many times waits once', async () => {
    const queue = new WorkQueue();
    for (let n = 0; n < 100; n += 1) queue.add('a');
    queue.add('b');
    expect([await queue.next(never), await queue.next(never), queue.size]).toEqual(['a', 'b', 0]);
  });

  test('a key that changes while it is worked on comes again afterwards, not before', async () => {
    const queue = new WorkQueue();
    queue.add('a');
    await queue.next(never);
    queue.add('a');
    queue.add('a');
    expect(queue.size).toBe(0);
    queue.done('a');
    expect(await queue.next(never)).toBe('a');
    queue.done('a');
    expect(queue.size).toBe(0);
  });

  test('of two delays for one key the shorter counts, once', async () => {
    const clock = new ManualClock();
    const queue = new WorkQueue({ clock });
    queue.addAfter('a', 1000);
    queue.addAfter('a', 100);
    queue.addAfter('a', 500);
    await clock.advance(99);
    expect(queue.size).toBe(0);
    await clock.advance(1);
    expect(await queue.next(never)).toBe('a');
    queue.done('a');
    await clock.advance(10_000);
    expect(queue.size).toBe(0);
  });

  test('back-off doubles up to its limit and starts anew when forgotten', () => {
    const clock = new ManualClock();
    const queue = new WorkQueue({ clock, backoff: exponentialBackoff({ baseMs: 10, maxMs: 50 }) });
    const delays = Array.from({ length: 4 }, () => queue.addRateLimited('a'));
    queue.forget('a');
    expect([...delays, queue.addRateLimited('a')]).toEqual([10, 20, 40, 50, 10]);
  });

  test('random takes at most half of a delay away', () => {
    expect([0, 0.5, 0.999].map((value) => exponentialBackoff({ baseMs: 100, random: () => value })(1))).toEqual([
      100, 75, 50,
    ]);
  });

  test('whoever waits gets undefined when the signal is aborted or the queue closed', async () => {
    const queue = new WorkQueue();
    const abort = new AbortController();
    const aborted = queue.next(abort.signal);
    const closed = queue.next(never);
    abort.abort();
    expect(await aborted).toBeUndefined();
    queue.close();
    expect(await closed).toBeUndefined();
    queue.add('a');
    expect(queue.size).toBe(0);
  });

  test('a waiter that gives up does not take the key of another', async () => {
    const queue = new WorkQueue();
    const abort = new AbortController();
    const first = queue.next(abort.signal);
    const second = queue.next(never);
    queue.add('a');
    abort.abort();
    expect([await first, await second].filter(Boolean)).toEqual(['a']);
  });
});
