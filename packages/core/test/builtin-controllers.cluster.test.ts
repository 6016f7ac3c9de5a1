import { type Condition, type KubernetesObject, type ObjectReference, referenceTo, silentLogger } from '@capstan/base';
import { conditionsOf, createInformerHub, findCondition } from '@capstan/kube';
import type { HealthScope } from '@capstan/oam-model';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { configMapName } from '../src/controllers/containerized-workload/names.ts';
import { startBuiltinControllers } from '../src/index.ts';
import { recordWrites, startCluster, type TestCluster } from './cluster.ts';

const OAM = 'core.oam.dev/v1alpha2';
const LABEL = 'containerizedworkload.oam.crossplane.io';
const WORKLOADS = 'containerizedworkloads.core.oam.dev';

let cluster: TestCluster;
let running: { readonly stop: () => Promise<void> };

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.client.create({
    apiVersion: OAM,
    kind: 'WorkloadDefinition',
    metadata: { name: WORKLOADS },
    spec: {
      definitionRef: { name: WORKLOADS },
      childResourceKinds: [
        { apiVersion: 'apps/v1', kind: 'Deployment' },
        { apiVersion: 'v1', kind: 'Service' },
      ],
    },
  });
  running = await start();
});

afterAll(async () => {
  await running.stop();
  await cluster.stop();
});

async function start() {
  const { client } = cluster;
  const stop = new AbortController();
  const common = { log: silentLogger, signal: stop.signal };
  const hub = createInformerHub(client, common);
  const controllers = startBuiltinControllers({ ...common, client, hub });
  await controllers.ready;
  return {
    stop: async () => {
      stop.abort(new Error('the test is over'));
      await Promise.all([controllers.stopped, hub.stopped()]);
    },
  };
}

/** References of the objects of one test, all with the same name. */
function named(namespace: string, name: string) {
  const of = (apiVersion: string, kind: string): ObjectReference => ({ apiVersion, kind, namespace, name });
  return {
    workload: of(OAM, 'ContainerizedWorkload'),
    trait: of(OAM, 'ManualScalerTrait'),
    scope: of(OAM, 'HealthScope'),
    network: of(OAM, 'NetworkScope'),
    deployment: of('apps/v1', 'Deployment'),
    service: of('v1', 'Service'),
  };
}

const HTTP = { name: 'http', containerPort: 80 };

function aWorkload(namespace: string, name: string, container: object = {}, metadata: object = {}): KubernetesObject {
  const containers = [{ name: 'main', image: 'nginx:1.29', ports: [HTTP], ...container }];
  return {
    apiVersion: OAM,
    kind: 'ContainerizedWorkload',
    metadata: { name, namespace, ...metadata },
    spec: { containers },
  };
}

function aTrait(
  namespace: string,
  name: string,
  replicaCount: number,
  of: Omit<ObjectReference, 'namespace'>,
): KubernetesObject {
  const workloadRef = { apiVersion: of.apiVersion, kind: of.kind, name: of.name };
  return {
    apiVersion: OAM,
    kind: 'ManualScalerTrait',
    metadata: { name, namespace },
    spec: { replicaCount, workloadRef },
  };
}

function aDeployment(namespace: string, name: string): KubernetesObject {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'x' }] } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: { selector: { matchLabels: labels }, template },
  };
}

/** The object once a condition has this status for its generation. */
async function condition(
  reference: ObjectReference,
  type: string,
  status: string,
): Promise<[KubernetesObject, Condition]> {
  const found = (object: KubernetesObject | undefined) => {
    const one = object && findCondition(conditionsOf(object), type);
    return one?.status === status && one.observedGeneration === object?.metadata.generation ? one : undefined;
  };
  const object = await cluster.until(reference, (one) => found(one) !== undefined);
  return [object, found(object) as Condition];
}

const replicas = (object: KubernetesObject | undefined) =>
  (object?.['spec'] as { replicas?: number } | undefined)?.replicas;
const resources = (object: KubernetesObject | undefined) =>
  (object?.['status'] as { resources?: { kind: string; uid: string }[] } | undefined)?.resources ?? [];
const isGone = (object: KubernetesObject | undefined) => object === undefined;
const isBack = (uid: string | undefined) => (object: KubernetesObject | undefined) =>
  object !== undefined && object.metadata.uid !== uid;

/** Plays the Deployment controller: all pods are there. */
async function becomeReady(reference: ObjectReference): Promise<void> {
  const live = await cluster.client.get(reference);
  const count = replicas(live) ?? 1;
  const reasons = { Progressing: 'NewReplicaSetAvailable', Available: 'MinimumReplicasAvailable' };
  const conditions = Object.entries(reasons).map(([type, reason]) => ({ type, status: 'True', reason, message: '' }));
  const counts = { replicas: count, updatedReplicas: count, readyReplicas: count, availableReplicas: count };
  const status = { observedGeneration: live?.metadata.generation, ...counts, conditions };
  await cluster.client.patch(reference, { status }, { subresource: 'status' });
}

/** Reasons of the Events about an object, each as often as it was told. */
async function eventsAbout(namespace: string, name: string): Promise<string[]> {
  const { items } = await cluster.client.list({ apiVersion: 'v1', kind: 'Event' }, { namespace });
  const about = items.filter((event) => (event['involvedObject'] as { name: string }).name === name);
  return about.flatMap(({ reason, count }) => Array<string>(Number(count)).fill(String(reason))).sort();
}

describe('ContainerizedWorkload', () => {
  test('a bare workload costs three writes and two Events, and nothing once it rests', async () => {
    const namespace = await cluster.newNamespace();
    const { workload, deployment, service } = named(namespace, 'web');
    const writes = recordWrites();
    await cluster.client.create(aWorkload(namespace, 'web', {}, { labels: { team: 'a' }, annotations: { note: 'n' } }));
    const [live] = await condition(workload, 'Synced', 'True');
    const found = { deployment: await cluster.client.get(deployment), service: await cluster.client.get(service) };
    expect(resources(live)).toMatchObject([
      { kind: 'Deployment', uid: found.deployment?.metadata.uid },
      { kind: 'Service', uid: found.service?.metadata.uid },
    ]);
    const { uid = '' } = live.metadata;
    const owner = { kind: 'ContainerizedWorkload', name: 'web', uid, controller: true, blockOwnerDeletion: true };
    expect(found.deployment).toMatchObject({
      metadata: { labels: { team: 'a' }, annotations: { note: 'n' }, ownerReferences: [owner] },
      spec: {
        selector: { matchLabels: { [LABEL]: uid } },
        template: { metadata: { labels: { team: 'a', [LABEL]: uid } } },
      },
    });
    expect(found.deployment?.metadata.managedFields?.map(({ manager }) => manager)).toEqual([uid]);
    expect(found.service).toMatchObject({
      metadata: { labels: { [LABEL]: uid } },
      spec: { type: 'ClusterIP', selector: { [LABEL]: uid }, ports: [{ name: 'web', port: 80, targetPort: 80 }] },
    });
    expect(found.service?.metadata.labels).toEqual({ [LABEL]: uid });
    await expect.poll(() => eventsAbout(namespace, 'web')).toEqual(['Deployment created', 'Service created']);
    await becomeReady(deployment);
    await condition(workload, 'Ready', 'True');
    const own = writes.filter((one) => !one.includes('/status') && one.includes(namespace)).length;
    // Created by the test: the workload. By the controller: Deployment, Service and two Events.
    expect(own).toBe(1 + 4);
    // The test's status of the Deployment, and the workload's: applied, then ready.
    expect(writes.filter((one) => one.includes('/status') && one.includes(namespace))).toHaveLength(3);
  });

  test('after a restart nothing is written about what is as it should be', async () => {
    const namespace = await cluster.newNamespace();
    const { workload } = named(namespace, 'rests');
    const volumes = [{ name: 'data', mountPath: '/data', disk: { required: '1.5Gi' } }];
    const container = {
      resources: { cpu: { required: '0.5' }, memory: { required: '1024Mi' }, volumes },
      env: [{ name: 'EMPTY', value: '' }],
      config: [{ path: '/etc/app/a', value: 'a' }],
      livenessProbe: { httpGet: { path: '/', port: 80 }, initialDelaySeconds: 0 },
    };
    await cluster.client.create(aWorkload(namespace, 'rests', container));
    await condition(workload, 'Synced', 'True');
    await running.stop();
    const writes = recordWrites();
    running = await start();
    // What is made later is seen after everything that was there before.
    await cluster.client.create(aWorkload(namespace, 'marker'));
    await condition(named(namespace, 'marker').workload, 'Synced', 'True');
    expect(writes.filter((one) => one.includes('rests'))).toEqual([]);
  });

  test('children that are deleted or changed come back, each once, with their new uids on record', async () => {
    const namespace = await cluster.newNamespace();
    const { workload, deployment, service } = named(namespace, 'drifts');
    await cluster.client.create(aWorkload(namespace, 'drifts', { config: [{ path: '/etc/a', value: 'x' }] }));
    await condition(workload, 'Synced', 'True');
    const writes = recordWrites();
    for (const reference of [deployment, service]) {
      const before = await cluster.client.get(reference);
      await cluster.client.delete(reference);
      const back = await cluster.until(reference, isBack(before?.metadata.uid));
      await cluster.until(workload, (one) => resources(one).some(({ uid }) => uid === back.metadata.uid));
    }
    const configMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace,
      name: configMapName('drifts', 'main', '/etc/a'),
    };
    const owner = (await cluster.client.get(deployment))?.metadata.uid;
    await cluster.until(configMap, (one) => one?.metadata.ownerReferences?.[0]?.uid === owner);
    const image = [{ op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'other' }];
    await cluster.client.patch(deployment, image, { type: 'json' });
    await cluster.until(deployment, (one) => JSON.stringify(one?.['spec']).includes('nginx:1.29'));
    const deletes = writes.filter((one) => one.startsWith('DELETE') && !one.includes('configmaps'));
    expect(deletes).toHaveLength(2);
  });

  test('a config file or port that is dropped goes with its ConfigMap or Service; a scaled Deployment keeps its replicas', async () => {
    const namespace = await cluster.newNamespace();
    const { workload, deployment, service } = named(namespace, 'shrinks');
    const config = [
      { path: '/etc/app/a', value: 'a' },
      { path: '/etc/app/b', value: 'b' },
    ];
    await cluster.client.create(aWorkload(namespace, 'shrinks', { config }));
    await condition(workload, 'Synced', 'True');
    await cluster.client.patch(deployment, { spec: { replicas: 4 } });
    const containers = [{ name: 'main', image: 'nginx:1.29', config: config.slice(0, 1) }];
    await cluster.client.patch(workload, { spec: { containers } });
    await cluster.until(service, isGone);
    const [live] = await condition(workload, 'Synced', 'True');
    expect(resources(live).map(({ kind }) => kind)).toEqual(['Deployment']);
    const { items } = await cluster.client.list({ apiVersion: 'v1', kind: 'ConfigMap' }, { namespace });
    expect(items.filter(({ metadata }) => metadata.name.startsWith('shrinks')).map(({ data }) => data)).toEqual([
      { a: 'a' },
    ]);
    expect(replicas(await cluster.client.get(deployment))).toBe(4);
  });

  test('what cannot be rendered or applied says why, and heals when it is mended', async () => {
    const namespace = await cluster.newNamespace();
    const { workload } = named(namespace, 'broken');
    await cluster.client.create(aWorkload(namespace, 'broken', { config: [{ path: '/etc/a' }] }));
    const [, rendering] = await condition(workload, 'Synced', 'False');
    expect(rendering).toMatchObject({
      reason: 'ReconcileError',
      message: 'cannot render workload: config "/etc/a" of container "main" has neither a value nor a Secret',
    });
    await cluster.client.patch(workload, { spec: { containers: [{ name: 'NOT VALID', image: 'x' }] } });
    const [, applying] = await condition(workload, 'Synced', 'False');
    expect(applying.message).toMatch(/^cannot apply the deployment: .*NOT VALID/s);
    await cluster.client.patch(workload, { spec: { containers: [{ name: 'main', image: 'x' }] } });
    await condition(workload, 'Synced', 'True');
    await expect
      .poll(() => eventsAbout(namespace, 'broken'))
      .toEqual(['Deployment created', 'cannot apply the deployment', 'cannot render workload']);
  });

  test('Events are about the application that owns the workloads, those of one moment in one', async () => {
    const namespace = await cluster.newNamespace();
    const { kind, metadata } = await cluster.client.create({
      apiVersion: OAM,
      kind: 'ApplicationConfiguration',
      metadata: { name: 'app', namespace },
      spec: { components: [] },
    });
    const owner = { apiVersion: OAM, kind, name: 'app', uid: metadata.uid, controller: true };
    const names = ['a', 'b'];
    await Promise.all(
      names.map((name) => cluster.client.create(aWorkload(namespace, name, {}, { ownerReferences: [owner] }))),
    );
    const told = ['Deployment created', 'Deployment created', 'Service created', 'Service created'];
    await expect.poll(() => eventsAbout(namespace, 'app')).toEqual(told);
    const { items } = await cluster.client.list({ apiVersion: 'v1', kind: 'Event' }, { namespace });
    const deployments = items.filter(({ reason }) => reason === 'Deployment created');
    const text = deployments.map(({ message }) => message).join();
    for (const name of names) {
      expect(text).toContain(`Workload \`${name}\` successfully server side patched a deployment \`${name}\``);
    }
    expect(deployments[0]).toMatchObject({ involvedObject: { kind, name: 'app', uid: metadata.uid } });
  });

  test('a workload that is made again takes the place of what its scaler kept alive', async () => {
    const namespace = await cluster.newNamespace();
    const { workload, trait, deployment } = named(namespace, 'again');
    await cluster.client.create(aWorkload(namespace, 'again'));
    await cluster.client.create(aTrait(namespace, 'again', 3, workload));
    await condition(trait, 'Synced', 'True');
    const before = await cluster.client.get(deployment);
    await cluster.client.delete(workload);
    await cluster.until(deployment, isGone);
    await cluster.client.create(aWorkload(namespace, 'again'));
    const after = await cluster.until(deployment, (one) => replicas(one) === 3);
    expect(after.metadata.uid).not.toBe(before?.metadata.uid);
    await condition(workload, 'Synced', 'True');
  });
});

describe('ManualScalerTrait', () => {
  test('it scales the child of its workload with two writes and an Event, and sets drifted replicas back', async () => {
    const namespace = await cluster.newNamespace();
    const { workload, trait, deployment } = named(namespace, 'scaled');
    await cluster.client.create(aWorkload(namespace, 'scaled'));
    await condition(workload, 'Synced', 'True');
    await expect.poll(() => eventsAbout(namespace, 'scaled')).toEqual(['Deployment created', 'Service created']);
    const writes = recordWrites();
    const { metadata } = await cluster.client.create(aTrait(namespace, 'scaled', 3, workload));
    await condition(trait, 'Synced', 'True');
    const scaled = await cluster.until(deployment, (one) => replicas(one) === 3);
    const [controller, owner] = scaled.metadata.ownerReferences ?? [];
    expect(controller).toMatchObject({ kind: 'ContainerizedWorkload', controller: true });
    expect(owner).toMatchObject({ kind: 'ManualScalerTrait', uid: metadata.uid, controller: false });
    await expect.poll(() => eventsAbout(namespace, 'scaled')).toContain('Manual scalar applied');
    expect(writes.filter((one) => one.includes(namespace))).toHaveLength(1 + 2 + 1);
    await cluster.client.patch(deployment, { spec: { replicas: 7 } }, { subresource: 'scale' });
    await cluster.until(deployment, (one) => replicas(one) === 3);
    await cluster.client.delete(deployment);
    await cluster.until(deployment, (one) => isBack(scaled.metadata.uid)(one) && replicas(one) === 3);
    await cluster.client.patch(trait, { spec: { replicaCount: 0 } });
    await cluster.until(deployment, (one) => replicas(one) === 0);
    await cluster.client.delete(trait);
    await cluster.client.patch(deployment, { spec: { replicas: 2 } });
    const [live] = await condition(workload, 'Synced', 'True');
    expect(live).toBeDefined();
    expect(replicas(await cluster.client.get(deployment))).toBe(2);
  });

  test('a trait may come before its workload; a reference that names nothing, or nothing with replicas, is an error', async () => {
    const namespace = await cluster.newNamespace();
    const { workload, trait, deployment } = named(namespace, 'early');
    await cluster.client.create(aTrait(namespace, 'early', 2, workload));
    await cluster.client.create(aWorkload(namespace, 'early'));
    await cluster.until(deployment, (one) => replicas(one) === 2);
    const [, good] = await condition(trait, 'Synced', 'True');
    expect(good.reason).toBe('ReconcileSuccess');
    const bad = [
      { name: 'none', ref: { apiVersion: '', kind: '', name: '' }, message: /no workload reference/ },
      { name: 'gone', ref: { ...workload, name: 'x' }, message: /containerizedworkloads.core.oam.dev "x" not found/ },
      { name: 'kind', ref: { apiVersion: 'a/v1', kind: 'B', name: 'x' }, message: /no matches for kind "B"/ },
      { name: 'plain', ref: { apiVersion: 'v1', kind: 'ConfigMap', name: 'kube-root-ca.crt' }, message: /^cannot / },
    ];
    for (const { name, ref } of bad) await cluster.client.create(aTrait(namespace, name, 1, ref));
    for (const { name, message } of bad) {
      const [, wrong] = await condition(named(namespace, name).trait, 'Synced', 'False');
      expect(wrong.message).toMatch(message);
    }
  });

  test('of two scalers of one Deployment the older decides; an autoscaler is not fought over', async () => {
    const namespace = await cluster.newNamespace();
    const { trait, deployment } = named(namespace, 'plain');
    const other = named(namespace, 'younger').trait;
    await cluster.client.create(aDeployment(namespace, 'plain'));
    const { metadata: older } = await cluster.client.create(aTrait(namespace, 'plain', 2, deployment));
    await condition(trait, 'Synced', 'True');
    const scaled = await cluster.client.get(deployment);
    expect(scaled?.metadata.ownerReferences).toMatchObject([{ kind: 'ManualScalerTrait', name: 'plain' }]);
    // Ages are in seconds.
    const nextSecond = Date.parse(older.creationTimestamp ?? '') + 1000;
    await expect.poll(() => Date.now()).toBeGreaterThanOrEqual(nextSecond);
    await cluster.client.create(aTrait(namespace, 'younger', 5, deployment));
    const [, refused] = await condition(other, 'Synced', 'False');
    expect(refused.message).toBe('cannot scale the resource: ManualScalerTrait plain scales Deployment plain already');
    await cluster.client.delete(trait);
    const left = await cluster.until(deployment, (one) => replicas(one) === 5);
    // The garbage collector did not take it for the trait's own.
    expect(left.metadata.uid).toBe(scaled?.metadata.uid);
    await condition(other, 'Synced', 'True');
    const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'plain' };
    await cluster.client.create({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'auto', namespace },
      spec: { scaleTargetRef, maxReplicas: 9 },
    });
    const [, yielded] = await condition(other, 'Synced', 'False');
    expect(yielded.message).toBe('cannot scale the resource: HorizontalPodAutoscaler auto scales Deployment plain');
    await cluster.client.patch(deployment, { spec: { replicas: 8 } }, { subresource: 'scale' });
    const hpa = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', namespace, name: 'auto' };
    expect(replicas(await cluster.client.get(deployment))).toBe(8);
    await cluster.client.delete(hpa);
    await cluster.until(deployment, (one) => replicas(one) === 5);
  });

  test('a trait that is pointed at something else lets go of what it scaled', async () => {
    const namespace = await cluster.newNamespace();
    const { trait, deployment } = named(namespace, 'one');
    const other = named(namespace, 'two').deployment;
    await cluster.client.create(aDeployment(namespace, 'one'));
    await cluster.client.create(aDeployment(namespace, 'two'));
    await cluster.client.create(aTrait(namespace, 'one', 2, deployment));
    await cluster.until(deployment, (one) => one?.metadata.ownerReferences?.length === 1);
    await cluster.client.patch(trait, { spec: { workloadRef: { name: 'two' } } });
    await cluster.until(other, (one) => replicas(one) === 2);
    const left = await cluster.until(deployment, (one) => one?.metadata.ownerReferences === undefined);
    expect(replicas(left)).toBe(2);
  });

  test('a workload that was scaled itself is let go of when the children are there that its Definition names', async () => {
    const namespace = await cluster.newNamespace();
    const name = 'deployments.apps';
    const childResourceKinds = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet' }];
    const definition = { apiVersion: OAM, kind: 'WorkloadDefinition', metadata: { name } };
    await cluster.client.create({ ...definition, spec: { definitionRef: { name }, childResourceKinds } });
    onTestFinished(() => cluster.client.delete(referenceTo(definition)));
    const { deployment } = named(namespace, 'parent');
    const { metadata } = await cluster.client.create(aDeployment(namespace, 'parent'));
    await cluster.client.create(aTrait(namespace, 'parent', 2, deployment));
    await cluster.until(deployment, (one) => replicas(one) === 2 && one?.metadata.ownerReferences?.length === 1);
    const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'parent', uid: metadata.uid ?? '' };
    const child = { ...aDeployment(namespace, 'child'), kind: 'ReplicaSet' };
    await cluster.client.create({ ...child, metadata: { ...child.metadata, ownerReferences: [owner] } });
    await cluster.until(referenceTo(child), (one) => replicas(one) === 2);
    await cluster.until(deployment, (one) => one?.metadata.ownerReferences === undefined);
  });
});

describe('scopes', () => {
  function aScope(namespace: string, workloadRefs: readonly ObjectReference[]): KubernetesObject {
    const refs = workloadRefs.map(({ apiVersion, kind, name }) => ({ apiVersion, kind, name }));
    return {
      apiVersion: OAM,
      kind: 'HealthScope',
      metadata: { name: 'scope', namespace },
      spec: { workloadRefs: refs },
    };
  }

  const healthIs = (healthStatus: string) => (object: KubernetesObject | undefined) =>
    (object as HealthScope | undefined)?.status?.scopeHealthCondition?.healthStatus === healthStatus;

  test('a health scope follows its workloads and writes only what changes', async () => {
    const namespace = await cluster.newNamespace();
    const { workload, deployment } = named(namespace, 'member');
    const { scope } = named(namespace, 'scope');
    await cluster.client.create(aScope(namespace, [workload]));
    const empty = (await cluster.until(scope, healthIs('UNHEALTHY'))) as HealthScope;
    expect(empty.status).toMatchObject({
      scopeHealthCondition: { healthStatus: 'UNHEALTHY', total: 1, unhealthyWorkloads: 1 },
      healthConditions: [{ diagnosis: expect.stringContaining('"member" not found') }],
    });
    const container = { name: 'main', image: 'x' };
    await cluster.client.create({ ...aWorkload(namespace, 'member'), spec: { containers: [container] } });
    await condition(workload, 'Synced', 'True');
    await becomeReady(deployment);
    const healthy = (await cluster.until(scope, healthIs('HEALTHY'))) as HealthScope;
    expect(healthy.status?.scopeHealthCondition).toEqual({ healthStatus: 'HEALTHY', total: 1, healthyWorkloads: 1 });
    expect(healthy.status?.healthConditions).toMatchObject([
      { healthStatus: 'HEALTHY', diagnosis: 'Ready:1/1 ', targetWorkload: { name: 'member', uid: expect.any(String) } },
    ]);
    await cluster.client.patch(deployment, { metadata: { annotations: { note: 'no news for the scope' } } });
    await cluster.client.patch(scope, { spec: { workloadRefs: [] } });
    const none = (await cluster.until(
      scope,
      (one) =>
        one?.metadata.generation === 2 &&
        healthIs('HEALTHY')(one) &&
        (one as HealthScope).status?.healthConditions === undefined,
    )) as HealthScope;
    expect(none.status?.scopeHealthCondition).toEqual({ healthStatus: 'HEALTHY' });
    await expect.poll(() => eventsAbout(namespace, 'scope')).toEqual(['HealthCheck', 'HealthCheck']);
  });

  test('a kind that comes to be served is looked at within moments', async () => {
    const namespace = await cluster.newNamespace();
    const group = `test-${namespace}.example.com`;
    const reference = { apiVersion: `${group}/v1`, kind: 'Gadget', namespace, name: 'g' };
    const { scope } = named(namespace, 'scope');
    await cluster.client.create(aScope(namespace, [reference]));
    await cluster.until(scope, healthIs('UNHEALTHY'));
    await cluster.client.create({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `gadgets.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural: 'gadgets', singular: 'gadget', kind: 'Gadget', listKind: 'GadgetList' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        ],
      },
    });
    const gadget = {
      apiVersion: reference.apiVersion,
      kind: 'Gadget',
      metadata: { name: 'g', namespace },
      status: { a: 1 },
    };
    await expect.poll(async () => (await cluster.client.create(gadget)).metadata.name).toBe('g');
    const counted = (object: KubernetesObject | undefined) =>
      (object as HealthScope | undefined)?.status?.scopeHealthCondition?.unknownWorkloads === 1;
    const unknown = (await cluster.until(scope, counted)) as HealthScope;
    expect(unknown.status?.healthConditions).toMatchObject([{ healthStatus: 'UNKNOWN', workloadStatus: '{"a":1}' }]);
  });

  test('a network scope says what is in it and that nothing enforces it', async () => {
    const namespace = await cluster.newNamespace();
    const { network, workload } = named(namespace, 'net');
    const { apiVersion, kind, name } = workload;
    await cluster.client.create({
      apiVersion: OAM,
      kind: 'NetworkScope',
      metadata: { name: 'net', namespace },
      spec: { networkId: 'vpc', workloadRefs: [{ apiVersion, kind, name }] },
    });
    const [, enforced] = await condition(network, 'Enforced', 'False');
    expect(enforced).toMatchObject({
      reason: 'NoNetworkCapability',
      message: expect.stringMatching(/ContainerizedWorkload net$/),
    });
    await condition(network, 'Synced', 'True');
  });
});
