import { expect, onTestFinished, test } from 'vitest';
import { crdWith } from '../../test/crd/crd-cases.ts';
import { ResourceRegistry } from '../model/registry.ts';
import type { StrategyContext } from '../model/resource.ts';
import { createMemoryStore } from '../storage/memory.ts';
import type { Store } from '../storage/store.ts';
import { startCrdController } from './controller.ts';
import { crdStrategy } from './crd-strategy.ts';
import { type Crd, conditionIsTrue, findCondition } from './definition.ts';

const KEY = 'customresourcedefinitions.apiextensions.k8s.io';
const GROUP = 'cases.capstan.example';
const CONTEXT: StrategyContext = { subresource: undefined, now: '', find: () => undefined, list: () => [] };
const strategy = crdStrategy();

function setUp(store: Store = createMemoryStore()) {
  const registry = new ResourceRegistry([]);
  const controller = startCrdController({ store, registry, now: () => 0 });
  onTestFinished(() => controller.close());
  return { store, registry };
}

function create(store: Store, source: unknown): void {
  const object = JSON.parse(JSON.stringify(source)) as Crd;
  strategy.defaults(object);
  strategy.prepareForCreate(object, CONTEXT);
  store.write({ key: KEY, namespace: '', name: object.metadata.name ?? '', expected: 0, object });
}

function read(store: Store, name: string): Crd {
  return store.get(KEY, '', name)?.object as Crd;
}

function change(store: Store, name: string, edit: (crd: Crd) => Crd): void {
  const found = store.get(KEY, '', name);
  store.write({ key: KEY, namespace: '', name, expected: found?.revision ?? 0, object: edit(found?.object as Crd) });
}

const things = (more: object = {}) => crdWith({}, { names: { plural: 'things', kind: 'Thing', ...more } });
const others = (more: object = {}) =>
  crdWith({}, { names: { plural: 'others', kind: 'Other', ...more } }, { name: `others.${GROUP}` });

test('a CRD is served when the write that creates it returns', () => {
  const { store, registry } = setUp();
  create(store, things({ shortNames: ['th'], categories: ['all'] }));
  expect(registry.find(GROUP, 'v1', 'things')).toMatchObject({
    kind: 'Thing',
    listKind: 'ThingList',
    singular: 'thing',
    shortNames: ['th'],
    categories: ['all'],
    namespaced: true,
    storage: { group: GROUP, resource: 'things', version: 'v1', kind: 'Thing', namespaced: true },
  });
  expect(read(store, `things.${GROUP}`).status).toEqual({
    conditions: [
      {
        type: 'NamesAccepted',
        status: 'True',
        lastTransitionTime: '1970-01-01T00:00:00Z',
        reason: 'NoConflicts',
        message: 'no conflicts found',
      },
      {
        type: 'Established',
        status: 'True',
        lastTransitionTime: '1970-01-01T00:00:00Z',
        reason: 'InitialNamesAccepted',
        message: 'the initial names have been accepted',
      },
    ],
    acceptedNames: {
      plural: 'things',
      singular: 'thing',
      shortNames: ['th'],
      kind: 'Thing',
      listKind: 'ThingList',
      categories: ['all'],
    },
    storedVersions: ['v1'],
  });
});

test('what is served differently or no longer is told', () => {
  const store = createMemoryStore();
  const changed: string[] = [];
  const parts = { store, registry: new ResourceRegistry([]), now: () => 0 };
  const controller = startCrdController({ ...parts, onServedChange: (key) => changed.push(key) });
  onTestFinished(() => controller.close());
  const name = `things.${GROUP}`;
  create(store, things());
  const deletionTimestamp = '2026-01-01T00:00:00Z';
  change(store, name, (crd) => ({ ...crd, metadata: { ...crd.metadata, deletionTimestamp } }));
  expect(changed).toEqual([]);
  change(store, name, (crd) => ({ ...crd, spec: { ...crd.spec, preserveUnknownFields: true } }));
  expect(changed).toEqual([name]);
  const expected = store.get(KEY, '', name)?.revision ?? 0;
  store.write({ key: KEY, namespace: '', name, expected, object: undefined });
  expect(changed).toEqual([name, name]);
});

test('CRDs that are there already are served', () => {
  const { store } = setUp();
  create(store, things());
  expect(setUp(store).registry.find(GROUP, 'v1', 'things')?.kind).toBe('Thing');
});

test('a name that is taken is refused, and given once it is free', () => {
  const { store, registry } = setUp();
  create(store, things({ shortNames: ['th'] }));
  create(store, others({ kind: 'Thing', shortNames: ['th', 'ot'] }));
  const refused = read(store, `others.${GROUP}`);
  expect(findCondition(refused, 'NamesAccepted')).toMatchObject({
    status: 'False',
    reason: 'ListKindConflict',
    message: '"ThingList" is already in use',
  });
  expect(findCondition(refused, 'Established')).toMatchObject({ status: 'False', reason: 'NotAccepted' });
  expect(refused.status?.acceptedNames).toEqual({ plural: 'others', kind: '' });
  expect(registry.find(GROUP, 'v1', 'others')).toBeUndefined();

  store.write({
    key: KEY,
    namespace: '',
    name: `things.${GROUP}`,
    expected: store.get(KEY, '', `things.${GROUP}`)?.revision ?? 0,
    object: undefined,
  });
  expect(conditionIsTrue(read(store, `others.${GROUP}`), 'Established')).toBe(true);
  expect(registry.find(GROUP, 'v1', 'things')).toBeUndefined();
  expect(registry.find(GROUP, 'v1', 'others')?.kind).toBe('Thing');
});

test('versions come and go with the spec', () => {
  const { store, registry } = setUp();
  create(store, things());
  const name = `things.${GROUP}`;
  change(store, name, (crd) => ({
    ...crd,
    metadata: { ...crd.metadata, generation: 2 },
    spec: {
      ...crd.spec,
      versions: [
        { ...crd.spec.versions[0]!, name: 'v1beta1', storage: false, deprecated: true },
        { ...crd.spec.versions[0]!, served: true },
      ],
    },
  }));
  expect(registry.find(GROUP, 'v1beta1', 'things')?.deprecationWarning).toBe(
    `${GROUP}/v1beta1 Thing is deprecated; use ${GROUP}/v1 Thing`,
  );
  change(store, name, (crd) => ({
    ...crd,
    spec: { ...crd.spec, versions: crd.spec.versions.map((one) => ({ ...one, served: one.name === 'v1' })) },
  }));
  expect(registry.find(GROUP, 'v1beta1', 'things')).toBeUndefined();
  expect(registry.find(GROUP, 'v1', 'things')).toBeDefined();
});

test('nothing can be created while the objects of a CRD are being deleted, and a change that changes nothing publishes nothing', () => {
  const { store, registry } = setUp();
  create(store, things());
  const { generation } = registry;
  const name = `things.${GROUP}`;
  change(store, name, (crd) => ({ ...crd, metadata: { ...crd.metadata, labels: { a: 'b' } } }));
  expect(registry.generation).toBe(generation);
  const isTerminating = () => registry.find(GROUP, 'v1', 'things')?.terminating ?? false;
  expect(isTerminating()).toBe(false);
  change(store, name, (crd) => withTerminating(crd, 'True'));
  expect(isTerminating()).toBe(true);
  change(store, name, (crd) => withTerminating(crd, 'False'));
  expect(isTerminating()).toBe(false);
});

function withTerminating(crd: Crd, status: 'True' | 'False'): Crd {
  const others = (crd.status?.conditions ?? []).filter(({ type }) => type !== 'Terminating');
  return { ...crd, status: { ...crd.status, conditions: [...others, { type: 'Terminating', status }] } } as Crd;
}

test('objects of another version are pruned and defaulted by its schema', async () => {
  const { store, registry } = setUp();
  const schema = (spec: object) => ({
    openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: spec } } },
  });
  create(
    store,
    crdWith(
      {},
      {
        versions: [
          { name: 'v1', served: true, storage: true, schema: schema({ a: { type: 'string' } }) },
          { name: 'v2', served: true, storage: false, schema: schema({ b: { type: 'string', default: 'x' } }) },
        ],
      },
    ),
  );
  const stored = {
    apiVersion: `${GROUP}/v1`,
    kind: 'Thing',
    metadata: { name: 'one', generation: 1 },
    spec: { a: '1' },
  };
  const [seen] = (await registry.find(GROUP, 'v2', 'things')?.convert?.toThis([stored])) ?? [];
  expect(seen).toEqual({ ...stored, apiVersion: `${GROUP}/v2`, spec: { b: 'x' } });
  expect(stored.spec).toEqual({ a: '1' });
});
