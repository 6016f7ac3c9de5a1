import { connect, type KubeClient } from '@capstan/kube';
import { type FaultProxy, startControlPlane, startFaultProxy, type TestControlPlane } from '@capstan/sandbox/testing';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { executeInstall, planInstall, readJournal } from '../src/index.ts';
import { openJournal } from '../src/installer/journal-store.ts';
import { readLock } from '../src/installer/lock.ts';
import { prepareCluster } from './testing/cluster.ts';
import { testInstaller } from './testing/shop-center.ts';

let cluster: TestControlPlane;
let client: KubeClient;

beforeAll(async () => {
  cluster = await startControlPlane();
  client = await connect({ kubeconfig: cluster.kubeconfig });
  await prepareCluster(client);
});

afterAll(async () => {
  client?.close();
  await cluster?.stop();
});

test('a long journal is kept in pieces, entries written at once go together, and a fresh one forgets them', async () => {
  const header = { operation: 'install', subject: 'long', planDigest: 'sha256:1', command: 'x' } as const;
  const first = await openJournal({ client, header, fence: 1 });
  await first.write('begin');
  for (let round = 0; round < 9; round += 1) {
    await Promise.all(Array.from({ length: 50 }, (_, index) => first.write('unit', `p${index}`)));
  }
  const kept = (await readJournal(client, 'long'))?.entries ?? [];
  expect(kept.map(({ seq }) => seq)).toEqual(Array.from({ length: 451 }, (_, index) => index + 1));
  expect(first.current.entries).toEqual(kept);

  const second = await openJournal({ client, header, fence: 2 });
  expect(second.current.entries).toHaveLength(451);
  await second.write('done');
  await expect(first.write('unit')).rejects.toMatchObject({ code: 'CAPSTAN_CAP_FENCED' });
  await expect(openJournal({ client, header, fence: 1 })).rejects.toMatchObject({ code: 'CAPSTAN_CAP_FENCED' });
  await second.write('begin');
  expect((await readJournal(client, 'long'))?.entries.map(({ seq }) => seq)).toEqual([453]);
  const selector = { namespace: 'capstan-system', labelSelector: 'capstan.dev/package=long' };
  expect((await client.list({ apiVersion: 'v1', kind: 'Secret' }, selector)).items).toHaveLength(1);
});

test('answers that are lost, broken connections and busy servers change nothing about the end', async () => {
  const proxy = await startFaultProxy({ kubeconfig: cluster.kubeconfig });
  onTestFinished(() => proxy.stop());
  const { context } = await testInstaller(proxy.kubeconfig, [{ name: 'base', chart: { crds: [{ kind: 'Base' }] } }]);
  onTestFinished(() => context.client.close());
  const plan = await planInstall(context, { goals: [{ package: 'base' }] });
  const faults = injectFaults(proxy);
  await executeInstall(context, plan);
  expect(faults.map(({ name, fault }) => [name, fault.hits])).toEqual(faults.map(({ name, times }) => [name, times]));
  expect((await readLock(client)).packages['base']).toMatchObject({ version: '1.0.0', revision: 1 });
  expect((await readJournal(client, 'base'))?.entries.at(-1)?.kind).toBe('done');
  expect((await planInstall(context, { goals: [{ package: 'base' }] })).changes).toBe(false);
});

function injectFaults(proxy: FaultProxy) {
  const at = (
    name: string,
    method: string,
    path: RegExp,
    action: Parameters<FaultProxy['inject']>[0]['action'],
    times = 1,
  ) => ({
    name,
    times,
    fault: proxy.inject({ match: (request) => request.method === method && path.test(request.path), action, times }),
  });
  return [
    at('the answer to a journal entry', 'PUT', /capstan-journal-base$/, { type: 'lose-response' }, 2),
    at('a new revision', 'POST', /capstan-system\/secrets$/, { type: 'status', status: 500 }),
    at('a CRD', 'PATCH', /customresourcedefinitions\/bases/, { type: 'status', status: 429, retryAfterSeconds: 1 }),
    at('the namespace', 'GET', /namespaces\/base$/, { type: 'reset' }),
    at('the lock', 'POST', /capstan-system\/secrets$/, { type: 'lose-response' }),
  ];
}
