import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { KubeObject } from '../model/object.ts';
import { openDurableStore } from './durable.ts';
import { createMemoryStore, type StoreOptions } from './memory.ts';
import { RevisionCompacted, RevisionMismatch, type Store, type StoreEvent } from './store.ts';
import { objectPath } from './type-index.ts';

const KEY = 'configmaps.';

function aConfigMap(name: string, namespace = 'default', data: Record<string, string> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
}

function durable(options: StoreOptions): Store {
  const directory = mkdtempSync(join(tmpdir(), 'capstan-store-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return openDurableStore(directory, options);
}

function put(store: Store, name: string, namespace = 'default', data: Record<string, string> = {}) {
  const expected = store.get(KEY, namespace, name)?.revision ?? 0;
  return store.write({ key: KEY, namespace, name, expected, object: aConfigMap(name, namespace, data) });
}

function remove(store: Store, name: string, namespace = 'default') {
  const expected = store.get(KEY, namespace, name)?.revision ?? 0;
  return store.write({ key: KEY, namespace, name, expected, object: undefined });
}

function namesOf(store: Store, scope: Parameters<Store['list']>[1]): string[] {
  return store.list(KEY, scope).items.map(({ object: { metadata } }) => `${metadata.namespace}/${metadata.name}`);
}

describe.each([
  ['memory', createMemoryStore],
  ['durable', durable],
])('the %s store', (_kind, open) => {
  function aStore(options: StoreOptions = {}): Store {
    const store = open(options);
    onTestFinished(() => store.close());
    return store;
  }

  test('begins at revision 1 and counts every write', () => {
    const store = aStore();
    expect(store.revision).toBe(1);
    expect(put(store, 'a').revision).toBe(2);
    expect(put(store, 'a').revision).toBe(3);
    expect(store.revision).toBe(3);
    expect(store.count(KEY)).toBe(1);
  });

  test('stamps the revision on a copy and keeps the bytes of it', () => {
    const store = aStore();
    const given = aConfigMap('a');
    const written = store.write({ key: KEY, namespace: 'default', name: 'a', expected: 0, object: given });
    expect(given.metadata.resourceVersion).toBeUndefined();
    expect(written.object.metadata.resourceVersion).toBe('2');
    expect(JSON.parse(written.json().toString())).toEqual(written.object);
    expect(written.json()).toBe(written.json());
  });

  test('puts the revision where the real server shows it', () => {
    const object = aConfigMap('a');
    object.metadata = { name: 'a', namespace: 'default', labels: {}, uid: 'u' };
    const written = aStore().write({ key: KEY, namespace: 'default', name: 'a', expected: 0, object });
    expect(Object.keys(written.object.metadata)).toEqual(['name', 'namespace', 'uid', 'resourceVersion', 'labels']);
  });

  test('refuses a write on another state than the expected one, and tells the state', () => {
    const store = aStore();
    const first = put(store, 'a');
    const write = (expected: number, object: KubeObject | undefined) => () =>
      store.write({ key: KEY, namespace: 'default', name: 'a', expected, object });
    expect(write(0, aConfigMap('a'))).toThrow(RevisionMismatch);
    expect(write(7, undefined)).toThrow(expect.objectContaining({ found: first }));
    remove(store, 'a');
    expect(write(2, aConfigMap('a'))).toThrow(expect.objectContaining({ found: undefined }));
    expect(write(0, undefined)).toThrow(RevisionMismatch);
    expect(store.revision).toBe(3);
  });

  test('a deletion answers with the last state at its own revision', () => {
    const store = aStore();
    put(store, 'a', 'default', { k: 'v' });
    const gone = remove(store, 'a');
    expect(gone.object).toMatchObject({ metadata: { name: 'a', resourceVersion: '3' }, data: { k: 'v' } });
    expect(store.get(KEY, 'default', 'a')).toBeUndefined();
  });

  test('lists in the order of keys, by namespace and in pages', () => {
    const store = aStore();
    for (const namespace of ['b', 'a', 'a-b']) for (const name of ['y', 'x']) put(store, name, namespace);
    const all = ['a-b/x', 'a-b/y', 'a/x', 'a/y', 'b/x', 'b/y'];
    expect(namesOf(store, {})).toEqual(all);
    expect(namesOf(store, { namespace: 'a' })).toEqual(['a/x', 'a/y']);
    expect(namesOf(store, { limit: 2, from: 'a-b/y\0' })).toEqual(['a/x', 'a/y']);
    expect(store.list(KEY, { limit: 2, from: 'a-b/y\0' }).remaining).toBe(2);
    expect(namesOf(store, { namespace: 'a', from: 'a/x\0' })).toEqual(['a/y']);
    expect(namesOf(store, { from: 'z' })).toEqual([]);
    expect(store.list('unknown.')).toMatchObject({ items: [], revision: 7, remaining: 0 });
  });

  test('lists an earlier state as long as it is remembered', () => {
    const store = aStore();
    for (const name of ['a', 'b', 'c']) put(store, name);
    const { revision } = store;
    remove(store, 'b');
    put(store, 'aa');
    put(store, 'c', 'default', { changed: 'yes' });
    const past = store.list(KEY, { revision });
    expect(past.items.map((item) => item.object.metadata.name)).toEqual(['a', 'b', 'c']);
    expect(past.items[2]?.object).toMatchObject({ data: {} });
    expect(past.revision).toBe(revision);
    expect(store.list(KEY, { revision, limit: 1, from: 'default/a\0' })).toMatchObject({ remaining: 1 });
    store.compact(revision + 1);
    expect(() => store.list(KEY, { revision })).toThrow(RevisionCompacted);
    expect(store.list(KEY, { revision: revision + 1 }).items).toHaveLength(2);
  });

  test('tells past events first, then those to come, each once', () => {
    const store = aStore();
    put(store, 'a');
    const from = store.revision;
    put(store, 'a');
    store.write({ key: 'secrets.', namespace: 'default', name: 's', expected: 0, object: aConfigMap('s') });
    const seen: [string, string, number][] = [];
    const watch = store.watch(KEY, from, ({ type, name, revision }) => seen.push([type, name, revision]));
    put(store, 'b');
    remove(store, 'a');
    watch.close();
    put(store, 'c');
    expect(seen).toEqual([
      ['MODIFIED', 'a', 3],
      ['ADDED', 'b', 5],
      ['DELETED', 'a', 6],
    ]);
  });

  test('an event carries the state before it', () => {
    const store = aStore();
    const events: StoreEvent[] = [];
    store.watchAll((event) => events.push(event));
    put(store, 'a', 'default', { k: '1' });
    put(store, 'a', 'default', { k: '2' });
    remove(store, 'a');
    expect(events.map(({ previous }) => previous?.object['data'])).toEqual([undefined, { k: '1' }, { k: '2' }]);
  });

  test('a listener that writes does not change the order in which others see events', () => {
    const store = aStore();
    store.watch(KEY, store.revision, ({ name, type }) => {
      if (type === 'ADDED' && name === 'a') put(store, 'answer');
    });
    const seen: string[] = [];
    store.watchAll(({ name }) => seen.push(name));
    put(store, 'a');
    expect(seen).toEqual(['a', 'answer']);
  });

  test('a listener that joins while an event is delivered sees it once', () => {
    const store = aStore();
    const seen: number[] = [];
    let joined = false;
    store.watch(KEY, store.revision, () => {
      if (!joined) store.watch(KEY, 1, ({ revision }) => seen.push(revision));
      joined = true;
    });
    put(store, 'a');
    put(store, 'b');
    expect(seen).toEqual([2, 3]);
  });

  test('a flood of events stays within the bounds, and what is forgotten is said to be', () => {
    const store = aStore({ maxEvents: 50, maxBytes: 20_000 });
    for (let index = 0; index < 5_000; index += 1) put(store, 'a', 'default', { index: String(index) });
    expect(() => store.watch(KEY, store.revision - 51, () => {})).toThrow(
      expect.objectContaining({ name: 'RevisionCompacted', oldest: store.revision - 50 }),
    );
    const late: number[] = [];
    store.watch(KEY, store.revision - 50, ({ revision }) => late.push(revision));
    expect(late).toHaveLength(50);
    for (let index = 0; index < 10; index += 1) put(store, 'big', 'default', { index: 'x'.repeat(9_000) });
    expect(() => store.watch(KEY, store.revision - 3, () => {})).toThrow(RevisionCompacted);
  });

  test('serves nothing more after its end', () => {
    const store = open({});
    store.watchAll(() => expect.unreachable());
    store.close();
    store.close();
    expect(() => put(store, 'a')).toThrow('the store is closed');
  });
});

test('lists of any past state are what a simple model says', () => {
  const names = fc.constantFrom('a', 'b', 'a-b', 'c');
  const steps = fc.array(fc.record({ namespace: names, name: names, remove: fc.boolean() }), { maxLength: 40 });
  fc.assert(
    fc.property(steps, fc.nat({ max: 3 }), (changes, limit) => {
      const store = createMemoryStore();
      const states = [new Map<string, number>()];
      for (const { namespace, name, remove: removes } of changes) {
        const state = new Map(states.at(-1));
        if (removes && !state.has(objectPath(namespace, name))) continue;
        const { revision } = removes ? remove(store, name, namespace) : put(store, name, namespace);
        if (removes) state.delete(objectPath(namespace, name));
        else state.set(objectPath(namespace, name), revision);
        states.push(state);
      }
      for (const [index, state] of states.entries()) {
        const expected = [...state].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, revision]) => revision);
        const scope = { revision: index + 1, ...(limit > 0 && { limit }) };
        const { items, remaining } = store.list(KEY, scope);
        expect(items.map((item) => item.revision)).toEqual(limit > 0 ? expected.slice(0, limit) : expected);
        expect(remaining).toBe(expected.length - items.length);
      }
    }),
  );
});
