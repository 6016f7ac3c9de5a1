import { randomUUID } from 'node:crypto';
import type { KubernetesObject, ObjectReference } from '@capstan/base';
import { type KubeClient, waitFor, waitUntilServed } from '@capstan/kube';
import type { ApplicationConfiguration } from '@capstan/oam-model';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  anApplication,
  applicationIn,
  condition,
  DEADLINE_MS,
  newNamespace,
  type SharedOperator,
  sharedOperator,
} from './support.ts';

/** Kinds of nobody: what happens to their objects is all the runtime's doing. */
const GROUP = `runtime-${randomUUID().slice(0, 8)}.example.com`;
const FOO = { apiVersion: `${GROUP}/v1`, kind: 'Foo' };
const BAR = { apiVersion: `${GROUP}/v1`, kind: 'Bar' };
const ROLLING = { apiVersion: `${GROUP}/v1`, kind: 'Rolling' };
const OAM = 'core.oam.dev/v1alpha2';
const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' };

let client: KubeClient;
let shared: SharedOperator;
let namespace: string;

beforeAll(async () => {
  shared = await sharedOperator(async (first) => {
    client = first;
    await Promise.all([aKind('foos', FOO.kind), aKind('bars', BAR.kind), aKind('rollings', ROLLING.kind)]);
    await Promise.all([aTrait('bars'), aTrait('rollings', { revisionEnabled: true })]);
  });
  ({ namespace } = shared);
});

afterAll(() => shared?.stop());

async function aTrait(plural: string, spec: object = {}): Promise<void> {
  await client.create({
    apiVersion: OAM,
    kind: 'TraitDefinition',
    metadata: { name: `${plural}.${GROUP}` },
    spec: { definitionRef: { name: `${plural}.${GROUP}` }, workloadRefPath: 'spec.workloadRef', ...spec },
  });
}

async function aKind(plural: string, kind: string): Promise<void> {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  await client.create({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
      versions: [{ name: 'v1', served: true, storage: true, schema, subresources: { status: {} } }],
    },
  });
  await waitUntilServed(client, { apiVersion: `${GROUP}/v1`, kind });
}

const at = (reference: { apiVersion: string; kind: string }, name: string): ObjectReference => ({
  ...reference,
  namespace,
  name,
});
const until = (reference: ObjectReference, holds: (object: KubernetesObject | undefined) => boolean) =>
  waitFor(client, reference, holds, { timeoutMs: DEADLINE_MS });
const gone = (object: KubernetesObject | undefined) => object === undefined;

/** The object once it has all of this. */
async function has(reference: ObjectReference, expected: object): Promise<KubernetesObject> {
  return (await until(reference, (object) => matches(object, expected))) as KubernetesObject;
}

function matches(object: unknown, expected: object): boolean {
  try {
    expect(object).toMatchObject(expected);
    return true;
  } catch {
    return false;
  }
}

async function apply(...objects: KubernetesObject[]): Promise<void> {
  for (const object of objects) await client.apply(object, { force: true });
}

function aFoo(name: string, spec: object = {}): KubernetesObject {
  return {
    apiVersion: OAM,
    kind: 'Component',
    metadata: { name, namespace },
    spec: { workload: { ...FOO, spec } },
  } as unknown as KubernetesObject;
}

function says(name: string, status: object) {
  return client.patch(at(FOO, name), { status }, { type: 'merge', subresource: 'status' });
}

/** Resolves once the application waits for this, and for nothing else. */
async function waits(app: string, ...unsatisfied: object[]): Promise<void> {
  await until(applicationIn(namespace, app), (object) => {
    const { status, metadata } = object as ApplicationConfiguration;
    const told = status?.dependency?.unsatisfied ?? [];
    return status?.observedGeneration === metadata.generation && matches(told, unsatisfied);
  });
}

const synced = (app: string) =>
  condition(client, applicationIn(namespace, app), ['Synced', 'True', 'ReconcileSuccess']);

describe('data passing', () => {
  const input = { valueFrom: { dataOutputName: 'key' }, toFieldPaths: ['spec.key'] };
  const output = { name: 'key', fieldPath: 'status.key' };

  test('an object waits for its value, gets each new one, and keeps the last when there is none any more', async () => {
    await apply(
      aFoo('d1-out'),
      aFoo('d1-in', { own: 1 }),
      anApplication(namespace, 'd1', [
        { componentName: 'd1-out', dataOutputs: [output] },
        { componentName: 'd1-in', dataInputs: [input] },
      ]),
    );
    await until(at(FOO, 'd1-out'), (object) => object !== undefined);
    const unmet = {
      reason: 'status.key not found in object',
      from: { ...FOO, name: 'd1-out', fieldPath: 'status.key' },
      to: { ...FOO, name: 'd1-in', fieldPaths: ['spec.key'] },
    };
    await waits('d1', unmet);
    await synced('d1');
    expect(await client.get(at(FOO, 'd1-in'))).toBeUndefined();

    const began = performance.now();
    await says('d1-out', { key: 'one' });
    await has(at(FOO, 'd1-in'), { spec: { own: 1, key: 'one' } });
    expect(performance.now() - began).toBeLessThan(10_000);
    await waits('d1');
    await says('d1-out', { key: { any: ['JSON', 1, true] } });
    await has(at(FOO, 'd1-in'), { spec: { key: { any: ['JSON', 1, true] } } });
    await says('d1-out', { key: null });
    await waits('d1', unmet);
    await apply(aFoo('d1-in', { own: 2 }));
    await has(
      { apiVersion: OAM, kind: 'Component', namespace, name: 'd1-in' },
      { status: { latestRevision: { revision: 2 } } },
    );
    await has(at(FOO, 'd1-in'), { spec: { own: 1, key: { any: ['JSON', 1, true] } } });
    await says('d1-out', { key: 'two' });
    await has(at(FOO, 'd1-in'), { spec: { own: 2, key: 'two' } });
  });

  test('a value of an earlier version of the source does not count', async () => {
    await apply(
      aFoo('d2-out', { version: 1 }),
      aFoo('d2-in'),
      anApplication(namespace, 'd2', [
        { componentName: 'd2-out', dataOutputs: [output] },
        { componentName: 'd2-in', dataInputs: [input] },
      ]),
    );
    await until(at(FOO, 'd2-out'), (object) => object !== undefined);
    await says('d2-out', { observedGeneration: 1, key: 'of 1' });
    await has(at(FOO, 'd2-in'), { spec: { key: 'of 1' } });
    await apply(aFoo('d2-out', { version: 2 }));
    await waits('d2', { reason: 'status is of generation 1, the object is at 2' });
    await says('d2-out', { observedGeneration: 2, key: 'of 2' });
    await has(at(FOO, 'd2-in'), { spec: { key: 'of 2' } });
    await waits('d2');
  });

  test('a condition expects what a label of the application says', async () => {
    const conditions = [{ op: 'eq', valueFrom: { fieldPath: 'metadata.labels.app-hash' }, fieldPath: 'status.hash' }];
    const application = (hash: string) => {
      const app = anApplication(namespace, 'd3', [
        {
          componentName: 'd3-in',
          dataInputs: [input],
          traits: [{ trait: { ...FOO, metadata: { name: 'd3-out' } }, dataOutputs: [{ ...output, conditions }] }],
        },
      ]);
      return { ...app, metadata: { ...app.metadata, labels: { 'app-hash': hash } } };
    };
    await apply(aFoo('d3-in'), application('v1'));
    await until(at(FOO, 'd3-out'), (object) => object !== undefined);
    await says('d3-out', { key: 'one', hash: 'v1' });
    await has(at(FOO, 'd3-in'), { spec: { key: 'one' } });
    await apply(application('v2'));
    await waits('d3', { reason: 'got(v1) expected to be v2' });
    await says('d3-out', { key: 'two', hash: 'v2' });
    await has(at(FOO, 'd3-in'), { spec: { key: 'two' } });
  });

  test('a store is filled from its source, kept as it must be, and read by others', async () => {
    const operation = { type: 'jsonPatch', op: 'add' };
    const store = { ...CONFIG_MAP, name: 'd4-store' };
    const outputStore = {
      ...store,
      operations: [
        { ...operation, toFieldPath: 'data.key', toDataPath: 'sub', valueFrom: { fieldPath: 'status.key' } },
        { ...operation, op: 'delete', toFieldPath: 'data.unwanted' },
      ],
    };
    const inputStore = {
      ...store,
      operations: [{ ...operation, toFieldPath: 'spec.key', valueFrom: { fieldPath: 'data.key' } }],
    };
    await apply(
      aFoo('d4-out'),
      aFoo('d4-in'),
      anApplication(namespace, 'd4', [
        { componentName: 'd4-out', dataOutputs: [{ name: 'store', outputStore }] },
        { componentName: 'd4-in', dataInputs: [{ inputStore }] },
      ]),
    );
    await waits(
      'd4',
      { reason: 'status.key not found in object', to: { ...store, fieldPaths: ['data.key(sub)'] } },
      { reason: `failed to get object (${namespace}/d4-store)`, to: { ...FOO, name: 'd4-in' } },
    );
    await says('d4-out', { key: 'value' });
    await has(at(FOO, 'd4-in'), { spec: { key: '{"sub":"value"}' } });
    const ownerReferences = [{ kind: 'ApplicationConfiguration', name: 'd4', controller: true }];
    await has(at(CONFIG_MAP, 'd4-store'), { metadata: { ownerReferences }, data: { key: '{"sub":"value"}' } });
    await waits('d4');

    const drift = { data: { key: '{"sub":"drift"}', unwanted: 'x', own: 'stays' } };
    await client.patch(at(CONFIG_MAP, 'd4-store'), drift, { type: 'merge' });
    const repaired = await has(at(CONFIG_MAP, 'd4-store'), { data: { key: '{"sub":"value"}', own: 'stays' } });
    expect(repaired['data']).not.toHaveProperty('unwanted');
    await client.delete(at(CONFIG_MAP, 'd4-store'));
    await has(at(CONFIG_MAP, 'd4-store'), { data: { key: '{"sub":"value"}' } });
  });

  test('what can never be passed fails the application, and nothing of it is applied', async () => {
    await apply(aFoo('d5-in'), anApplication(namespace, 'd5', [{ componentName: 'd5-in', dataInputs: [input] }]));
    const { status } = (await condition(client, applicationIn(namespace, 'd5'), [
      'Synced',
      'False',
      'ReconcileError',
    ])) as ApplicationConfiguration;
    const message = status?.conditions?.find(({ type }) => type === 'Synced')?.message;
    expect(message).toMatch(/^cannot render components: .*DataOutput does not exist/);
    expect(await client.get(at(FOO, 'd5-in'))).toBeUndefined();
  });
});

describe('revisions', () => {
  const workloadsOf = (object: KubernetesObject | undefined) =>
    ((object as ApplicationConfiguration).status?.workloads ?? []).map(({ componentRevisionName, workloadRef }) => [
      componentRevisionName,
      workloadRef?.name,
    ]);

  test('a new revision changes the workload of every application, with its label at the first sight', async () => {
    const parameters = [{ name: 'name', fieldPaths: ['metadata.name'] }];
    const component = (version: number) => {
      const foo = aFoo('r1', { version });
      return { ...foo, spec: { ...(foo['spec'] as object), parameters } };
    };
    const app = (name: string) =>
      anApplication(namespace, name, [{ componentName: 'r1', parameterValues: [{ name: 'name', value: name }] }]);
    await apply(component(1), app('r1-a'), app('r1-b'));
    for (const version of [1, 2]) {
      if (version > 1) await apply(component(version));
      for (const name of ['r1-a', 'r1-b']) {
        const foo = await has(at(FOO, name), { spec: { version } });
        expect(foo.metadata.labels).toMatchObject({ 'app.oam.dev/revision': `r1-v${version}` });
      }
    }
    const found = await until(applicationIn(namespace, 'r1-a'), (object) => workloadsOf(object)[0]?.[0] === 'r1-v2');
    expect(workloadsOf(found)).toEqual([['r1-v2', 'r1-a']]);
  });

  test('a revision-enabled trait keeps the workloads of older revisions, and the name of the one it comes to', async () => {
    const app = (traits: object[]) => anApplication(namespace, 'r2', [{ componentName: 'r2', traits }]);
    const rolling = { trait: { ...ROLLING, metadata: { name: 'r2-rolling' }, spec: {} } };
    await apply(aFoo('r2', { version: 1 }), app([]));
    await synced('r2');
    await apply(app([rolling]));
    await has(at(ROLLING, 'r2-rolling'), { spec: { workloadRef: { ...FOO, name: 'r2' } } });
    expect(await client.get(at(FOO, 'r2-v1'))).toBeUndefined();

    await apply(aFoo('r2', { version: 2 }));
    await has(at(FOO, 'r2-v2'), { spec: { version: 2 } });
    await has(at(ROLLING, 'r2-rolling'), { spec: { workloadRef: { ...FOO, name: 'r2-v2' } } });
    await apply(aFoo('r2', { version: 3 }));
    await has(at(FOO, 'r2-v3'), { spec: { version: 3 } });
    const found = await until(
      applicationIn(namespace, 'r2'),
      (object) =>
        workloadsOf(object)[0]?.[0] === 'r2-v3' &&
        (object as ApplicationConfiguration).status?.historyWorkloads !== undefined,
    );
    const { status } = found as ApplicationConfiguration;
    const history = status?.historyWorkloads?.map(({ revision, workloadRef }) => [revision, typeof workloadRef?.uid]);
    expect(history).toContainEqual(['r2-v2', 'string']);
    expect(await client.get(at(FOO, 'r2-v2'))).toMatchObject({ spec: { version: 2 } });

    await client.delete(applicationIn(namespace, 'r2'));
    await until(at(FOO, 'r2-v2'), gone);
    await until(at(FOO, 'r2-v3'), gone);
  });

  test('a pinned revision ignores what the component becomes, and is the way back', async () => {
    const app = (entry: object) => anApplication(namespace, 'r3', [entry]);
    await apply(aFoo('r3', { version: 1 }), app({ componentName: 'r3' }));
    await has(at(FOO, 'r3'), { spec: { version: 1 } });
    await apply(aFoo('r3', { version: 2 }));
    await has(at(FOO, 'r3'), { spec: { version: 2 } });
    await apply(app({ revisionName: 'r3-v1' }));
    const back = await has(at(FOO, 'r3'), { spec: { version: 1 } });
    expect(back.metadata.labels).toMatchObject({ 'app.oam.dev/revision': 'r3-v1', 'app.oam.dev/component': 'r3' });
    await apply(app({ revisionName: 'r3-v9' }));
    await has(applicationIn(namespace, 'r3'), {
      status: {
        conditions: expect.arrayContaining([
          expect.objectContaining({
            type: 'Synced',
            status: 'False',
            message: expect.stringContaining('cannot get component revision "r3-v9"'),
          }),
        ]),
      },
    });
    expect(await client.get(at(FOO, 'r3'))).toMatchObject({ spec: { version: 1 } });
  });

  test('a component that cannot have a revision fails its application, which does not wait for ever', async () => {
    const name = `r4-${'a'.repeat(64)}`;
    await apply(aFoo(name), anApplication(namespace, 'r4', [{ componentName: name }]));
    await condition(client, applicationIn(namespace, 'r4'), ['Synced', 'False', 'ReconcileError']);
  });
});

describe('scopes', () => {
  const HEALTH = { apiVersion: OAM, kind: 'HealthScope' };
  const NETWORK = { apiVersion: OAM, kind: 'NetworkScope' };
  const FINALIZER = 'scope.finalizer.core.oam.dev';
  const entry = (componentName: string, ...scopes: object[]) => ({
    componentName,
    scopes: scopes.map((scopeRef) => ({ scopeRef })),
  });
  const refs = (...names: string[]) => names.map((name) => ({ ...FOO, name }));
  const aScope = (kind: typeof HEALTH, name: string, spec: object = {}): KubernetesObject => ({
    ...kind,
    metadata: { name, namespace },
    spec,
  });

  test('workloads of one application enter a scope together and leave it one by one', async () => {
    const health = { ...HEALTH, name: 's1' };
    const scope = at(HEALTH, 's1');
    await apply(
      aScope(HEALTH, 's1', { workloadRefs: [] }),
      aFoo('s1-a'),
      aFoo('s1-b'),
      anApplication(namespace, 's1', [entry('s1-a', health), entry('s1-b', health)]),
    );
    await has(scope, { spec: { workloadRefs: refs('s1-a', 's1-b') } });
    await has(applicationIn(namespace, 's1'), {
      metadata: { finalizers: [FINALIZER] },
      status: { workloads: [{ scopes: [{ scopeRef: health }] }, { scopes: [{ scopeRef: health }] }] },
    });
    await apply(anApplication(namespace, 's1', [entry('s1-a'), entry('s1-b', health)]));
    await has(scope, { spec: { workloadRefs: refs('s1-b') } });
    await client.patch(scope, { spec: { workloadRefs: [] } }, { type: 'merge' });
    await has(scope, { spec: { workloadRefs: refs('s1-b') } });
    await apply(anApplication(namespace, 's1', [entry('s1-a'), entry('s1-b')]));
    await until(applicationIn(namespace, 's1'), (object) => !object?.metadata.finalizers?.includes(FINALIZER));
    expect(await client.get(scope)).toMatchObject({ spec: { workloadRefs: [] } });
  });

  test('a deleted application leaves its scopes', async () => {
    const health = { ...HEALTH, name: 's2' };
    await apply(
      aScope(HEALTH, 's2', { workloadRefs: refs('foreign') }),
      aFoo('s2'),
      anApplication(namespace, 's2', [entry('s2', health)]),
    );
    await has(at(HEALTH, 's2'), { spec: { workloadRefs: refs('foreign', 's2') } });
    await client.delete(applicationIn(namespace, 's2'));
    await until(applicationIn(namespace, 's2'), gone);
    expect(await client.get(at(HEALTH, 's2'))).toMatchObject({ spec: { workloadRefs: refs('foreign') } });
  });

  test('a scope that is not there is an error until it is, and none when it goes', async () => {
    const health = { ...HEALTH, name: 's3' };
    await apply(aFoo('s3'), anApplication(namespace, 's3', [entry('s3', health)]));
    await has(applicationIn(namespace, 's3'), {
      status: {
        conditions: expect.arrayContaining([
          expect.objectContaining({ status: 'False', message: expect.stringContaining('cannot get scope "s3"') }),
        ]),
      },
    });
    expect(await client.get(at(FOO, 's3'))).toBeUndefined();
    await apply(aScope(HEALTH, 's3', { workloadRefs: [] }));
    await has(at(HEALTH, 's3'), { spec: { workloadRefs: refs('s3') } });
    await synced('s3');
    await client.delete(at(HEALTH, 's3'));
    await client.delete(applicationIn(namespace, 's3'));
    await until(applicationIn(namespace, 's3'), gone);
  });

  test('a kind of scopes without a Definition cannot be joined, and holds no deletion up', async () => {
    const scope = { ...BAR, name: 's4' };
    await apply(aScope(BAR, 's4', {}), aFoo('s4'), anApplication(namespace, 's4', [entry('s4', scope)]));
    await has(applicationIn(namespace, 's4'), {
      status: {
        conditions: expect.arrayContaining([
          expect.objectContaining({
            type: 'Synced',
            status: 'False',
            message: expect.stringContaining(`cannot find scope definition "${BAR.apiVersion}" "Bar" "s4"`),
          }),
        ]),
      },
    });
    await client.delete(applicationIn(namespace, 's4'));
    await until(applicationIn(namespace, 's4'), gone);
  });

  test('a workload cannot be in two scopes of a kind that does not allow it', async () => {
    await apply(
      aScope(NETWORK, 's5-a', { workloadRefs: [] }),
      aScope(NETWORK, 's5-b', { workloadRefs: [] }),
      aFoo('s5'),
      anApplication(namespace, 's5', [entry('s5', { ...NETWORK, name: 's5-a' }, { ...NETWORK, name: 's5-b' })]),
    );
    const refused = await condition(client, applicationIn(namespace, 's5'), ['Synced', 'False', 'ReconcileError']);
    expect(JSON.stringify(refused['status'])).toContain('does not allow overlap');
    await apply(anApplication(namespace, 's5', [entry('s5', { ...NETWORK, name: 's5-a' })]));
    await has(at(NETWORK, 's5-a'), { spec: { workloadRefs: refs('s5') } });
    await synced('s5');
    await apply(anApplication(namespace, 's5', [entry('s5', { ...NETWORK, name: 's5-b' })]));
    await has(at(NETWORK, 's5-b'), { spec: { workloadRefs: refs('s5') } });
    await has(at(NETWORK, 's5-a'), { spec: { workloadRefs: [] } });
  });

  test('a namespace with applications in scopes can be deleted', async () => {
    const place = await newNamespace(client);
    const within = <T extends KubernetesObject>(object: T) => ({
      ...object,
      metadata: { ...object.metadata, namespace: place },
    });
    const health = { ...HEALTH, name: 's6' };
    await apply(
      within(aScope(HEALTH, 's6', { workloadRefs: [] })),
      within(aFoo('s6')),
      within(anApplication(namespace, 's6', [entry('s6', health)])),
    );
    await has({ ...HEALTH, namespace: place, name: 's6' }, { spec: { workloadRefs: refs('s6') } });
    await client.delete({ apiVersion: 'v1', kind: 'Namespace', name: place });
    await until({ apiVersion: 'v1', kind: 'Namespace', name: place }, gone);
  });
});
