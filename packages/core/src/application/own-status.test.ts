import { expect, test } from 'vitest';
import { isTurn } from './own-status.ts';

const stalled = { type: 'Stalled', status: 'True', reason: 'X' };
const conditions = (status?: string) => {
  if (status === 'Stalled') return [{ type: 'Ready', status: 'False', reason: 'X' }, stalled];
  return status ? [{ type: 'Ready', status, reason: 'X' }] : [];
};

test.each<[string, string | undefined, string, boolean]>([
  ['the first progress waits', undefined, 'False', false],
  ['more of the same progress waits', 'False', 'False', false],
  ['what becomes ready is told at once', 'False', 'True', true],
  ['what ceases to be ready is told at once', 'True', 'False', true],
  ['another number of replicas of what is ready is told at once', 'True', 'True', true],
  ['what gets degraded is told at once', 'False', 'Stalled', true],
  ['what gets out of it too', 'Stalled', 'False', true],
  ['more of the same degradation waits', 'Stalled', 'Stalled', false],
])('%s', (_what, before, after, turn) => {
  const metadata = { name: 'web' };
  const object = { apiVersion: 'v1', kind: 'X', metadata, status: { conditions: conditions(before) } };
  expect(isTurn({ object, status: { conditions: conditions(after) } })).toBe(turn);
});
