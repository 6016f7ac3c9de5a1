import { expect, test } from 'vitest';
import { systemClock } from './clock.ts';
import { ManualClock } from './testing/index.ts';

test('a sleep ends at once when its signal is aborted, before or during it', async () => {
  const before = performance.now();
  await systemClock.sleep(60_000, AbortSignal.abort());
  const controller = new AbortController();
  const sleeping = systemClock.sleep(60_000, controller.signal);
  controller.abort();
  await sleeping;
  expect(performance.now() - before).toBeLessThan(10_000);
});

test('a manual clock wakes sleepers in order of time', async () => {
  const clock = new ManualClock(100);
  const woken: string[] = [];
  const late = clock.sleep(20).then(() => woken.push(`late ${clock.now()}`));
  const early = clock.sleep(10).then(() => woken.push(`early ${clock.now()}`));
  await clock.advance(15);
  expect(woken).toEqual(['early 110']);
  await clock.advance(15);
  await Promise.all([late, early]);
  expect(woken).toEqual(['early 110', 'late 120']);
  expect(clock.now()).toBe(130);
});

test('a manual sleep ends when its signal is aborted', async () => {
  const clock = new ManualClock();
  const controller = new AbortController();
  const sleeping = clock.sleep(10, controller.signal);
  controller.abort();
  await sleeping;
  expect(clock.now()).toBe(0);
});
