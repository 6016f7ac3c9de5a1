import type { KubernetesObject, ObjectReference } from '@capstan/base';
import { connect, type KubeClient, waitFor } from '@capstan/kube';
import { type Component, OAM_LABELS } from '@capstan/oam-model';
import { type Fault, type FaultProxy, type ProxiedRequest, startFaultProxy } from '@capstan/sandbox/testing';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { installSystem } from '../src/index.ts';
import {
  aComponent,
  anApplication,
  applicationIn,
  condition,
  DEADLINE_MS,
  deploymentIn,
  newNamespace,
  type RunningOperator,
  startOperator,
  webServiceIn,
} from './support.ts';

const CONTAINER = { name: 'main', image: 'nginx:1.29', ports: [{ name: 'http', containerPort: 80 }] };

describe('what an application made, where writes fail and news comes late', () => {
  let client: KubeClient;
  let proxy: FaultProxy;
  let through: KubeClient;
  let operator: RunningOperator;
  let namespace: string;

  beforeAll(async () => {
    const kubeconfig = inject('kubeconfig');
    client = await connect({ kubeconfig });
    await installSystem(client);
    namespace = await newNamespace(client);
    proxy = await startFaultProxy({ kubeconfig });
    through = await connect({ kubeconfig: proxy.kubeconfig });
    operator = startOperator(through);
    await operator.running;
  });

  afterAll(async () => {
    await operator?.stop();
    through?.close();
    await proxy?.stop();
    await client?.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
    client?.close();
  });

  test('a workload that is made anew while the status cannot be written still goes with its component', async () => {
    const store = webServiceIn(namespace, 'store');
    for (const name of ['web', 'store']) await client.apply(aComponent(namespace, name, { image: 'nginx:1.29' }));
    await client.apply(anApplication(namespace, 'shop', [{ componentName: 'web' }, { componentName: 'store' }]));
    await condition(client, applicationIn(namespace, 'shop'), ['Ready', 'True']);

    const failing = proxy.inject({ ...statusFails('shop'), times: Number.POSITIVE_INFINITY });
    await client.delete(store);
    await expect.poll(() => failing.hits, { timeout: DEADLINE_MS }).toBeGreaterThan(1);
    await client.apply(anApplication(namespace, 'shop', [{ componentName: 'web' }]));
    failing.remove();
    await condition(client, applicationIn(namespace, 'shop'), ['Ready', 'True']);
    await waitFor(client, store, (object) => object === undefined, { timeoutMs: DEADLINE_MS, goal: 'gone' });
  });

  test('what a workload made goes with its reason, also when the uid of the workload never got on record', async () => {
    const service = { apiVersion: 'v1', kind: 'Service', namespace, name: 'door' };
    let written = 0;
    const failing = statusFails('house');
    const fault = proxy.inject({
      // The first one is the record, before anything is made.
      match: (request) => failing.match(request) && ++written > 1,
      action: failing.action,
      times: Number.POSITIVE_INFINITY,
    });
    await client.apply(aComponent(namespace, 'door', { image: 'nginx:1.29', port: 80 }));
    await client.apply(anApplication(namespace, 'house', [{ componentName: 'door' }]));
    await waitFor(client, service, (object) => object !== undefined, { timeoutMs: DEADLINE_MS, goal: 'made' });
    await expect.poll(() => fault.hits, { timeout: DEADLINE_MS }).toBeGreaterThan(0);
    await client.apply(aComponent(namespace, 'door', { image: 'nginx:1.29' }));
    await waitFor(
      client,
      { ...service, apiVersion: 'core.oam.dev/v1alpha2', kind: 'Component' },
      (component) => (component as Component | undefined)?.status?.latestRevision?.revision === 2,
      { timeoutMs: DEADLINE_MS, goal: 'at its second revision' },
    );
    fault.remove();
    await condition(client, applicationIn(namespace, 'house'), ['Ready', 'True']);
    // The pass that failed last may have begun before the edit.
    await waitFor(client, service, (object) => object === undefined, { timeoutMs: DEADLINE_MS, goal: 'gone' });
  });

  test('an application that is deleted without what it made leaves that, however late the operator hears of it', async () => {
    const kept = webServiceIn(namespace, 'kept');
    await client.apply(aComponent(namespace, 'kept', { image: 'nginx:1.29' }));
    await client.apply(anApplication(namespace, 'letting-go', [{ componentName: 'kept' }]));
    await condition(client, applicationIn(namespace, 'letting-go'), ['Ready', 'True']);
    const uid = (await client.get(kept))?.metadata.uid;

    await orphanUnheard(applicationIn(namespace, 'letting-go'), 'applicationconfigurations');

    await client.apply(anApplication(namespace, 'marker', [{ componentName: 'nobody' }]));
    await condition(client, applicationIn(namespace, 'marker'), ['Synced', 'False']);
    const live = await client.get(kept);
    expect(live?.metadata).toMatchObject({ uid });
    expect(live?.metadata.deletionTimestamp ?? live?.metadata.ownerReferences).toBeUndefined();
    expect(await client.get(deploymentIn(namespace, 'kept'))).toBeDefined();
  });

  test('so does a workload', async () => {
    const workload = workloadIn('alone');
    const { name, apiVersion, kind } = workload;
    await client.apply({ apiVersion, kind, metadata: { name, namespace }, spec: { containers: [CONTAINER] } });
    await condition(client, workload, ['Ready', 'True']);
    const deployment = deploymentIn(namespace, name);
    const uid = (await client.get(deployment))?.metadata.uid;
    await orphanUnheard(workload, 'containerizedworkloads');

    const marker = { apiVersion, kind, metadata: { name: 'next', namespace }, spec: { containers: [CONTAINER] } };
    await client.apply(marker);
    await condition(client, { ...workload, name: 'next' }, ['Ready', 'True']);
    const live = await client.get(deployment);
    expect(live?.metadata).toMatchObject({ uid });
    expect(live?.metadata.deletionTimestamp ?? live?.metadata.ownerReferences).toBeUndefined();
  });

  test('what a scaler was pointed away from stays when the scaler goes, although letting go of it failed at first', async () => {
    const scaler = { apiVersion: 'core.oam.dev/v1alpha2', kind: 'ManualScalerTrait', namespace, name: 'scaler' };
    for (const name of ['former', 'latter']) await client.create(plainDeployment(name));
    await client.apply(scalerOf('former'));
    await scaledBy('former', true);
    const failing = proxy.inject({
      match: ({ method, path }) => method !== 'DELETE' && path.endsWith(`${namespace}/deployments/former`),
      action: { type: 'status', status: 500 },
    });
    await client.apply(scalerOf('latter'));
    await scaledBy('latter', true);
    await expect.poll(() => failing.hits, { timeout: DEADLINE_MS }).toBe(1);
    await scaledBy('former', false);
    // Nor does it go with a scaler that finds nothing any more.
    await client.apply(scalerOf('misprint'));
    await condition(client, scaler, ['Synced', 'False']);
    await client.delete(scaler);
    await waitFor(client, scaler, (one) => one === undefined, { timeoutMs: DEADLINE_MS, goal: 'gone' });
    await scaledBy('latter', false);
  });

  test('so does it where nobody worked when it was pointed away', async () => {
    for (const name of ['early', 'late']) await client.create(plainDeployment(name));
    await client.apply(scalerOf('early'));
    await scaledBy('early', true);
    await operator.stop();
    await client.apply(scalerOf('late'));
    operator = startOperator(through);
    await operator.running;
    await scaledBy('late', true);
    await scaledBy('early', false);
  });

  test('nothing is deleted because a kind was not served for a moment', async () => {
    const { apiVersion, kind } = workloadIn('steady');
    const metadata = { name: 'steady', namespace };
    await client.apply({ apiVersion, kind, metadata, spec: { containers: [CONTAINER] } });
    await condition(client, workloadIn('steady'), ['Ready', 'True']);
    await client.apply(aComponent(namespace, 'settled', { image: 'nginx:1.29' }));
    await client.apply(anApplication(namespace, 'settled', [{ componentName: 'settled' }]));
    await condition(client, applicationIn(namespace, 'settled'), ['Ready', 'True']);
    const made = [deploymentIn(namespace, 'steady'), webServiceIn(namespace, 'settled')];
    const uids = () => Promise.all(made.map(async (one) => (await client.get(one))?.metadata.uid));
    const before = await uids();
    for (const plural of ['applicationconfigurations', 'containerizedworkloads']) {
      const isOfKind = ({ path }: ProxiedRequest) => path.endsWith(`/${plural}`);
      const isWatch = (request: ProxiedRequest) => isOfKind(request) && request.query.get('watch') === 'true';
      const isList = (request: ProxiedRequest) => isOfKind(request) && !isWatch(request);
      proxy.inject({ match: isWatch, action: { type: 'status', status: 410 } });
      const unserved = proxy.inject({ match: isList, action: { type: 'status', status: 404 } });
      const lists = () => proxy.requests.filter(isList).length;
      const since = lists();
      proxy.cut(isWatch);
      await expect.poll(() => unserved.hits > 0 && lists() > since + 1, { timeout: 20_000 }).toBe(true);
    }
    await client.apply(anApplication(namespace, 'after', [{ componentName: 'nobody' }]));
    await condition(client, applicationIn(namespace, 'after'), ['Synced', 'False']);
    expect(await uids()).toEqual(before);
  });

  test('nor a revision that an application names, where applications are not in view', async () => {
    const revisions = async () => {
      const labelSelector = 'controller.oam.dev/component=pinned';
      const { items } = await client.list(
        { apiVersion: 'apps/v1', kind: 'ControllerRevision' },
        { namespace, labelSelector },
      );
      return items.map(({ metadata }) => metadata.name).sort();
    };
    await operator.stop();
    await client.apply(anApplication(namespace, 'pins', [{ revisionName: 'pinned-v1' }]));
    const isList = ({ path }: ProxiedRequest) => path.endsWith('/applicationconfigurations');
    // As if the kind were not served at first; then it is out of reach.
    proxy.inject({ match: isList, action: { type: 'status', status: 404 } });
    const always = { times: Number.POSITIVE_INFINITY };
    const failing = proxy.inject({ match: isList, action: { type: 'status', status: 500 }, ...always });
    operator = startOperator(through, [], { revisionLimit: 1 });
    await operator.running;
    for (const revision of [1, 2, 3]) {
      await client.apply(aComponent(namespace, 'pinned', { image: `nginx:1.2${revision}` }));
      await expect.poll(revisions, { timeout: DEADLINE_MS }).toContain(`pinned-v${revision}`);
    }
    failing.remove();
    await expect.poll(revisions, { timeout: DEADLINE_MS }).not.toContain('pinned-v2');
    expect(await revisions()).toEqual(['pinned-v1', 'pinned-v3']);
  });

  test('a trait whose quantities the API server writes in its own form is not applied again', async () => {
    const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'elastic' };
    const target = { type: 'AverageValue', averageValue: '1000m' };
    const metrics = [{ type: 'External', external: { metric: { name: 'orders' }, target } }];
    const spec = { scaleTargetRef, maxReplicas: 3, metrics };
    const trait = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'elastic' },
      spec,
    };
    await client.apply(aComponent(namespace, 'elastic', { image: 'nginx:1.29' }));
    await client.apply(anApplication(namespace, 'elastic', [{ componentName: 'elastic', traits: [{ trait }] }]));
    await condition(client, applicationIn(namespace, 'elastic'), ['Ready', 'True']);
    const applies = () =>
      proxy.requests.filter(
        ({ method, path }) => method === 'PATCH' && path.endsWith('horizontalpodautoscalers/elastic'),
      );
    const before = applies().length;
    const label = OAM_LABELS.application;
    // By the second one the pass that sets the first one back is over.
    for (const _ of ['first', 'second']) {
      await client.patch(deploymentIn(namespace, 'elastic'), { metadata: { labels: { [label]: 'other' } } });
      const isBack = (one: KubernetesObject | undefined) => one?.metadata.labels?.[label] === 'elastic';
      await waitFor(client, deploymentIn(namespace, 'elastic'), isBack, { timeoutMs: DEADLINE_MS, goal: 'set back' });
    }
    expect(applies()).toHaveLength(before);
  });

  /** Deletes an owner without what it made, of which the operator hears only by what is not in a list any more. */
  async function orphanUnheard(owner: ObjectReference, plural: string): Promise<void> {
    const isWatch = ({ path, query }: ProxiedRequest) => path.endsWith(`/${plural}`) && query.get('watch') === 'true';
    const isList = (request: ProxiedRequest) => request.path.endsWith(`/${plural}`) && !isWatch(request);
    const always = { times: Number.POSITIVE_INFINITY };
    const failing = [
      proxy.inject({ match: isWatch, action: { type: 'status', status: 410 }, ...always }),
      proxy.inject({ match: isList, action: { type: 'status', status: 500 }, ...always }),
    ];
    proxy.cut(isWatch);
    await expect.poll(() => failing.every(({ hits }) => hits > 0), { timeout: 20_000 }).toBe(true);
    await client.delete(owner, { propagationPolicy: 'Orphan' });
    await waitFor(client, owner, (one) => one === undefined, { timeoutMs: DEADLINE_MS, goal: 'gone' });
    // It sees that nobody controls its objects any more, and asks.
    const asks = ({ method, path }: ProxiedRequest) => method === 'GET' && path.endsWith(`${plural}/${owner.name}`);
    await expect.poll(() => proxy.requests.filter(asks).length, { timeout: 20_000 }).toBeGreaterThan(0);
    for (const fault of failing) fault.remove();
  }

  function workloadIn(name: string): ObjectReference {
    return { apiVersion: 'core.oam.dev/v1alpha2', kind: 'ContainerizedWorkload', namespace, name };
  }

  function plainDeployment(name: string): KubernetesObject {
    const selector = { matchLabels: { app: name } };
    const containers = [{ name: 'main', image: 'nginx:1.29' }];
    const template = { metadata: { labels: { app: name } }, spec: { containers } };
    const { apiVersion, kind } = deploymentIn(namespace, name);
    return { apiVersion, kind, metadata: { name, namespace }, spec: { replicas: 1, selector, template } };
  }

  function scalerOf(name: string): KubernetesObject {
    const { apiVersion, kind } = deploymentIn(namespace, name);
    const metadata = { name: 'scaler', namespace };
    const spec = { replicaCount: 2, workloadRef: { apiVersion, kind, name } };
    return { apiVersion: 'core.oam.dev/v1alpha2', kind: 'ManualScalerTrait', metadata, spec };
  }

  async function scaledBy(name: string, wanted: boolean): Promise<void> {
    const isSo = (object: KubernetesObject | undefined) => {
      return object !== undefined && (object.metadata.ownerReferences !== undefined) === wanted;
    };
    const options = { timeoutMs: DEADLINE_MS, goal: wanted ? 'scaled' : 'let go' };
    await waitFor(client, deploymentIn(namespace, name), isSo, options);
  }

  /** Whatever is written to the status of an application fails. */
  function statusFails(application: string): Pick<Fault, 'match' | 'action'> {
    const path = `${namespace}/applicationconfigurations/${application}/status`;
    return {
      match: (request) => request.method !== 'GET' && request.path.endsWith(path),
      action: { type: 'status', status: 500 },
    };
  }
});
