import { connect, type KubeClient, waitFor } from '@capstan/kube';
import { type FaultProxy, startFaultProxy } from '@capstan/sandbox/testing';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { installSystem } from '../src/index.ts';
import {
  aComponent,
  anApplication,
  applicationIn,
  condition,
  DEADLINE_MS,
  newNamespace,
  type RunningOperator,
  startOperator,
  webServiceIn,
} from './support.ts';

describe('what an application made is on record before it is made', () => {
  let client: KubeClient;
  let proxy: FaultProxy;
  let through: KubeClient;
  let operator: RunningOperator;
  let namespace: string;

  beforeAll(async () => {
    const kubeconfig = inject('kubeconfig');
    client = await connect({ kubeconfig });
    await installSystem(client);
    namespace = await newNamespace(client);
    proxy = await startFaultProxy({ kubeconfig });
    through = await connect({ kubeconfig: proxy.kubeconfig });
    operator = startOperator(through);
    await operator.running;
  });

  afterAll(async () => {
    await operator?.stop();
    through?.close();
    await proxy?.stop();
    await client?.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
    client?.close();
  });

  test('a workload that is made anew while the status cannot be written still goes with its component', async () => {
    const store = webServiceIn(namespace, 'store');
    for (const name of ['web', 'store']) await client.apply(aComponent(namespace, name, { image: 'nginx:1.29' }));
    await client.apply(anApplication(namespace, 'shop', [{ componentName: 'web' }, { componentName: 'store' }]));
    await condition(client, applicationIn(namespace, 'shop'), ['Ready', 'True']);

    const isStatus = ({ method, path }: { readonly method: string; readonly path: string }) =>
      method !== 'GET' && path.endsWith(`${namespace}/applicationconfigurations/shop/status`);
    const failing = proxy.inject({
      match: isStatus,
      action: { type: 'status', status: 500 },
      times: Number.POSITIVE_INFINITY,
    });
    await client.delete(store);
    await expect.poll(() => failing.hits, { timeout: DEADLINE_MS }).toBeGreaterThan(1);
    await client.apply(anApplication(namespace, 'shop', [{ componentName: 'web' }]));
    failing.remove();
    await condition(client, applicationIn(namespace, 'shop'), ['Ready', 'True']);
    await waitFor(client, store, (object) => object === undefined, { timeoutMs: 5_000, goal: 'gone' });
  });
});
