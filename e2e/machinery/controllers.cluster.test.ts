import { silentLogger } from '@capstan/base';
import {
  type ControllerMetrics,
  createControllerMetrics,
  exponentialBackoff,
  type Reconcile,
  runController,
  WorkQueue,
} from '@capstan/kube';
import type { ProxiedRequest } from '@capstan/sandbox/testing';
import { expect, onTestFinished, test } from 'vitest';
import { aConfigMap, aStage, configMap, follow, type Stage } from './support.ts';

const WITHIN = { timeout: 20_000 };
const isWrite = ({ method, path }: ProxiedRequest) => method === 'PATCH' && path.includes('/configmaps/copy-of-');

/** A controller that keeps a copy of each labelled ConfigMap, which it reads from an informer's cache. */
function aCopier(stage: Stage, before: Reconcile = async () => {}) {
  const { client, namespace } = stage;
  const queue = new WorkQueue({ backoff: exponentialBackoff({ baseMs: 20 }) });
  const metrics = createControllerMetrics();
  const stop = new AbortController();
  const { informer } = follow(stage, { onEvent: ({ object }) => queue.add(object.metadata.name) });
  const reconcile: Reconcile = async (key, context) => {
    await before(key, context);
    const source = informer.get(key, namespace);
    const metadata = { name: `copy-of-${key}`, namespace };
    await client.apply(
      { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: source?.['data'] },
      { signal: context.signal },
    );
  };
  const running = runController({ name: 'copier', queue, reconcile, metrics, signal: stop.signal, log: silentLogger });
  onTestFinished(() => {
    stop.abort(new Error('the test is over'));
    return running;
  });
  return { informer, metrics, stop, running };
}

const runs = ({ succeeded, failed, conflicts }: ControllerMetrics) => ({ succeeded, failed, conflicts });

test('a storm of events during one run leads to one more run, with the last state', async () => {
  const stage = await aStage();
  const { direct, namespace } = stage;
  const gate = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  const { informer, metrics } = aCopier(stage, async () => {
    started.resolve();
    await gate.promise;
  });
  await direct.apply(aConfigMap(namespace, 'a', '0'));
  await started.promise;
  for (let value = 1; value <= 30; value += 1) await direct.apply(aConfigMap(namespace, 'a', String(value)));
  await expect.poll(() => informer.get('a', namespace)?.['data'], WITHIN).toEqual({ value: '30' });
  gate.resolve();
  const copy = async () => (await direct.get(configMap(namespace, 'copy-of-a')))?.['data'];
  await expect.poll(copy, WITHIN).toEqual({ value: '30' });
  await expect.poll(() => runs(metrics), WITHIN).toEqual({ succeeded: 2, failed: 0, conflicts: 0 });
});

test('failures and conflicts are tried again until the goal is reached', async () => {
  const stage = await aStage();
  const { direct, namespace, proxy } = stage;
  proxy.inject({ match: isWrite, action: { type: 'status', status: 500 } });
  proxy.inject({ match: isWrite, action: { type: 'status', status: 409 }, times: 2 });
  const { metrics } = aCopier(stage);
  await direct.apply(aConfigMap(namespace, 'a', '1'));
  await expect.poll(() => runs(metrics), WITHIN).toEqual({ succeeded: 1, failed: 1, conflicts: 2 });
  expect(await direct.get(configMap(namespace, 'copy-of-a'))).toMatchObject({ data: { value: '1' } });
});

test('a stop in the middle of a run ends its request and leaves nothing running', async () => {
  const stage = await aStage();
  const { direct, namespace, proxy } = stage;
  const slow = proxy.inject({ match: isWrite, action: { type: 'slow', ms: 30_000 } });
  const { metrics, running, stop } = aCopier(stage);
  await direct.apply(aConfigMap(namespace, 'a', '1'));
  await expect.poll(() => slow.hits, WITHIN).toBe(1);
  stop.abort(new Error('stop'));
  await running;
  expect({ ...runs(metrics), active: metrics.active }).toEqual({ succeeded: 0, failed: 0, conflicts: 0, active: 0 });
  expect(proxy.requests.filter(isWrite)).toHaveLength(1);
});
