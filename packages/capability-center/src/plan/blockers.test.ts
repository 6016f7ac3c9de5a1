import { expect, test } from 'vitest';
import type { Journal } from '../installer/journal.ts';
import { assertExecutable } from './assert-executable.ts';
import { covers } from './installed.ts';
import { type ReleaseState, releaseBlocker } from './release-state.ts';

const release: ReleaseState = { name: 'keda', namespace: 'keda', revision: 1, status: 'pending-install' };
const journal: Journal = {
  operation: 'install',
  subject: 'keda',
  planDigest: 'sha256:1',
  command: 'capstan cap install keda',
  entries: [{ seq: 1, kind: 'unit', at: '', fence: 1, detail: { release: 'keda', namespace: 'keda' } }],
};

test.each([
  ['a release with our label', { ...release, package: 'keda' }, undefined, true],
  ['a pending release that an unfinished run of ours announced', release, journal, true],
  ['a pending release of somebody else', release, undefined, false],
  ['a release of another package', { ...release, package: 'other' }, journal, false],
])('%s', (_what, state, known, ours) => {
  expect(releaseBlocker(state, 'keda', known) === undefined).toBe(ours);
});

test('a plan that cannot be carried out is an error with exit code 5 that tells all reasons', () => {
  const blockers = [
    { code: 'CAPSTAN_A', message: 'One.', hint: 'Do this.', next: ['run that'] },
    { code: 'CAPSTAN_B', message: 'Two.' },
  ];
  expect(() => assertExecutable({ blockers })).toThrow(
    expect.objectContaining({
      code: 'CAPSTAN_A',
      message: 'One.',
      hint: 'Do this. Also: Two.',
      next: ['run that'],
      exit: 5,
    }),
  );
  expect(() => assertExecutable({ blockers: [] })).not.toThrow();
});

test('an object covers a wanted one when it has every field of it', () => {
  const wanted = { apiVersion: 'v1', kind: 'X', metadata: { name: 'x' }, spec: { a: [{ b: 1 }] } };
  const live = { ...wanted, metadata: { name: 'x', uid: '1' }, spec: { a: [{ b: 1, c: 2 }], d: 3 } };
  expect(covers(live, wanted)).toBe(true);
  expect(covers({ ...live, spec: { a: [] } }, wanted)).toBe(false);
  expect(covers(undefined, wanted)).toBe(false);
});
