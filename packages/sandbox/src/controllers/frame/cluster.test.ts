import { expect, test } from 'vitest';
import { SimulatedCluster } from './cluster.ts';

const deletionTimestamp = '2026-01-01T00:00:00Z';

test.each([
  ['that is known', { metadata: { name: 'shop' }, status: { phase: 'Active' } }, true],
  // A Deployment may be seen before its namespace: nothing would look at it again.
  ['that is not known yet', undefined, true],
  ['that is being deleted', { metadata: { name: 'shop', deletionTimestamp } }, false],
  ['that is closing', { metadata: { name: 'shop' }, status: { phase: 'Terminating' } }, false],
])('objects are made in a namespace %s', (_, found, open) => {
  const cluster = { namespaces: { get: () => found } } as unknown as SimulatedCluster;
  expect(SimulatedCluster.prototype.isOpen.call(cluster, 'shop')).toBe(open);
});
