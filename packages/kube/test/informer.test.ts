import type { ServerResponse } from 'node:http';
import { ManualClock } from '@capstan/base/testing';
import { expect, onTestFinished, test } from 'vitest';
import { type InformerEvent, type InformerOptions, startInformer } from '../src/index.ts';
import { configMap, failure, json, loopback, type SeenRequest } from './loopback.ts';

/** An API with ConfigMaps whose lists and watches the test answers. */
async function anApi() {
  const state = {
    items: [configMap('a')],
    version: '10',
    served: true,
    /** Answers a watch instead of keeping it open. */
    refuse: undefined as ((response: ServerResponse) => void) | undefined,
  };
  const watches: { response: ServerResponse; query: SeenRequest['query'] }[] = [];
  const server = await loopback(({ path, query }, response) => {
    if (path === '/api/v1' && !state.served)
      return json(response, 200, { kind: 'APIResourceList', groupVersion: 'v1', resources: [] });
    if (path !== '/api/v1/configmaps') return 'discovery';
    if (!state.served)
      return json(response, 404, failure(404, 'NotFound', 'the server could not find the requested resource'));
    if (!query.get('watch'))
      return json(response, 200, { metadata: { resourceVersion: state.version }, items: state.items });
    if (state.refuse) return state.refuse(response);
    response.writeHead(200, { 'Content-Type': 'application/json' }).flushHeaders();
    watches.push({ response, query });
    return undefined;
  });
  const send = (type: string, object: object) =>
    watches.at(-1)?.response.write(`${JSON.stringify({ type, object })}\n`);
  const lists = () =>
    server.requests.filter(({ path, query }) => path === '/api/v1/configmaps' && !query.get('watch')).length;
  return { state, server, watches, send, lists };
}

async function follow(api: Awaited<ReturnType<typeof anApi>>, options: Partial<InformerOptions> = {}) {
  const clock = new ManualClock();
  const stop = new AbortController();
  const events: string[] = [];
  const client = await api.server.client();
  const informer = startInformer(client, {
    kind: { apiVersion: 'v1', kind: 'ConfigMap' },
    signal: stop.signal,
    clock,
    onEvent: ({ type, object }: InformerEvent) => events.push(`${type} ${object.metadata.name}`),
    ...options,
  });
  onTestFinished(() => {
    stop.abort(new Error('the test is over'));
    return informer.stopped;
  });
  return { clock, stop, events, informer };
}

test('it lists, watches from there, and tells each change once', async () => {
  const api = await anApi();
  const { informer, events } = await follow(api);
  await informer.synced;
  await expect.poll(() => api.watches.length).toBe(1);
  expect(api.watches[0]?.query.get('resourceVersion')).toBe('10');
  api.send('ADDED', configMap('b', '11'));
  api.send('MODIFIED', configMap('a', '12'));
  api.send('MODIFIED', configMap('a', '12'));
  api.send('DELETED', configMap('b', '13'));
  await expect.poll(() => events).toEqual(['ADDED a', 'ADDED b', 'MODIFIED a', 'DELETED b']);
  expect(informer.list().map((object) => object.metadata.name)).toEqual(['a']);
  expect(informer.get('a', 'web')?.metadata.resourceVersion).toBe('12');
});

test('after a reset it goes on from the last version it saw, a bookmark counting', async () => {
  const api = await anApi();
  const { clock, events } = await follow(api);
  await expect.poll(() => api.watches.length).toBe(1);
  api.send('ADDED', configMap('b', '11'));
  api.send('BOOKMARK', { kind: 'ConfigMap', apiVersion: 'v1', metadata: { resourceVersion: '20' } });
  await expect.poll(() => events).toContain('ADDED b');
  api.watches[0]?.response.destroy();
  await expect.poll(() => clock.sleeps).toEqual([200]);
  await clock.advance(200);
  await expect.poll(() => api.watches.length).toBe(2);
  expect(api.watches[1]?.query.get('resourceVersion')).toBe('20');
  expect(api.lists()).toBe(1);
});

test('after 410 it lists again at once and tells only what differs', async () => {
  const api = await anApi();
  const { events, clock } = await follow(api);
  await expect.poll(() => api.watches.length).toBe(1);
  api.state.items = [configMap('a', '30', 'another-uid'), configMap('c', '31')];
  api.state.version = '40';
  api.send('ERROR', failure(410, 'Expired', 'too old resource version'));
  await expect.poll(() => api.watches.length).toBe(2);
  expect(events).toEqual(['ADDED a', 'DELETED a', 'ADDED a', 'ADDED c']);
  expect(api.watches[1]?.query.get('resourceVersion')).toBe('40');
  expect(clock.sleeps).toEqual([]);
});

test('a server that keeps failing is asked less and less often', async () => {
  const api = await anApi();
  api.state.refuse = (response) => json(response, 500, failure(500, 'InternalError', 'boom'));
  const { clock } = await follow(api);
  for (const [index, delay] of [200, 400, 800, 1600].entries()) {
    await expect.poll(() => clock.sleeps.length).toBe(index + 1);
    expect(clock.sleeps[index]).toBe(delay);
    await clock.advance(delay);
  }
});

test('a server that closes every watch at once is not asked in a tight loop', async () => {
  const api = await anApi();
  api.state.refuse = (response) => response.writeHead(200).end();
  const { clock } = await follow(api);
  await expect.poll(() => clock.sleeps).toEqual([200]);
});

test('a kind that is not served yet counts as empty, and is followed once it is', async () => {
  const api = await anApi();
  api.state.served = false;
  const { informer, clock, events } = await follow(api);
  await informer.synced;
  expect([informer.served, informer.list()]).toEqual([false, []]);
  api.state.served = true;
  await expect.poll(() => clock.sleeps).toEqual([500]);
  await clock.advance(500);
  await expect.poll(() => events).toEqual(['ADDED a']);
  expect(informer.served).toBe(true);
});

test('when the kind disappears its objects do, and when it returns so do they', async () => {
  const api = await anApi();
  const { informer, clock, events } = await follow(api);
  await expect.poll(() => api.watches.length).toBe(1);
  api.state.served = false;
  api.watches[0]?.response.end();
  await expect.poll(() => clock.sleeps).toEqual([200]);
  await clock.advance(200);
  await expect.poll(() => events).toEqual(['ADDED a', 'DELETED a']);
  expect(informer.served).toBe(false);
  api.state.served = true;
  await expect.poll(() => clock.sleeps).toEqual([200, 500]);
  await clock.advance(500);
  await expect.poll(() => events).toEqual(['ADDED a', 'DELETED a', 'ADDED a']);
});

test('a handler that comes late is told what is there; one that throws disturbs nobody', async () => {
  const api = await anApi();
  const { informer } = await follow(api, {
    onEvent: () => {
      throw new Error('a bug');
    },
  });
  await informer.synced;
  const seen: string[] = [];
  const undo = informer.onChange(({ type, object }) => seen.push(`${type} ${object.metadata.name}`));
  await expect.poll(() => api.watches.length).toBe(1);
  api.send('ADDED', configMap('b', '11'));
  await expect.poll(() => seen).toEqual(['ADDED a', 'ADDED b']);
  undo();
  api.send('ADDED', configMap('c', '12'));
  await expect.poll(() => informer.list().length).toBe(3);
  expect(seen).toHaveLength(2);
});

test('stopping ends the watch; a sync that did not happen rejects', async () => {
  const api = await anApi();
  api.state.served = true;
  const started = await follow(api);
  await expect.poll(() => api.watches.length).toBe(1);
  started.stop.abort(new Error('stop'));
  await started.informer.stopped;
  await expect.poll(() => api.watches[0]?.response.destroyed).toBe(true);

  const unsynced = await follow(await anApi());
  unsynced.stop.abort(new Error('stop'));
  await expect(unsynced.informer.synced).rejects.toThrow('stop');
});
