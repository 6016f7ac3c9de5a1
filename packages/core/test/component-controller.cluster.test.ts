import { type KubernetesObject, silentLogger } from '@capstan/base';
import type { Component, ComponentStatus } from '@capstan/oam-model';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ComponentControllerOptions, startComponentController } from '../src/revisions/index.ts';
import { aHub, recordWrites, startCluster, type TestCluster } from './cluster.ts';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster.stop());

const COMPONENT = { apiVersion: 'core.oam.dev/v1alpha2', kind: 'Component' } as const;
const REVISION = { apiVersion: 'apps/v1', kind: 'ControllerRevision' } as const;

async function start(options: Partial<ComponentControllerOptions> = {}) {
  const { hub, signal, stop } = aHub(cluster.client);
  const controller = startComponentController({ client: cluster.client, hub, log: silentLogger, signal, ...options });
  await controller.ready;
  return {
    stop: async () => {
      await stop();
      await controller.stopped;
    },
  };
}

function aComponent(namespace: string, image: string, metadata: object = {}): Component {
  const workload = { apiVersion: 'example.com/v1', kind: 'Foo', spec: { image } } as unknown as KubernetesObject;
  return { ...COMPONENT, metadata: { name: 'web', namespace, ...metadata }, spec: { workload } };
}

/** The component's status once its newest revision has this name. */
async function latest(namespace: string, name: string): Promise<ComponentStatus> {
  const found = await cluster.until({ ...COMPONENT, namespace, name: 'web' }, (object) => {
    const { metadata, status } = (object ?? {}) as Partial<Component>;
    return status?.latestRevision?.name === name && status.observedGeneration === metadata?.generation;
  });
  return (found as Component).status ?? {};
}

async function revisions(namespace: string): Promise<string[]> {
  const { items } = await cluster.client.list(REVISION, { namespace });
  return items.map(({ metadata }) => metadata.name).sort();
}

function edit(namespace: string, image: string) {
  const patch = { spec: { workload: { spec: { image } } } };
  return cluster.client.patch({ ...COMPONENT, namespace, name: 'web' }, patch, { type: 'merge' });
}

test('each spec has a revision, made with two requests; labels make none', async () => {
  const { client } = cluster;
  const namespace = await cluster.newNamespace();
  await start();
  const writes = recordWrites();
  const created = await client.create(aComponent(namespace, '1'));
  const status = await latest(namespace, 'web-v1');
  expect(status).toMatchObject({
    observedGeneration: 1,
    latestRevision: { name: 'web-v1', revision: 1 },
    conditions: [{ type: 'Synced', status: 'True', reason: 'ReconcileSuccess', observedGeneration: 1 }],
  });
  const snapshot = await client.get({ ...REVISION, namespace, name: 'web-v1' });
  expect(snapshot).toMatchObject({
    metadata: {
      labels: { 'controller.oam.dev/component': 'web' },
      ownerReferences: [{ kind: 'Component', name: 'web', uid: created.metadata.uid, controller: true }],
    },
    revision: 1,
    data: { ...COMPONENT, spec: created['spec'], status: { latestRevision: { name: 'web-v1', revision: 1 } } },
  });
  await client.patch({ ...COMPONENT, namespace, name: 'web' }, { metadata: { labels: { a: 'b' } } }, { type: 'merge' });
  await edit(namespace, '2');
  await latest(namespace, 'web-v2');
  expect(await revisions(namespace)).toEqual(['web-v1', 'web-v2']);
  const ours = writes.filter((write) => write.includes('controllerrevisions') || write.endsWith('/status'));
  expect(ours).toHaveLength(4);
});

test('what happened while no controller ran is found: a lost status, a lost snapshot, an earlier component', async () => {
  const { client } = cluster;
  const [lostStatus, lostSnapshot, earlier] = await Promise.all([
    cluster.newNamespace(),
    cluster.newNamespace(),
    cluster.newNamespace(),
  ]);
  const places = [lostStatus, lostSnapshot, earlier];
  const first = await start();
  await Promise.all(places.map((namespace) => client.create(aComponent(namespace, '1'))));
  await Promise.all(places.map((namespace) => latest(namespace, 'web-v1')));
  await first.stop();

  const web = (namespace: string) => ({ ...COMPONENT, namespace, name: 'web' });
  const noStatus = { status: { latestRevision: null, observedGeneration: null, conditions: null } };
  await client.patch(web(lostStatus), noStatus, { type: 'merge', subresource: 'status' });
  await client.delete({ ...REVISION, namespace: lostSnapshot, name: 'web-v1' });
  // Its snapshot is orphaned, as one is that the garbage collector has not come to yet.
  await client.delete(web(earlier), { propagationPolicy: 'Orphan' });
  await cluster.until(web(earlier), (object) => object === undefined);
  await client.create(aComponent(earlier, '1'));

  await start();
  await latest(lostStatus, 'web-v1');
  await latest(lostSnapshot, 'web-v2');
  await latest(earlier, 'web-v2');
  expect(await revisions(lostStatus)).toEqual(['web-v1']);
  expect(await revisions(lostSnapshot)).toEqual(['web-v2']);
});

test('a name that something else has is left to it', async () => {
  const namespace = await cluster.newNamespace();
  await cluster.client.create({ ...REVISION, metadata: { name: 'web-v1', namespace }, revision: 1, data: {} });
  await start();
  await cluster.client.create(aComponent(namespace, '1'));
  await latest(namespace, 'web-v2');
  expect(await revisions(namespace)).toEqual(['web-v1', 'web-v2']);
});

test('a component whose revision cannot be made says so', async () => {
  const namespace = await cluster.newNamespace();
  await start();
  const name = 'a'.repeat(64);
  await cluster.client.create(aComponent(namespace, '1', { name }));
  const failed = await cluster.until({ ...COMPONENT, namespace, name }, (object) => object?.['status'] !== undefined);
  expect(failed['status']).toMatchObject({
    conditions: [
      { type: 'Synced', status: 'False', message: expect.stringMatching(/^cannot create revision: .*metadata.labels/) },
    ],
  });
  expect(failed['status']).not.toHaveProperty('latestRevision');
});

test('the oldest beyond the limit go, but not those that applications of the namespace name', async () => {
  const { client } = cluster;
  const [namespace, other] = await Promise.all([cluster.newNamespace(), cluster.newNamespace()]);
  const application = (place: string, revisionName: string) => ({
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'ApplicationConfiguration',
    metadata: { name: 'app', namespace: place },
    spec: { components: [{ revisionName }] },
  });
  await client.create(application(namespace, 'web-v1'));
  await client.create(application(other, 'web-v2'));
  await start({ revisionLimit: 2 });
  await client.create(aComponent(namespace, '1'));
  for (const revision of [2, 3, 4, 5]) {
    await latest(namespace, `web-v${revision - 1}`);
    await edit(namespace, String(revision));
  }
  await latest(namespace, 'web-v5');
  await expect.poll(() => revisions(namespace)).toEqual(['web-v1', 'web-v4', 'web-v5']);
});

test('a namespace that goes away takes its components along, and nothing is made in it', async () => {
  const { client } = cluster;
  const namespace = await cluster.newNamespace();
  await start();
  await client.create(aComponent(namespace, '1', { finalizers: ['example.com/keep'] }));
  await latest(namespace, 'web-v1');
  await client.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
  await cluster.until({ ...REVISION, namespace, name: 'web-v1' }, (object) => object === undefined);
  const finalizers = { metadata: { finalizers: null } };
  await client.patch({ ...COMPONENT, namespace, name: 'web' }, finalizers, { type: 'merge' });
  await cluster.until({ apiVersion: 'v1', kind: 'Namespace', name: namespace }, (object) => object === undefined);
});
