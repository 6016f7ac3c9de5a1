import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createMemoryStore } from '../storage/memory.ts';
import type { Store } from '../storage/store.ts';
import { reachResourceVersion, reachRevision } from './reached.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function write(store: Store, name: string): void {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } };
  store.write({ key: 'configmaps.', namespace: 'default', name, expected: 0, object });
}

test('what has come already is not waited for', async () => {
  const store = createMemoryStore();
  write(store, 'a');
  await reachRevision(store, store.revision);
  await reachResourceVersion(store, '0');
  expect(vi.getTimerCount()).toBe(0);
});

test('a state that is about to come is waited for', async () => {
  const store = createMemoryStore();
  const reached = reachRevision(store, store.revision + 2);
  write(store, 'a');
  expect(vi.getTimerCount()).toBe(1);
  write(store, 'b');
  await reached;
  expect(vi.getTimerCount()).toBe(0);
});

test('one that does not come is an error after three seconds', async () => {
  const store = createMemoryStore();
  const failed = expect(reachResourceVersion(store, '99')).rejects.toMatchObject({
    code: 504,
    reason: 'Timeout',
    message: `Timeout: Too large resource version: 99, current: ${store.revision}`,
  });
  vi.advanceTimersByTime(3000);
  await failed;
});

test.each([
  ['x', 'invalid syntax'],
  ['-1', 'invalid syntax'],
  ['99999999999999999999999', 'value out of range'],
])('%s is no resourceVersion', async (text, why) => {
  await expect(reachResourceVersion(createMemoryStore(), text)).rejects.toMatchObject({
    code: 500,
    message: `resourceVersion: Invalid value: "${text}": strconv.ParseUint: parsing "${text}": ${why}`,
  });
});
