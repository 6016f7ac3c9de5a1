import { expect, test } from 'vitest';
import type { StrategyContext } from '../model/resource.ts';
import { builtinResources } from './resources.ts';

const CONTEXT: StrategyContext = { subresource: undefined, now: '', find: () => undefined, list: () => [] };

function lateFinalizers(kind: string, context = CONTEXT): number {
  const resource = builtinResources().find((one) => one.kind === kind);
  const metadata = { name: 'a', uid: 'u', resourceVersion: '1', deletionTimestamp: '2026-01-01T00:00:00Z' };
  const live = { apiVersion: 'v1', kind, metadata: { ...metadata, finalizers: ['a.b/c'] } };
  const next = { ...live, metadata: { ...metadata, finalizers: ['a.b/c', 'd.e/f'] } };
  const causes = resource?.strategy.validateUpdate(next, live, context) ?? [];
  return causes.filter(({ message = '' }) => message.includes('no new finalizers')).length;
}

test.each([
  ['Node', 2],
  ['CSINode', 1],
  ['LimitRange', 1],
  ['MutatingWebhookConfiguration', 1],
  ['PersistentVolume', 1],
  ['PodDisruptionBudget', 1],
])('a finalizer that comes too late for a %s is told %i times', (kind, times) => {
  expect(lateFinalizers(kind)).toBe(times);
});

test('the status of a PersistentVolume has rules of its own', () => {
  expect(lateFinalizers('PersistentVolume', { ...CONTEXT, subresource: 'status' })).toBe(2);
});
