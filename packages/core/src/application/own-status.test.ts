import { CapstanError } from '@capstan/base';
import { conditionsOf, KUBE_CODES } from '@capstan/kube';
import { expect, test } from 'vitest';
import type { Decision } from './model.ts';
import { objectKey } from './names.ts';
import { isTurn, ownStatuses } from './own-status.ts';

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

test('a workload of which the API server refused what it renders says so, however well what was there before does', () => {
  const key = objectKey({ apiVersion: 'workloads.capstan.dev/v1alpha1', kind: 'Serverless', name: 'hello' });
  const ready = { type: 'Ready', status: 'True', reason: 'Ready' };
  const object = { apiVersion: 'x/v1', kind: 'X', metadata: { name: 'hello', generation: 2 } };
  const before = { ...object, status: { observedGeneration: 1, conditions: [ready] } };
  const component = { key, health: { status: 'ready', reason: 'Ready' }, ownStatus: true, waitsFor: [], traits: [] };
  const decision = { components: [component], rendered: [] } as unknown as Decision;
  const live = new Map([[key, before]]);
  const told = (error: unknown) => {
    const [write] = ownStatuses(decision, live, 0, new Map([[key, error]]));
    return Object.fromEntries(conditionsOf({ ...object, ...write }).map(({ type, reason }) => [type, reason]));
  };
  const refused = new CapstanError(KUBE_CODES.invalid, 'admission webhook denied the request');
  expect(told(refused)).toEqual({ Synced: 'ReconcileError', Ready: 'Rejected', Degraded: 'Rejected' });
  expect(told(new Error('a conflict, say'))).toEqual({ Synced: 'ReconcileSuccess', Ready: 'Ready' });
});
