import { acquireLease } from '@capstan/kube';
import type { ProxiedRequest } from '@capstan/sandbox/testing';
import { expect, test } from 'vitest';
import { aConfigMap, aStage, configMap } from './support.ts';

const WITHIN = { timeout: 20_000 };

const isWrite = ({ method, path }: ProxiedRequest) => method !== 'GET' && path.includes('/configmaps');

test('a server that is too busy is given the time it asks for', async () => {
  const { client, direct, namespace, proxy } = await aStage();
  const busy = proxy.inject({
    match: isWrite,
    action: { type: 'status', status: 429, retryAfterSeconds: 1 },
    times: 2,
  });
  const started = Date.now();
  await client.create(aConfigMap(namespace, 'a', '1'));
  expect(Date.now() - started).toBeGreaterThanOrEqual(2000);
  expect(busy.hits).toBe(2);
  expect(await direct.get(configMap(namespace, 'a'))).toMatchObject({ data: { value: '1' } });
});

test('an apply whose answer is lost is repeated; a create is not, since it may have been done', async () => {
  const { client, direct, namespace, proxy } = await aStage();
  proxy.inject({ match: isWrite, action: { type: 'lose-response' } });
  await expect(client.apply(aConfigMap(namespace, 'a', '1'))).resolves.toMatchObject({ data: { value: '1' } });
  expect(proxy.requests.filter(isWrite)).toHaveLength(2);

  proxy.inject({ match: isWrite, action: { type: 'lose-response' } });
  await expect(client.create(aConfigMap(namespace, 'b', '1'))).rejects.toMatchObject({
    code: 'CAPSTAN_KUBE_UNREACHABLE',
  });
  expect(proxy.requests.filter(isWrite)).toHaveLength(3);
  await expect.poll(() => direct.get(configMap(namespace, 'b')), WITHIN).toBeDefined();
});

test('a lease outlives a few failed renewals, and is given up when they go on', async () => {
  const { client, namespace, proxy } = await aStage();
  const isRenewal = ({ method, path }: ProxiedRequest) => method === 'PUT' && path.includes('/leases/');
  const lease = await acquireLease(client, { name: 'work', namespace, durationMs: 3000 });
  const few = proxy.inject({ match: isRenewal, action: { type: 'status', status: 500 }, times: 2 });
  await expect.poll(() => few.hits, WITHIN).toBe(2);
  const before = proxy.requests.filter(isRenewal).length;
  await expect.poll(() => proxy.requests.filter(isRenewal).length, WITHIN).toBeGreaterThan(before);
  expect(lease.signal.aborted).toBe(false);

  proxy.inject({ match: isRenewal, action: { type: 'reset' }, times: Number.POSITIVE_INFINITY });
  await expect.poll(() => lease.signal.aborted, WITHIN).toBe(true);
  expect(lease.signal.reason).toMatchObject({ code: 'CAPSTAN_KUBE_LEASE_LOST' });
});
