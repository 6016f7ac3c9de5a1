import { silentLogger } from '@capstan/base';
import { ManualClock } from '@capstan/base/testing';
import { expect, onTestFinished, test } from 'vitest';
import { createInformerHub } from '../src/index.ts';
import { configMap, json, loopback } from './loopback.ts';

const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' };

/** A hub over an API with one ConfigMap; watches stay open. */
async function aHub() {
  const server = await loopback(({ path, query }, response) => {
    if (!path.endsWith('/configmaps')) return 'discovery';
    if (!query.get('watch'))
      return json(response, 200, { metadata: { resourceVersion: '1' }, items: [configMap('a')] });
    return void response.writeHead(200, { 'Content-Type': 'application/json' }).flushHeaders();
  });
  const stop = new AbortController();
  const hub = createInformerHub(await server.client(), {
    log: silentLogger,
    signal: stop.signal,
    clock: new ManualClock(),
  });
  onTestFinished(() => {
    stop.abort(new Error('the test is over'));
    return hub.stopped();
  });
  const lists = () =>
    server.requests
      .filter(({ path, query }) => path.endsWith('/configmaps') && !query.get('watch'))
      .map(({ query }) => query.get('labelSelector') ?? '');
  return { hub, stop, lists };
}

test('the same kind and selection is listed once, another selection by itself', async () => {
  const { hub, lists } = await aHub();
  const one = hub.use(CONFIG_MAP);
  const two = hub.use({ ...CONFIG_MAP, name: 'an object reference names the same kind' } as typeof CONFIG_MAP, {});
  const other = hub.use(CONFIG_MAP, { labelSelector: 'a=b' });
  expect(two.informer).toBe(one.informer);
  expect(other.informer).not.toBe(one.informer);
  await Promise.all([one.informer.synced, other.informer.synced]);
  expect(lists().toSorted()).toEqual(['', 'a=b']);
});

test('a handler hears what the cache holds already, and nothing after its undo or release', async () => {
  const { hub } = await aHub();
  const user = hub.use(CONFIG_MAP);
  await user.informer.synced;
  const heard: string[] = [];
  const undo = user.onChange(({ object }) => heard.push(`first ${object.metadata.name}`));
  user.onChange(({ object }) => heard.push(`second ${object.metadata.name}`));
  expect(heard).toEqual(['first a', 'second a']);
  const keeper = hub.use(CONFIG_MAP);
  undo();
  keeper.informer.learn(configMap('b', '2'));
  expect(heard).toEqual(['first a', 'second a', 'second b']);
  user.release();
  keeper.informer.learn(configMap('c', '3'));
  expect(heard).toHaveLength(3);
  user.onChange(() => heard.push('too late'));
  expect(heard).toHaveLength(3);
});

test('an informer ends with its last user, however often one of them releases it, and the next starts anew', async () => {
  const { hub, lists } = await aHub();
  const one = hub.use(CONFIG_MAP);
  const two = hub.use(CONFIG_MAP);
  await one.informer.synced;
  one.release();
  one.release();
  const third = hub.use(CONFIG_MAP);
  expect(third.informer).toBe(two.informer);
  third.release();
  two.release();
  await two.informer.stopped;
  const next = hub.use(CONFIG_MAP);
  expect(next.informer).not.toBe(two.informer);
  await next.informer.synced;
  expect(lists()).toHaveLength(2);
});

test('the hub has stopped when every informer has, the released ones too', async () => {
  const { hub, stop } = await aHub();
  const released = hub.use(CONFIG_MAP, { namespace: 'web' });
  const used = hub.use(CONFIG_MAP);
  released.release();
  await released.informer.stopped;
  stop.abort(new Error('over'));
  await hub.stopped();
  await used.informer.stopped;
  await expect(hub.use(CONFIG_MAP).informer.synced).rejects.toThrow('over');
});
