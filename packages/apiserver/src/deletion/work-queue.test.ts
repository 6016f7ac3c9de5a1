import { expect, onTestFinished, test } from 'vitest';
import { type Work, WorkQueue } from './work-queue.ts';

function aQueue(work: Work, concurrency = 2): { queue: WorkQueue; failures: string[] } {
  const failures: string[] = [];
  const queue = new WorkQueue(work, (key, error) => failures.push(`${key}: ${(error as Error).message}`), concurrency);
  onTestFinished(() => queue.close());
  return { queue, failures };
}

/** Work that goes on until it is let go. */
function gate(): { work: Work; started: string[]; open: () => void } {
  const waiting: (() => void)[] = [];
  const started: string[] = [];
  return {
    started,
    work: (key) => {
      started.push(key);
      return new Promise((resolve) => waiting.push(resolve));
    },
    open: () => {
      for (const resolve of waiting.splice(0)) resolve();
    },
  };
}

test('a key that is added often is worked on once', async () => {
  const done: string[] = [];
  const { queue } = aQueue(async (key) => void done.push(key));
  for (const key of ['a', 'b', 'a', 'a']) queue.add(key);
  await queue.idle();
  expect(done).toEqual(['a', 'b']);
});

test('a key that is added while it is worked on is worked on again, but not at the same time', async () => {
  const { work, started, open } = gate();
  const { queue } = aQueue(work);
  queue.add('a');
  await expect.poll(() => started).toEqual(['a']);
  queue.add('a');
  queue.add('b');
  await expect.poll(() => started).toEqual(['a', 'b']);
  open();
  await expect.poll(() => started).toEqual(['a', 'b', 'a']);
  open();
  await queue.idle();
});

test('no more keys are worked on at once than allowed', async () => {
  const { work, started, open } = gate();
  const { queue } = aQueue(work, 2);
  for (const key of ['a', 'b', 'c']) queue.add(key);
  await expect.poll(() => started).toEqual(['a', 'b']);
  open();
  await expect.poll(() => started).toEqual(['a', 'b', 'c']);
  open();
  await queue.idle();
});

test('what fails is tried again until it succeeds', async () => {
  let attempts = 0;
  const { queue, failures } = aQueue(async () => {
    attempts += 1;
    if (attempts < 4) throw new Error(`attempt ${attempts}`);
  });
  queue.add('a');
  await queue.idle();
  expect(failures).toEqual(['a: attempt 1', 'a: attempt 2', 'a: attempt 3']);
  expect(attempts).toBe(4);
});

test('an end lets nothing more begin and leaves nobody waiting', async () => {
  const { work, started, open } = gate();
  const { queue } = aQueue(work, 1);
  queue.add('a');
  queue.add('b');
  await expect.poll(() => started).toEqual(['a']);
  const idle = queue.idle();
  queue.close();
  open();
  await idle;
  queue.add('c');
  await new Promise(setImmediate);
  expect(started).toEqual(['a']);
});
