import { expect, test } from 'vitest';
import type { PackagePlan } from '../plan/types.ts';
import type { ClusterLock } from './lock.ts';
import { whatMoved } from './preflight.ts';

const LOCKED = {
  version: '2.20.2',
  release: 1,
  center: 'test',
  packageDigest: 'sha256:now',
  planDigest: 'sha256:earlier',
  goal: true,
  range: '*',
  requires: [],
  at: '2026-01-01T00:00:00Z',
};

const lockOf = (locked?: object) =>
  ({ packages: locked ? { keda: locked } : {}, removed: {} }) as unknown as ClusterLock;

test.each([
  ['nothing, when a raised release is in force as planned', 'downgrade', '2.20.2-r1', LOCKED, undefined],
  ['another release of the version', 'downgrade', '2.20.2', LOCKED, 'keda 2.20.2-r1 is in force by now, not 2.20.2.'],
  ['another version', 'upgrade', '2.19.0', LOCKED, 'keda 2.20.2-r1 is in force by now, not 2.19.0.'],
  ['an installation', 'install', undefined, LOCKED, 'keda 2.20.2-r1 has been installed in the meantime.'],
  ['a removal', 'upgrade', '2.19.0', undefined, 'keda has been removed in the meantime.'],
  [
    'nothing, when this very plan is in force',
    'install',
    undefined,
    { ...LOCKED, planDigest: 'sha256:this' },
    undefined,
  ],
] as const)('what moved since the plan: %s', (_, action, from, locked, expected) => {
  const planned = { name: 'keda', action, metadataDigest: 'sha256:new', ...(from ? { from } : {}) };
  expect(whatMoved(planned as PackagePlan, { digest: 'sha256:this' }, lockOf(locked))).toBe(expected);
});
