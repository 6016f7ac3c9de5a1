import { describe, expect, test } from 'vitest';
import type { StatusCause } from '../model/api-error.ts';
import { compileSelection, EVERYTHING } from '../selectors/selection.ts';
import { createMemoryStore } from '../storage/memory.ts';
import type { Store } from '../storage/store.ts';
import { readListParameters } from './list-options.ts';
import { type ListRequest, listPage } from './list-page.ts';

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

function aStore(...places: readonly string[]): Store {
  const store = createMemoryStore({ maxEvents: 100 });
  for (const place of places) {
    const [namespace = '', name = ''] = place.split('/');
    const metadata = { name, namespace, labels: { parity: store.revision % 2 ? 'odd' : 'even' } };
    store.write({ key: KEY, namespace, name, expected: 0, object: { apiVersion: 'v1', kind: 'ConfigMap', metadata } });
  }
  return store;
}

function remove(store: Store, namespace: string, name: string): void {
  const expected = store.get(KEY, namespace, name)?.revision ?? 0;
  store.write({ key: KEY, namespace, name, expected, object: undefined });
}

function page(store: Store, parameters: ListRequest['parameters'], change: Partial<ListRequest> = {}) {
  const { items, ...rest } = listPage({ store, key: KEY, namespace: '', selection: EVERYTHING, parameters, ...change });
  return { names: items.map(({ object: { metadata } }) => `${metadata.namespace}/${metadata.name}`), ...rest };
}

function decoded(token: string | undefined): unknown {
  return JSON.parse(Buffer.from(token ?? '', 'base64url').toString());
}

function token(content: unknown): string {
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

const ALL = ['a/x', 'a/y', 'b/x', 'b/y', 'b/z'];

describe('pages', () => {
  test('go on where the last one ended, in the state of the first', () => {
    const store = aStore(...ALL);
    const first = page(store, { limit: 2 });
    expect(first).toMatchObject({ names: ['a/x', 'a/y'], resourceVersion: '6', remainingItemCount: 3 });
    expect(decoded(first.continue)).toEqual({ v: 'meta.k8s.io/v1', rv: 6, start: 'a/y\0' });
    remove(store, 'b', 'y');
    const second = page(store, { limit: 2, continue: first.continue ?? '' });
    expect(second).toMatchObject({ names: ['b/x', 'b/y'], resourceVersion: '6', remainingItemCount: 1 });
    const third = page(store, { limit: 2, continue: second.continue ?? '' });
    expect(third).toEqual({ names: ['b/z'], resourceVersion: '6' });
  });

  test('of a namespace name keys relative to it', () => {
    const store = aStore(...ALL);
    const first = page(store, { limit: 1 }, { namespace: 'b' });
    expect(decoded(first.continue)).toMatchObject({ start: 'x\0' });
    expect(page(store, { limit: 5, continue: first.continue ?? '' }, { namespace: 'b' }).names).toEqual(['b/y', 'b/z']);
  });

  test('of a selection do not say how many come', () => {
    const store = aStore(...ALL);
    const selection = compileSelection({ labelSelector: 'parity=odd' }, RESOURCE);
    const first = page(store, { limit: 2 }, { selection });
    expect(first.names).toEqual(['a/x', 'b/x']);
    expect(first.remainingItemCount).toBeUndefined();
    const second = page(store, { limit: 2, continue: first.continue ?? '' }, { selection });
    expect(second).toEqual({ names: ['b/z'], resourceVersion: '6' });
  });

  test('are not made where one object is named', () => {
    const store = aStore(...ALL);
    const selection = compileSelection({ fieldSelector: 'metadata.name=x' }, RESOURCE);
    expect(page(store, { limit: 1 }, { selection, namespace: 'b' })).toEqual({ names: ['b/x'], resourceVersion: '6' });
    expect(page(store, { limit: 1 }, { selection })).toMatchObject({ names: ['a/x'], continue: expect.anything() });
    const absent = compileSelection({ fieldSelector: 'metadata.name=z' }, RESOURCE);
    expect(page(store, { limit: 1 }, { selection: absent, namespace: 'a' }).names).toEqual([]);
  });

  test('are not made of the state of resourceVersion 0', () => {
    expect(page(aStore(...ALL), { limit: 2, resourceVersion: '0' }).names).toEqual(ALL);
  });

  test('whose state is forgotten can be gone on with, inconsistently', () => {
    const store = aStore(...ALL);
    const first = page(store, { limit: 2 });
    remove(store, 'b', 'x');
    store.compact(store.revision);
    let error: { code?: number; reason?: string; message?: string; metadata?: { continue?: string } } = {};
    try {
      page(store, { limit: 2, continue: first.continue ?? '' });
    } catch (thrown) {
      error = thrown as typeof error;
    }
    expect(error).toMatchObject({ code: 410, reason: 'Expired' });
    expect(error.message).toContain('or use the continue token in this response');
    expect(decoded(error.metadata?.continue)).toEqual({ v: 'meta.k8s.io/v1', rv: -1, start: 'a/y\0' });
    const rest = page(store, { limit: 1, continue: error.metadata?.continue ?? '' });
    expect(rest).toMatchObject({ names: ['b/y'], resourceVersion: '7' });
    expect(decoded(rest.continue)).toMatchObject({ rv: 7 });
  });
});

describe('the revision of a list', () => {
  test.each([
    [{ resourceVersion: '3', resourceVersionMatch: 'Exact' }, 2, '3'],
    [{ resourceVersion: '3', limit: 10 }, 2, '3'],
    [{ resourceVersion: '3', resourceVersionMatch: 'NotOlderThan' }, 5, '6'],
    [{ resourceVersion: '3' }, 5, '6'],
    [{}, 5, '6'],
  ])('%j', (parameters, count, resourceVersion) => {
    const list = page(aStore(...ALL), parameters);
    expect([list.names.length, list.resourceVersion]).toEqual([count, resourceVersion]);
  });

  test('that has not come is a timeout', () => {
    for (const parameters of [
      { resourceVersion: '99' },
      { resourceVersion: '99', resourceVersionMatch: 'Exact' },
      { continue: token({ v: 'meta.k8s.io/v1', rv: 99, start: 'a' }) },
    ]) {
      expect(() => page(aStore('a/b'), parameters)).toThrow(
        expect.objectContaining({
          code: 504,
          reason: 'Timeout',
          message: 'Timeout: Too large resource version: 99, current: 2',
          details: {
            causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
            retryAfterSeconds: 1,
          },
        }),
      );
    }
  });

  test('that is forgotten is gone', () => {
    const store = aStore(...ALL);
    store.compact(6);
    expect(() => page(store, { resourceVersion: '3', resourceVersionMatch: 'Exact' })).toThrow(
      expect.objectContaining({ code: 410, message: 'The resourceVersion for the provided list is too old.' }),
    );
  });
});

// Recorded from a kube-apiserver v1.35.4.
test.each([
  ['abc', "continue key is not valid: invalid character 'i' looking for beginning of value"],
  ['!!', 'continue key is not valid: illegal base64 data at input byte 0'],
  ['e30', 'continue key is not valid: server does not recognize this encoded version '],
  [
    token({ v: 'meta.k8s.io/v1', rv: 0, start: 'x' }),
    'continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)',
  ],
  [
    token({ v: 'meta.k8s.io/v1', rv: 5, start: '' }),
    'continue key is not valid: encoded start key empty (version meta.k8s.io/v1)',
  ],
  [token({ v: 'x', rv: 5 }), 'continue key is not valid: server does not recognize this encoded version x'],
  [token({ v: 'meta.k8s.io/v1', rv: 5, start: '../a' }), 'continue key is not valid: ../a'],
  [token('x'), 'continue key is not valid: json: cannot unmarshal string into Go value of type storage.continueToken'],
])('the token %s is refused', (given, why) => {
  expect(() => page(aStore('a/b'), { continue: given })).toThrow(
    expect.objectContaining({ code: 400, message: `invalid continue token: ${why}` }),
  );
});

test('a bad resourceVersion, and one beside a token, are refused', () => {
  expect(() => page(aStore('a/b'), { resourceVersion: 'abc' })).toThrow(
    'invalid resource version: resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
  );
  const good = token({ v: 'meta.k8s.io/v1', rv: 2, start: 'a' });
  expect(() => page(aStore('a/b'), { resourceVersion: '2', continue: good })).toThrow(
    'specifying resource version is not allowed when using continue',
  );
});

describe('parameters', () => {
  const read = (query: string) => readListParameters(new URLSearchParams(query));
  const MATCH = 'resourceVersionMatch';
  const forbids = (field: string, message: string): StatusCause => ({
    reason: 'FieldValueForbidden',
    message: `Forbidden: ${message}`,
    field,
  });
  const supports = (value: string, values: string): StatusCause => ({
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: "${value}": supported values: ${values}`,
    field: MATCH,
  });
  const withContinue = forbids(MATCH, 'resourceVersionMatch is forbidden when continue is provided');
  const unlessVersion = forbids(MATCH, 'resourceVersionMatch is forbidden unless resourceVersion is provided');
  const needsMatch = forbids(MATCH, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');

  // Recorded from a kube-apiserver v1.35.4.
  test.each<[string, StatusCause[]]>([
    ['resourceVersionMatch=Exact', [unlessVersion]],
    ['resourceVersionMatch=Foo', [unlessVersion, supports('Foo', '"Exact", "NotOlderThan", ""')]],
    ['resourceVersionMatch=Exact&resourceVersion=3&continue=abc', [withContinue]],
    [
      'resourceVersionMatch=Exact&resourceVersion=0',
      [forbids(MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"')],
    ],
    ['sendInitialEvents=x', [forbids('sendInitialEvents', 'sendInitialEvents is forbidden for list')]],
    ['watch=1&sendInitialEvents=true', [needsMatch]],
    ['watch=1&resourceVersionMatch=Exact&sendInitialEvents=true', [needsMatch, supports('Exact', '"NotOlderThan"')]],
    [
      'watch=1&resourceVersionMatch=NotOlderThan',
      [forbids(MATCH, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided')],
    ],
    ['watch=1&continue=a', [withContinue]],
  ])('%s', (query, causes) => {
    expect(() => read(query)).toThrow(
      expect.objectContaining({ code: 422, details: { group: 'meta.k8s.io', kind: 'ListOptions', causes } }),
    );
  });

  test.each([
    ['limit=a', 'strconv.ParseInt: parsing "a": invalid syntax'],
    ['watch=1&timeoutSeconds=1.5', 'strconv.ParseInt: parsing "1.5": invalid syntax'],
    ['limit=9223372036854775808', 'strconv.ParseInt: parsing "9223372036854775808": value out of range'],
  ])('%s', (query, message) => {
    expect(() => read(query)).toThrow(expect.objectContaining({ code: 400, message }));
  });

  test.each([
    ['watch=', true],
    ['watch=maybe', true],
    ['watch=True', true],
    ['watch=False', false],
    ['watch=0', false],
    ['', false],
  ])('%j means %j', (query, watch) => {
    expect(read(query).watch).toBe(watch);
  });

  test.each([
    ['watch=1', true],
    ['watch=1&resourceVersion=0', true],
    ['watch=1&resourceVersion=5', undefined],
    ['watch=1&resourceVersion=0&sendInitialEvents=0&resourceVersionMatch=NotOlderThan', false],
    ['resourceVersion=0', undefined],
  ])('%s sends initial events: %j', (query, expected) => {
    expect(read(query).sendInitialEvents).toBe(expected);
  });
});
