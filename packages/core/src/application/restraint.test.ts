import { expect, test } from 'vitest';
import { Restraint } from './restraint.ts';

/** How many of so many attempts, each so long after the last, may write at once. */
function allowed(attempts: number, everyMs: number): number {
  const restraint = new Restraint();
  let count = 0;
  for (let now = 0; now < attempts * everyMs; now += everyMs) {
    if (restraint.pause('app', now) > 0) continue;
    restraint.spend('app', now);
    count += 1;
  }
  return count;
}

test.each([
  [200, 1, 200],
  [1000, 1000, 1000],
  [10_000, 10, 299],
])('of %d attempts, one every %d ms, %d may write', (attempts, everyMs, count) => {
  expect(allowed(attempts, everyMs)).toBe(count);
});

test('who must wait is told for how long, and others need not', () => {
  const restraint = new Restraint();
  for (let at = 0; at < 200; at += 1) restraint.spend('busy', 0);
  expect(restraint.pause('busy', 0)).toBe(1000);
  expect(restraint.pause('busy', 1000)).toBe(0);
  expect(restraint.pause('calm', 0)).toBe(0);
  restraint.forget('busy');
  expect(restraint.pause('busy', 0)).toBe(0);
});
