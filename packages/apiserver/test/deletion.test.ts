import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Assembly, assemble } from '../src/assembly.ts';
import type { KubeObject, OwnerReference } from '../src/model/object.ts';
import { parseApiVersion } from '../src/model/object.ts';
import type { Caller, DeleteOptions, Target } from '../src/resources/operations.ts';
import type { StoreEvent } from '../src/storage/store.ts';

const ADMIN: Caller = { user: { username: 'admin', groups: ['system:masters'] }, userAgent: 'test', warn: () => {} };

let cluster: Assembly;
let events: StoreEvent[];

beforeEach(async () => {
  cluster = await assemble({}, { tokens: new Map(), clientCa: '' });
  events = [];
  cluster.store.watchAll((event) => events.push(event));
});
afterEach(() => cluster.close());

function targetOf(apiVersion: string, kind: string, namespace = 'default'): Target {
  const { group, version } = parseApiVersion(apiVersion);
  const resource = cluster.registry.findKind(group, version, kind);
  if (!resource) throw new Error(`${kind} is not served`);
  return { resource, namespace: resource.namespaced ? namespace : '' };
}

async function create(object: KubeObject): Promise<KubeObject> {
  const target = targetOf(object.apiVersion, object.kind, object.metadata.namespace ?? 'default');
  return (await cluster.operations.create(target, object, {}, ADMIN)).object;
}

interface Shape {
  readonly owners?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
  readonly namespace?: string;
  readonly kind?: 'ConfigMap' | 'Secret';
}

function make(name: string, { owners = [], finalizers = [], namespace = 'default', kind = 'ConfigMap' }: Shape = {}) {
  const metadata = { name, namespace, ownerReferences: [...owners], finalizers: [...finalizers] };
  return create({ apiVersion: 'v1', kind, metadata });
}

function ownedBy(owner: KubeObject, blockOwnerDeletion = true): OwnerReference {
  const { name = '', uid = '' } = owner.metadata;
  return { apiVersion: owner.apiVersion, kind: owner.kind, name, uid, blockOwnerDeletion };
}

async function remove(name: string, options: DeleteOptions = {}, target = targetOf('v1', 'ConfigMap')): Promise<void> {
  await cluster.operations.delete(target, name, options, ADMIN);
}

async function dropFinalizers(name: string, target = targetOf('v1', 'ConfigMap')): Promise<void> {
  const patch = { metadata: { finalizers: null } };
  await cluster.operations.patch(target, name, { type: 'merge', patch }, {}, ADMIN);
}

function find(name: string, key = 'configmaps.', namespace = 'default'): KubeObject | undefined {
  return cluster.store.get(key, namespace, name)?.object;
}

const names = (namespace = 'default') =>
  cluster.store.list('configmaps.', { namespace }).items.map(({ object }) => object.metadata.name);

/** What has happened to objects of a type, in order. */
const history = (key = 'configmaps.') =>
  events.filter((event) => event.key === key).map(({ type, name }) => `${type} ${name}`);

describe('garbage collection', () => {
  test('removes dependents, and theirs, after their owner', async () => {
    const owner = await make('owner');
    const child = await make('child', { owners: [ownedBy(owner)] });
    await make('grandchild', { owners: [ownedBy(child)], kind: 'Secret' });
    await make('stranger');
    await remove('owner');
    await cluster.deletion.idle();
    expect([names(), find('grandchild', 'secrets.')]).toEqual([['stranger'], undefined]);
  });

  test('leaves what has another owner, without the reference to the one that is gone', async () => {
    const [gone, kept] = [await make('gone'), await make('kept')];
    await make('child', { owners: [ownedBy(gone), ownedBy(kept)] });
    await remove('gone');
    await cluster.deletion.idle();
    expect(find('child')?.metadata.ownerReferences).toEqual([ownedBy(kept)]);
  });

  test('removes at once what is made with an owner that does not exist', async () => {
    const owner = await make('owner');
    const other = { ...ownedBy(owner), uid: '00000000-0000-0000-0000-000000000000' };
    await make('imposter', { owners: [other] });
    await make('orphan', { owners: [{ ...other, name: 'nobody' }] });
    await cluster.deletion.idle();
    expect(names()).toEqual(['owner']);
  });

  test('leaves what names an owner of a kind that is not served', async () => {
    await make('child', { owners: [{ apiVersion: 'example.com/v1', kind: 'Nothing', name: 'x', uid: 'y' }] });
    await cluster.deletion.idle();
    expect(names()).toEqual(['child']);
  });

  test('removes dependents whose owner is in another namespace, and tells it', async () => {
    const owner = await make('owner');
    await create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } });
    const child = await make('child', { owners: [ownedBy(owner)], namespace: 'other' });
    await cluster.deletion.idle();
    expect(names('other')).toEqual([]);
    const [event] = cluster.store.list('events.', { namespace: 'other' }).items;
    expect(event?.object).toMatchObject({
      reason: 'OwnerRefInvalidNamespace',
      type: 'Warning',
      message: `ownerRef [v1/ConfigMap, namespace: other, name: owner, uid: ${owner.metadata.uid}] does not exist in namespace "other"`,
      involvedObject: { kind: 'ConfigMap', namespace: 'other', name: 'child', uid: child.metadata.uid },
      source: { component: 'garbage-collector-controller' },
    });
  });

  test('leaves cluster-scoped objects with a namespaced owner, and tells it', async () => {
    const owner = await make('owner');
    const metadata = { name: 'wide', ownerReferences: [ownedBy(owner)] };
    await create({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata, rules: [] });
    await remove('owner');
    await cluster.deletion.idle();
    expect(find('wide', 'clusterroles.rbac.authorization.k8s.io', '')).toBeDefined();
    expect(cluster.store.list('events.', { namespace: 'default' }).items).toHaveLength(1);
  });

  test('waits for the finalizers of a dependent', async () => {
    const owner = await make('owner');
    const child = await make('child', { owners: [ownedBy(owner)], finalizers: ['example.com/wait'] });
    await make('grandchild', { owners: [ownedBy(child)] });
    await remove('owner');
    await cluster.deletion.idle();
    expect(names()).toEqual(['child', 'grandchild']);
    expect(find('child')?.metadata.deletionTimestamp).toBeDefined();
    await dropFinalizers('child');
    await cluster.deletion.idle();
    expect(names()).toEqual([]);
  });

  test('in the foreground removes those first that block the owner', async () => {
    const owner = await make('owner');
    const child = await make('child', { owners: [ownedBy(owner)] });
    await make('grandchild', { owners: [ownedBy(child)] });
    await make('free', { owners: [ownedBy(owner, false)], finalizers: ['example.com/wait'] });
    events.length = 0;
    await remove('owner', { propagationPolicy: 'Foreground' });
    await cluster.deletion.idle();
    expect(names()).toEqual(['free']);
    const ends = history().filter((line) => line.startsWith('DELETED'));
    expect(ends).toEqual(['DELETED grandchild', 'DELETED child', 'DELETED owner']);
  });

  test('in the foreground waits as long as a dependent does not go, or until it no longer blocks', async () => {
    const owner = await make('owner');
    await make('child', { owners: [ownedBy(owner)], finalizers: ['example.com/wait'] });
    await remove('owner', { propagationPolicy: 'Foreground' });
    await cluster.deletion.idle();
    expect(find('owner')?.metadata.finalizers).toEqual(['foregroundDeletion']);
    const patch = { metadata: { ownerReferences: [{ ...ownedBy(owner, false) }] } };
    const body = { type: 'merge' as const, patch: JSON.parse(JSON.stringify(patch)) };
    await cluster.operations.patch(targetOf('v1', 'ConfigMap'), 'child', body, {}, ADMIN);
    await cluster.deletion.idle();
    expect(names()).toEqual(['child']);
  });

  test('in the foreground ends a circle of dependents', async () => {
    const first = await make('first');
    const second = await make('second', { owners: [ownedBy(first)] });
    const patch = { metadata: { ownerReferences: [{ ...ownedBy(second) }] } };
    const body = { type: 'merge' as const, patch: JSON.parse(JSON.stringify(patch)) };
    await cluster.operations.patch(targetOf('v1', 'ConfigMap'), 'first', body, {}, ADMIN);
    await remove('first', { propagationPolicy: 'Foreground' });
    await cluster.deletion.idle();
    expect(names()).toEqual([]);
  });

  test('lets dependents be where the owner is deleted as orphaning', async () => {
    const owner = await make('owner');
    const other = await make('other');
    await make('child', { owners: [ownedBy(owner)] });
    await make('shared', { owners: [ownedBy(owner), ownedBy(other)] });
    await remove('owner', { propagationPolicy: 'Orphan' });
    await cluster.deletion.idle();
    expect(names()).toEqual(['child', 'other', 'shared']);
    expect(find('child')?.metadata.ownerReferences).toBeUndefined();
    expect(find('shared')?.metadata.ownerReferences).toEqual([ownedBy(other)]);
  });

  test('does not look at what nothing has happened to', async () => {
    const owner = await make('owner');
    for (let index = 0; index < 50; index += 1) await make(`child-${index}`, { owners: [ownedBy(owner)] });
    await cluster.deletion.idle();
    events.length = 0;
    await make('stranger');
    await cluster.deletion.idle();
    expect(history()).toEqual(['ADDED stranger']);
  });

  test('goes on with what was there before the server started', async () => {
    const owner = await make('owner');
    await make('child', { owners: [ownedBy(owner)] });
    cluster.deletion.close();
    await remove('owner');
    const { startDeletionControllers } = await import('../src/deletion/start.ts');
    const again = startDeletionControllers(cluster);
    await again.idle();
    again.close();
    expect(names()).toEqual([]);
  });
});

describe('the end of a namespace', () => {
  const namespaces = () => targetOf('v1', 'Namespace');
  interface Namespace extends KubeObject {
    status?: { phase?: string; conditions?: { type: string; status: string; reason: string; message: string }[] };
  }
  const namespaceOf = (name: string) => find(name, 'namespaces.', '') as Namespace | undefined;
  const problems = (name: string) =>
    (namespaceOf(name)?.status?.conditions ?? [])
      .filter(({ status }) => status === 'True')
      .map(({ type, reason, message }) => `${type} ${reason}: ${message}`);

  beforeEach(async () => {
    const spec = { finalizers: ['kubernetes'] };
    await create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'work' }, spec });
  });

  test('is that of everything in it', async () => {
    for (const name of ['a', 'b']) {
      await make(name, { namespace: 'work' });
      await make(name, { namespace: 'work', kind: 'Secret' });
    }
    await make('a');
    await remove('work', {}, namespaces());
    expect(namespaceOf('work')?.status?.phase).toBe('Terminating');
    await cluster.deletion.idle();
    expect([names('work'), names(), namespaceOf('work')]).toEqual([[], ['a'], undefined]);
    expect(history('namespaces.').at(-1)).toBe('DELETED work');
  });

  test('waits for finalizers in it, says which, and comes when they have gone', async () => {
    for (const name of ['a', 'b']) await make(name, { namespace: 'work', finalizers: ['example.com/wait'] });
    await remove('work', {}, namespaces());
    await cluster.deletion.idle();
    expect(problems('work')).toEqual([
      'NamespaceContentRemaining SomeResourcesRemain: Some resources are remaining: configmaps. has 2 resource instances',
      'NamespaceFinalizersRemaining SomeFinalizersRemain: Some content in the namespace has finalizers remaining: example.com/wait in 2 resource instances',
    ]);
    expect(namespaceOf('work')?.status?.conditions).toContainEqual(
      expect.objectContaining({
        type: 'NamespaceDeletionContentFailure',
        status: 'False',
        reason: 'ContentDeleted',
        message: 'All content successfully deleted, may be waiting on finalization',
      }),
    );
    for (const name of ['a', 'b']) await dropFinalizers(name, targetOf('v1', 'ConfigMap', 'work'));
    await cluster.deletion.idle();
    expect(namespaceOf('work')).toBeUndefined();
  });

  test('waits while an aggregated API cannot be discovered', async () => {
    const name = 'v1beta1.metrics.example.com';
    const spec = {
      group: 'metrics.example.com',
      version: 'v1beta1',
      groupPriorityMinimum: 100,
      versionPriority: 10,
      insecureSkipTLSVerify: true,
      service: { namespace: 'default', name: 'nowhere', port: 443 },
    };
    await create({ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name }, spec });
    await remove('work', {}, namespaces());
    await expect
      .poll(() => problems('work'))
      .toEqual([
        'NamespaceDeletionDiscoveryFailure DiscoveryFailed: Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: metrics.example.com/v1beta1: stale GroupVersion discovery: metrics.example.com/v1beta1',
      ]);
    await remove(name, {}, targetOf('apiregistration.k8s.io/v1', 'APIService'));
    await expect.poll(() => namespaceOf('work')).toBeUndefined();
  });
});

describe('the end of a CRD', () => {
  const crds = () => targetOf('apiextensions.k8s.io/v1', 'CustomResourceDefinition');
  const CRD = 'things.example.com';
  const KEY = 'things.example.com';
  const crdOf = () =>
    find(CRD, 'customresourcedefinitions.apiextensions.k8s.io', '') as
      | (KubeObject & { status?: { conditions?: { type: string; status: string; reason: string }[] } })
      | undefined;
  const terminating = () => crdOf()?.status?.conditions?.find(({ type }) => type === 'Terminating');

  function aCrd(): KubeObject {
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    return {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: CRD },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'things', kind: 'Thing' },
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      },
    };
  }

  const aThing = (name: string, shape: Shape = {}) =>
    create({
      apiVersion: 'example.com/v1',
      kind: 'Thing',
      metadata: {
        name,
        namespace: shape.namespace ?? 'default',
        finalizers: [...(shape.finalizers ?? [])],
        ownerReferences: [...(shape.owners ?? [])],
      },
    });

  test('is that of its instances in all namespaces, and of what they own', async () => {
    await create(aCrd());
    const owner = await aThing('a');
    await aThing('b', { namespace: 'kube-system' });
    await make('child', { owners: [ownedBy(owner)] });
    await remove(CRD, {}, crds());
    await cluster.deletion.idle();
    expect([crdOf(), cluster.store.count(KEY), names()]).toEqual([undefined, 0, []]);
    expect(cluster.registry.findKind('example.com', 'v1', 'Thing')).toBeUndefined();
  });

  test('waits for instances with finalizers', async () => {
    await create(aCrd());
    await aThing('a', { finalizers: ['example.com/wait'] });
    await remove(CRD, {}, crds());
    await cluster.deletion.idle();
    expect(terminating()).toMatchObject({ status: 'True', reason: 'InstanceDeletionInProgress' });
    await expect(aThing('late')).rejects.toMatchObject({
      code: 403,
      message:
        'things.example.com "late" is forbidden: create not allowed while custom resource definition is terminating',
    });
    await dropFinalizers('a', targetOf('example.com/v1', 'Thing'));
    await cluster.deletion.idle();
    expect(crdOf()).toBeUndefined();
  });

  test('owners of a kind that has just been defined are known at once', async () => {
    await create(aCrd());
    const owner = await aThing('owner');
    await make('child', { owners: [ownedBy(owner)] });
    await remove('owner', {}, targetOf('example.com/v1', 'Thing'));
    await cluster.deletion.idle();
    expect(names()).toEqual([]);
  });
});
