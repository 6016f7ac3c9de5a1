import { expect, test } from 'vitest';
import { Passes } from './passes.ts';
import { type SetOutcome, setStatus } from './set-status.ts';
import type { WorkResult } from './set-work.ts';

const NOW = Date.parse('2026-03-01T10:00:00Z');
const ready = { package: 'a', phase: 'Ready' } as const;

/** As kstatus, Flux and Argo CD read it. */
const read = (outcome: Partial<SetOutcome>, generation = 2) => {
  const status = setStatus({}, { installs: [ready], unneeded: [], ...outcome }, { generation, now: NOW });
  const of = (type: string) => status.conditions?.find((one) => one.type === type)?.status;
  return { status, seen: [of('Ready'), of('Reconciling'), of('Stalled')], reason: status.conditions?.[0]?.reason };
};

test.each<[string, Partial<SetOutcome>, string[], string]>([
  ['everything is ready', {}, ['True', 'False', 'False'], 'Reconciled'],
  ['work goes on', { work: { reason: 'Progressing', message: 'm' } }, ['False', 'True', 'False'], 'Progressing'],
  ['nothing goes on', { stalled: { reason: 'Conflict', message: 'm' } }, ['False', 'False', 'True'], 'Conflict'],
  [
    'a package is not ready',
    { installs: [ready, { package: 'b', phase: 'Degraded', reason: 'ProbeFailed', message: 'why' }] },
    ['False', 'False', 'False'],
    'ProbeFailed',
  ],
])('where %s', (_, outcome, seen, reason) => {
  expect(read(outcome)).toMatchObject({ seen, reason, status: { observedGeneration: 2 } });
});

test('what nobody asks for is told, and the last plan is kept', () => {
  const before = { planDigest: 'sha256:p' };
  const status = setStatus(before, { installs: [ready], unneeded: ['x'] }, { generation: 1, now: NOW });
  expect(status).toMatchObject({ planDigest: 'sha256:p', unneeded: ['x'] });
  expect(status.conditions?.[0]?.message).toBe('1 package is ready; nobody asks any more for x');
});

const question = (wishes: number, state = 0) => ({ wishes: { wishes }, state: { state } });
const result = (...failed: string[]): WorkResult => ({
  failures: new Map(failed.map((name) => [name, { reason: 'R', message: 'm' }])),
  unneeded: [],
});

test('nothing is planned again while nothing has changed', () => {
  const passes = new Passes();
  passes.note('s', question(1), result(), NOW);
  expect(passes.result('s', question(1), NOW)).toBeDefined();
  expect(passes.result('s', question(2), NOW)).toBeUndefined();
  expect(passes.result('s', question(1, 1), NOW)).toBeUndefined();
});

test('a failure is tried again later and later, whatever it left in the cluster, and at once for another wish', () => {
  const passes = new Passes();
  const first = passes.note('s', question(1), result('a'), NOW) ?? 0;
  expect(passes.result('s', question(1, 5), NOW + first - 1)).toBeDefined();
  expect(passes.result('s', question(1, 5), NOW + first)).toBeUndefined();
  expect(passes.note('s', question(1), result('a'), NOW + first)).toBe(first * 2);
  expect(passes.result('s', question(2), NOW + first)).toBeUndefined();
  expect(passes.note('s', question(2), result('a'), NOW + first)).toBe(first);
});
