import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { compileSelection, EVERYTHING, type Selection } from '../selectors/selection.ts';
import { createMemoryStore, type StoreOptions } from '../storage/memory.ts';
import type { Store } from '../storage/store.ts';
import type { Representation } from './frames.ts';
import { WatchHub, type WatchLimits } from './hub.ts';
import { readListParameters } from './list-options.ts';

const KEY = 'configmaps.';
const RESOURCE = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  namespaced: true,
  source: 'built-in' as const,
  selectableFields: [],
  strategy: { fieldValues: () => ({}) },
};

const PLAIN: Representation = {
  name: 'v1',
  render: (stored) => stored.json(),
  bookmark: (metadata) => Buffer.from(JSON.stringify({ kind: 'ConfigMap', apiVersion: 'v1', metadata })),
};

interface Line {
  readonly type: string;
  readonly object: {
    metadata: { name?: string; resourceVersion: string; annotations?: object };
    [field: string]: unknown;
  };
}

/** A client that takes everything, or, once `taking` is false, nothing until it is drained. */
class Client {
  readonly lines: Line[] = [];
  readonly chunks: Buffer[] = [];
  ended: string | undefined;
  taking = true;

  readonly write = (chunk: Buffer): boolean => {
    if (this.ended !== undefined) throw new Error('written after the end');
    this.chunks.push(chunk);
    for (const line of chunk.toString().trimEnd().split('\n')) this.lines.push(JSON.parse(line));
    return this.taking;
  };

  get summary(): string[] {
    return this.lines.map(({ type, object: { metadata } }) => `${type} ${metadata.name} ${metadata.resourceVersion}`);
  }
}

function put(store: Store, name: string, labels: Record<string, string> = {}, namespace = 'default', data = ''): void {
  const expected = store.get(KEY, namespace, name)?.revision ?? 0;
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, labels }, data: { data } };
  store.write({ key: KEY, namespace, name, expected, object });
}

function remove(store: Store, name: string, namespace = 'default'): void {
  const expected = store.get(KEY, namespace, name)?.revision ?? 0;
  store.write({ key: KEY, namespace, name, expected, object: undefined });
}

function aHub(options: StoreOptions = {}, limits: Partial<WatchLimits> = {}): { store: Store; hub: WatchHub } {
  const store = createMemoryStore(options);
  const hub = new WatchHub(store, limits);
  onTestFinished(() => hub.close());
  return { store, hub };
}

interface WatchChange {
  readonly selection?: Selection;
  readonly namespace?: string;
  readonly representation?: Representation;
}

function watch(hub: WatchHub, query: string, change: WatchChange = {}) {
  const client = new Client();
  const running = hub.start({
    key: KEY,
    namespace: '',
    selection: EVERYTHING,
    representation: PLAIN,
    ...change,
    parameters: readListParameters(new URLSearchParams(`watch=1&${query}`)),
    write: client.write,
    onEnd: (reason) => {
      client.ended = reason;
    },
  });
  return { client, watch: running };
}

describe('a watch begins', () => {
  test('with all objects where no revision is named, and goes on live', async () => {
    const { store, hub } = aHub();
    put(store, 'b');
    put(store, 'a');
    const { client } = watch(hub, '');
    await nextTurn();
    put(store, 'b');
    remove(store, 'a');
    await nextTurn();
    expect(client.summary).toEqual(['ADDED a 3', 'ADDED b 2', 'MODIFIED b 4', 'DELETED a 5']);
  });

  test('after a revision with what has happened since', async () => {
    const { store, hub } = aHub();
    for (const name of ['a', 'b', 'c']) put(store, name);
    const { client } = watch(hub, 'resourceVersion=3');
    await nextTurn();
    expect(client.summary).toEqual(['ADDED c 4']);
  });

  test('with the end of the first events where the client takes bookmarks', async () => {
    const { store, hub } = aHub();
    put(store, 'a');
    const query = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const { client } = watch(hub, query);
    put(store, 'late');
    await nextTurn();
    expect(client.summary).toEqual(['ADDED a 2', 'BOOKMARK undefined 2', 'ADDED late 3']);
    expect(client.lines[1]?.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
    const silent = watch(hub, 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan');
    await nextTurn();
    expect(silent.client.summary).toEqual(['ADDED a 2', 'ADDED late 3']);
  });

  test('now where no first events are wanted', async () => {
    const { store, hub } = aHub();
    put(store, 'a');
    const { client } = watch(hub, 'sendInitialEvents=false&resourceVersionMatch=NotOlderThan&resourceVersion=0');
    put(store, 'b');
    await nextTurn();
    expect(client.summary).toEqual(['ADDED b 3']);
  });

  test('when its revision has come, or with an error where that does not come in time', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { store, hub } = aHub();
    const query = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=';
    const { client: soon } = watch(hub, `${query}3`);
    const { client: never } = watch(hub, `${query}99`);
    const gone = watch(hub, `${query}99`);
    put(store, 'a');
    await nextTurn();
    expect(soon.lines).toEqual([]);
    put(store, 'b');
    await nextTurn();
    expect(soon.summary).toEqual(['ADDED a 2', 'ADDED b 3']);
    gone.watch.stop();
    vi.advanceTimersByTime(3000);
    await nextTurn();
    expect(never.lines).toMatchObject([
      { type: 'ERROR', object: { code: 504, message: 'Timeout: Too large resource version: 99, current: 3' } },
    ]);
    expect(gone.client.lines).toEqual([]);
  });

  test('with an error where its revision is forgotten, or its time was over before it began', async () => {
    const { store, hub } = aHub({ maxEvents: 2 });
    for (const name of ['a', 'b', 'c', 'd']) put(store, name);
    const { client: old } = watch(hub, 'resourceVersion=2');
    const { client: timed } = watch(hub, 'timeoutSeconds=-1');
    await nextTurn();
    expect(old.lines).toMatchObject([
      { type: 'ERROR', object: { code: 410, reason: 'Expired', message: 'too old resource version: 2 (3)' } },
    ]);
    expect(timed.lines).toMatchObject([
      { type: 'ERROR', object: { code: 500, reason: 'InternalError', message: 'context deadline exceeded' } },
    ]);
    expect([old.ended, timed.ended]).toEqual(['error', 'error']);
    expect(hub.size).toBe(0);
  });

  test('not at all where the revision is no number', () => {
    const { hub } = aHub();
    expect(() => watch(hub, 'resourceVersion=abc')).toThrow(
      expect.objectContaining({
        code: 500,
        reason: '',
        message: 'resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
      }),
    );
    expect(hub.size).toBe(0);
  });
});

describe('a watch of a selection', () => {
  test('shows objects that come into it as added and those that leave it as deleted, as they last were', async () => {
    const { store, hub } = aHub();
    const selection = compileSelection({ labelSelector: 'in=yes' }, RESOURCE);
    put(store, 'a', { in: 'no' });
    const { client } = watch(hub, 'resourceVersion=2', { selection });
    put(store, 'a', { in: 'yes' });
    put(store, 'a', { in: 'yes', more: 'x' });
    put(store, 'a', { in: 'no', more: 'x' });
    put(store, 'a', { in: 'no' });
    remove(store, 'a');
    put(store, 'a', { in: 'yes' });
    remove(store, 'a');
    await nextTurn();
    expect(client.summary).toEqual(['ADDED a 3', 'MODIFIED a 4', 'DELETED a 5', 'ADDED a 8', 'DELETED a 9']);
    expect(client.lines[2]?.object.metadata).toMatchObject({ labels: { in: 'yes', more: 'x' } });
  });

  test('by namespace or name leaves out all else', async () => {
    const { store, hub } = aHub();
    const named = watch(hub, '', {
      selection: compileSelection({ fieldSelector: 'metadata.name=a' }, RESOURCE),
      namespace: 'default',
    });
    put(store, 'a');
    put(store, 'b');
    put(store, 'a', {}, 'other');
    await nextTurn();
    expect(named.client.summary).toEqual(['ADDED a 2']);
  });
});

describe('what many watches show', () => {
  test('is made once', async () => {
    const { store, hub } = aHub();
    let rendered = 0;
    const representation: Representation = {
      ...PLAIN,
      render(stored) {
        rendered += 1;
        return stored.json();
      },
    };
    const watches = Array.from({ length: 50 }, () => watch(hub, '', { representation }));
    put(store, 'a');
    await nextTurn();
    put(store, 'a');
    await nextTurn();
    // Once as the first thing that a watch shows, once as a later one.
    expect(rendered).toBe(2);
    expect(new Set(watches.map(({ client }) => client.chunks[1])).size).toBe(1);
  });

  test('is told by the name of the representation', async () => {
    const { store, hub } = aHub();
    const table: Representation = {
      name: 'table',
      render: (stored, first) => Buffer.from(JSON.stringify({ metadata: stored.object.metadata, columns: first })),
      bookmark: PLAIN.bookmark,
    };
    const { client } = watch(hub, '', { representation: table });
    const { client: plain } = watch(hub, '');
    put(store, 'a');
    put(store, 'b');
    await nextTurn();
    expect(client.lines.map(({ object }) => object['columns'])).toEqual([true, false]);
    expect(plain.lines[0]?.object['data']).toBeDefined();
  });

  test('keeps its order where an object must be converted first', async () => {
    const { store, hub } = aHub();
    const releases: (() => void)[] = [];
    const slow: Representation = {
      ...PLAIN,
      name: 'v2',
      render: (stored) => new Promise((resolve) => releases.push(() => resolve(stored.json()))),
    };
    const { client } = watch(hub, '', { representation: slow });
    put(store, 'a');
    put(store, 'b');
    await nextTurn();
    expect([client.summary, releases.length]).toEqual([[], 1]);
    releases[0]?.();
    await nextTurn();
    releases[1]?.();
    await nextTurn();
    expect(client.summary).toEqual(['ADDED a 2', 'ADDED b 3']);
  });

  test('ends where it cannot be converted', async () => {
    const { store, hub } = aHub();
    const broken: Representation = { ...PLAIN, name: 'v2', render: () => Promise.reject(new Error('no webhook')) };
    const { client } = watch(hub, '', { representation: broken });
    put(store, 'a');
    await nextTurn();
    expect([client.lines, client.ended]).toEqual([[], 'error']);
  });
});

describe('a slow client', () => {
  test('gets no more than it takes, and all of it in the end', async () => {
    const { store, hub } = aHub();
    const { client, watch: running } = watch(hub, '');
    client.taking = false;
    put(store, 'a');
    await nextTurn();
    put(store, 'b');
    put(store, 'c');
    await nextTurn();
    expect(client.summary).toEqual(['ADDED a 2']);
    client.taking = true;
    running.drain();
    await nextTurn();
    expect(client.summary).toEqual(['ADDED a 2', 'ADDED b 3', 'ADDED c 4']);
  });

  test.each([
    ['events', { maxQueuedEvents: 20 }],
    ['bytes', { maxQueuedBytes: 5_000 }],
  ])('is left when too many %s wait for it, and others do not notice', async (_bound, limits) => {
    const { store, hub } = aHub({}, limits);
    const slow = watch(hub, '');
    const quick = watch(hub, '');
    slow.client.taking = false;
    for (let index = 0; index < 60; index += 1) {
      put(store, `n${index}`, {}, 'default', 'x'.repeat(200));
      await nextTurn();
    }
    expect(slow.client.ended).toBe('slow');
    expect(quick.client.ended).toBeUndefined();
    expect(quick.client.lines).toHaveLength(60);
    expect(hub.size).toBe(1);
  });

  test('may take its time with the objects that were there', async () => {
    const { store, hub } = aHub({}, { maxQueuedEvents: 5 });
    for (let index = 0; index < 500; index += 1) put(store, `n${index}`, {}, 'default', 'x'.repeat(1_000));
    const { client, watch: running } = watch(hub, '');
    client.taking = false;
    await nextTurn();
    const first = client.lines.length;
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(200);
    while (client.lines.length < 500) {
      running.drain();
      await nextTurn();
    }
    expect(client.ended).toBeUndefined();
  });

  test('gets all that has happened before the watch of a type that has gone ends', async () => {
    const { store, hub } = aHub();
    const { client, watch: running } = watch(hub, '');
    const other = watch(hub, '').client;
    client.taking = false;
    put(store, 'a');
    await nextTurn();
    remove(store, 'a');
    hub.finish('secrets.');
    hub.finish(KEY);
    put(store, 'b');
    await nextTurn();
    expect(other.summary).toEqual(['ADDED a 2', 'DELETED a 3']);
    expect(other.ended).toBe('gone');
    expect(client.ended).toBeUndefined();
    client.taking = true;
    running.drain();
    await nextTurn();
    expect(client.summary).toEqual(other.summary);
    expect(client.ended).toBe('gone');
    expect(hub.size).toBe(0);
  });

  test('that has gone is forgotten', async () => {
    const { store, hub } = aHub();
    const { client, watch: running } = watch(hub, '');
    running.stop();
    running.stop();
    put(store, 'a');
    await nextTurn();
    expect([client.lines, client.ended, hub.size]).toEqual([[], 'stopped', 0]);
  });
});

describe('in time', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('a watch ends after its timeout, and tells how far it came shortly before', async () => {
    const { store, hub } = aHub();
    const { client } = watch(hub, 'timeoutSeconds=10&allowWatchBookmarks=true&resourceVersion=1');
    store.write({
      key: 'other.',
      namespace: '',
      name: 'x',
      expected: 0,
      object: { apiVersion: 'v1', kind: 'Other', metadata: { name: 'x' } },
    });
    vi.advanceTimersByTime(8_000);
    await nextTurn();
    expect(client.summary).toEqual(['BOOKMARK undefined 2']);
    expect(client.lines[0]?.object.metadata.annotations).toBeUndefined();
    vi.advanceTimersByTime(2_000);
    expect(client.ended).toBe('timeout');
    expect(hub.size).toBe(0);
  });

  test('bookmarks come every minute where there is progress to tell', async () => {
    const { store, hub } = aHub();
    const { client } = watch(hub, 'allowWatchBookmarks=true&resourceVersion=1');
    const { client: none } = watch(hub, 'resourceVersion=1');
    for (let minute = 0; minute < 4; minute += 1) {
      if (minute % 2 === 0) put(store, 'a', {}, 'default', String(minute));
      vi.advanceTimersByTime(60_000);
      await nextTurn();
    }
    expect(client.summary).toEqual(['ADDED a 2', 'BOOKMARK undefined 2', 'MODIFIED a 3', 'BOOKMARK undefined 3']);
    expect(none.summary).toEqual(['ADDED a 2', 'MODIFIED a 3']);
  });
});

test('a burst of events is written in few pieces', async () => {
  const { store, hub } = aHub();
  const { client } = watch(hub, '');
  for (let index = 0; index < 1_000; index += 1) put(store, `n${index}`);
  await nextTurn();
  await nextTurn();
  expect(client.lines).toHaveLength(1_000);
  expect(client.chunks.length).toBeLessThan(10);
});
