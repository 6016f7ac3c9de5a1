import { expect, test } from 'vitest';
import { aConfigMap, aStage, configMap, follow, isList, isWatch } from './support.ts';

const WITHIN = { timeout: 20_000 };

test('after a broken connection an informer goes on where it was: nothing is missed, told twice or listed again', async () => {
  const stage = await aStage();
  const { direct, namespace, proxy } = stage;
  await direct.apply(aConfigMap(namespace, 'a', '1'));
  const { informer, told } = follow(stage);
  await expect.poll(() => told, WITHIN).toEqual(['ADDED a']);
  await expect.poll(() => proxy.requests.filter(isWatch).length, WITHIN).toBe(1);

  const refuse = proxy.inject({ match: isWatch, action: { type: 'reset' }, times: Number.POSITIVE_INFINITY });
  expect(proxy.cut(isWatch)).toBe(1);
  await direct.apply(aConfigMap(namespace, 'b', '1'));
  await direct.delete(configMap(namespace, 'a'));
  await expect.poll(() => refuse.hits, WITHIN).toBeGreaterThan(1);
  refuse.remove();

  await expect.poll(() => told, WITHIN).toEqual(['ADDED a', 'ADDED b', 'DELETED a']);
  expect(informer.list().map((object) => object.metadata.name)).toEqual(['b']);
  expect(proxy.requests.filter(isList)).toHaveLength(1);
});

test('after 410 an informer lists again and tells only what differs', async () => {
  const stage = await aStage();
  const { direct, namespace, proxy } = stage;
  for (const name of ['same', 'changed', 'deleted']) await direct.apply(aConfigMap(namespace, name, '1'));
  const { informer, told } = follow(stage);
  await informer.synced;
  await expect.poll(() => proxy.requests.filter(isWatch).length, WITHIN).toBe(1);
  told.length = 0;

  const hold = proxy.inject({ match: isWatch, action: { type: 'reset' }, times: Number.POSITIVE_INFINITY });
  proxy.cut(isWatch);
  await direct.apply(aConfigMap(namespace, 'changed', '2'));
  await direct.delete(configMap(namespace, 'deleted'));
  await direct.apply(aConfigMap(namespace, 'new', '1'));
  proxy.inject({ match: isWatch, action: { type: 'watch-expired' } });
  hold.remove();

  await expect.poll(() => told.toSorted(), WITHIN).toEqual(['ADDED new', 'DELETED deleted', 'MODIFIED changed']);
  await expect.poll(() => proxy.requests.filter(isList).length, WITHIN).toBe(2);
  await direct.apply(aConfigMap(namespace, 'same', '2'));
  await expect.poll(() => told, WITHIN).toContain('MODIFIED same');
});

test('an informer survives a server that is out of order for a while, from its first list on', async () => {
  const stage = await aStage();
  const { direct, namespace, proxy } = stage;
  await direct.apply(aConfigMap(namespace, 'a', '1'));
  const lists = proxy.inject({ match: isList, action: { type: 'status', status: 500 }, times: 2 });
  const watches = proxy.inject({ match: isWatch, action: { type: 'status', status: 500 }, times: 2 });
  const errors: unknown[] = [];
  const { informer, told } = follow(stage, { onError: (error) => errors.push(error) });
  await informer.synced;
  expect(told).toEqual(['ADDED a']);
  await expect.poll(() => watches.hits, WITHIN).toBe(2);
  await direct.apply(aConfigMap(namespace, 'b', '1'));
  await expect.poll(() => told, WITHIN).toEqual(['ADDED a', 'ADDED b']);
  expect([lists.hits, errors.length]).toEqual([2, 4]);
  expect(errors[0]).toMatchObject({ code: 'CAPSTAN_KUBE_FAILED' });
});
