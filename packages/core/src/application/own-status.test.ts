import { expect, test } from 'vitest';
import { isTurn } from './own-status.ts';

const conditions = (status?: string) => (status ? [{ type: 'Ready', status, reason: 'X' }] : []);

test.each<[string, string | undefined, string, boolean]>([
  ['the first progress waits', undefined, 'False', false],
  ['more of the same progress waits', 'False', 'False', false],
  ['what becomes ready is told at once', 'False', 'True', true],
  ['what ceases to be ready is told at once', 'True', 'False', true],
  ['another number of replicas of what is ready is told at once', 'True', 'True', true],
])('%s', (_what, before, after, turn) => {
  const metadata = { name: 'web' };
  const object = { apiVersion: 'v1', kind: 'X', metadata, status: { conditions: conditions(before) } };
  expect(isTurn({ object, status: { conditions: conditions(after) } })).toBe(turn);
});
