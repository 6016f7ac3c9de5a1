import { startTestServer, type TestServer } from '@capstan/apiserver/testing';
import { type JsonObject, type KubernetesObject, referenceTo, systemClock } from '@capstan/base';
import { connect, type KubeClient, waitFor } from '@capstan/kube';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { KINDS } from './model/kinds.ts';
import { controllerOf } from './model/meta.ts';
import { startSimulatedControllers } from './start.ts';

const ROOT_CA = '-----BEGIN CERTIFICATE-----';
const LIMIT = { timeoutMs: 10_000 };

let server: TestServer;
let client: KubeClient;
let namespace: string;
let controllers: { stop(): Promise<void> };
/** How far the controllers' clock is ahead. */
let ahead = 0;
let count = 0;

beforeAll(async () => {
  server = await startTestServer();
  client = await connect({ kubeconfig: server.kubeconfigPath });
  controllers = start();
});

afterAll(async () => {
  await controllers.stop();
  client.close();
  await server.stop();
});

beforeEach(async () => {
  count += 1;
  namespace = `test-${count}`;
  await client.create({ ...KINDS.namespace, metadata: { name: namespace } });
});

function start(): { stop(): Promise<void> } {
  const stop = new AbortController();
  const clock = { ...systemClock, now: () => Date.now() + ahead };
  const ended = startSimulatedControllers(client, { signal: stop.signal, rootCa: ROOT_CA, clock });
  return {
    async stop() {
      stop.abort();
      await ended;
    },
  };
}

function container(image: string): JsonObject {
  return { containers: [{ name: 'c', image, ports: [{ name: 'http', containerPort: 8080 }] }] };
}

function workload(kind: { apiVersion: string; kind: string }, spec: JsonObject, image = 'web:1'): KubernetesObject {
  const labels = { app: 'web' };
  const template = { metadata: { labels }, spec: container(image) };
  return {
    ...kind,
    metadata: { name: 'web', namespace },
    spec: { selector: { matchLabels: labels }, template, ...spec },
  };
}

function statusOf(object: KubernetesObject | undefined): JsonObject {
  return (object?.['status'] ?? {}) as JsonObject;
}

/** Waits until the status has these fields for the object's generation; each status on the way is added to `seen`. */
function until(
  object: KubernetesObject,
  fields: JsonObject,
  seen: JsonObject[] = [],
): Promise<KubernetesObject | undefined> {
  return waitFor(
    client,
    referenceTo(object),
    (found) => {
      const status = statusOf(found);
      seen.push(status);
      const observed = status['observedGeneration'] ?? found?.metadata.generation;
      return found !== undefined && observed === found.metadata.generation && holds(status, fields);
    },
    LIMIT,
  );
}

function holds(status: JsonObject, fields: JsonObject): boolean {
  return Object.entries(fields).every(([key, value]) => (status[key] ?? 0) === value);
}

async function pods(): Promise<KubernetesObject[]> {
  return (await client.list(KINDS.pod, { namespace })).items;
}

test('a Deployment gets Pods that are ready, rolls, scales and goes with all that it made', async () => {
  const deployment = await client.create(workload(KINDS.deployment, { replicas: 2 }));
  await until(deployment, { availableReplicas: 2, updatedReplicas: 2 });
  expect((await pods()).map((pod) => statusOf(pod))).toMatchObject([
    { phase: 'Running', podIP: expect.stringMatching(/^10\.244\./) },
    { phase: 'Running', podIP: expect.stringMatching(/^10\.244\./) },
  ]);

  await client.patch(referenceTo(deployment), { spec: { replicas: 3, template: { spec: container('web:2') } } });
  const rolled = await until(deployment, {
    availableReplicas: 3,
    updatedReplicas: 3,
    replicas: 3,
    unavailableReplicas: 0,
  });
  expect(rolled?.metadata.annotations).toMatchObject({ 'deployment.kubernetes.io/revision': '2' });
  const { items: sets } = await client.list(KINDS.replicaSet, { namespace });
  expect(sets.map(({ spec }) => (spec as { replicas: number }).replicas).sort()).toEqual([0, 3]);

  await client.delete(referenceTo(deployment));
  for (const pod of await pods()) await waitFor(client, referenceTo(pod), (found) => found === undefined, LIMIT);
});

test('a rollout never has more or fewer Pods than its strategy allows', async () => {
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
  const deployment = await client.create(workload(KINDS.deployment, { replicas: 3, strategy }));
  await until(deployment, { availableReplicas: 3 });
  const seen: JsonObject[] = [];
  await client.patch(referenceTo(deployment), { spec: { template: { spec: container('web:2') } } });
  await until(deployment, { updatedReplicas: 3, replicas: 3, availableReplicas: 3 }, seen);
  expect(Math.max(...seen.map(({ replicas = 0 }) => Number(replicas)))).toBeLessThanOrEqual(4);
  expect(Math.min(...seen.map(({ availableReplicas = 0 }) => Number(availableReplicas)))).toBe(3);
});

test('a StatefulSet starts in order with a bound claim for each Pod, and is updated from the end', async () => {
  const volumeClaimTemplates = [
    {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    },
  ];
  const set = await client.create(
    workload(KINDS.statefulSet, { replicas: 2, serviceName: 'db', volumeClaimTemplates }),
  );
  const ready = await until(set, { readyReplicas: 2, currentReplicas: 2 });
  const { items: claims } = await client.list(KINDS.claim, { namespace });
  expect(claims.map(({ metadata, status }) => [metadata.name, (status as { phase: string }).phase]).sort()).toEqual([
    ['data-web-0', 'Bound'],
    ['data-web-1', 'Bound'],
  ]);
  await client.patch(referenceTo(set), { spec: { template: { spec: container('web:2') } } });
  const updated = await until(set, { readyReplicas: 2, updatedReplicas: 2, currentReplicas: 2 });
  expect(statusOf(updated)['currentRevision']).toBe(statusOf(updated)['updateRevision']);
  expect(statusOf(updated)['currentRevision']).not.toBe(statusOf(ready)['currentRevision']);

  await client.delete(referenceTo(set));
  const [claim] = claims as [KubernetesObject];
  const volume = { ...KINDS.volume, name: String((claim['spec'] as { volumeName: string }).volumeName) };
  await client.delete(referenceTo(claim));
  await waitFor(client, volume, (found) => found === undefined, LIMIT);
});

test('a DaemonSet has a Pod on every Node that there is and that comes', async () => {
  const set = await client.create(workload(KINDS.daemonSet, {}));
  await until(set, { numberAvailable: 1, desiredNumberScheduled: 1 });
  const second = { ...KINDS.node, metadata: { name: 'second', labels: { 'kubernetes.io/os': 'linux' } } };
  await client.create(second);
  await until(set, { numberAvailable: 2, desiredNumberScheduled: 2 });
  await client.delete(referenceTo(second));
  await until(set, { desiredNumberScheduled: 1 });
});

test('Jobs run to their end', async () => {
  const template = { spec: { ...container('job:1'), restartPolicy: 'Never' } };
  const spec = { completions: 3, parallelism: 2, completionMode: 'Indexed', template };
  const job = await client.create({ ...KINDS.job, metadata: { name: 'job', namespace }, spec });
  const done = await until(job, { succeeded: 3, completedIndexes: '0-2' });
  expect(statusOf(done)['conditions']).toMatchObject([{ type: 'SuccessCriteriaMet' }, { type: 'Complete' }]);
});

test('a CronJob starts a Job when its time has come', async () => {
  const jobTemplate = { spec: { template: { spec: { ...container('job:1'), restartPolicy: 'Never' } } } };
  const spec = { schedule: '0 0 * * *', jobTemplate };
  const cronJob = await client.create({ ...KINDS.cronJob, metadata: { name: 'nightly', namespace }, spec });
  ahead = 24 * 3_600_000;
  // The controller looks at any change; its own timer is for tomorrow.
  await client.patch(referenceTo(cronJob), { metadata: { labels: { woken: 'yes' } } });
  const done = await waitFor(
    client,
    referenceTo(cronJob),
    (found) => {
      return statusOf(found)['lastSuccessfulTime'] !== undefined;
    },
    LIMIT,
  );
  ahead = 0;
  expect(statusOf(done)['lastScheduleTime']).toMatch(/T00:00:00Z$/);
});

test('a Service has the ready Pods as endpoints', async () => {
  const spec = { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] };
  await client.create({ ...KINDS.service, metadata: { name: 'web', namespace }, spec });
  await client.create(workload(KINDS.deployment, { replicas: 2 }));
  const ready = (found: KubernetesObject | undefined) => {
    const [subset] = (found?.['subsets'] ?? []) as { addresses?: unknown[] }[];
    return subset?.addresses?.length === 2;
  };
  await waitFor(client, { ...KINDS.endpoints, name: 'web', namespace }, ready, LIMIT);
  const { items } = await client.list(KINDS.endpointSlice, { namespace });
  expect(items).toMatchObject([{ ports: [{ name: 'http', port: 8080 }], endpoints: [{}, {}] }]);
});

test('a Pod that fits nowhere says why, and runs as soon as it fits', async () => {
  const spec = { ...container('web:1'), nodeSelector: { disk: 'ssd' } };
  const pod = await client.create({ ...KINDS.pod, metadata: { name: 'picky', namespace }, spec });
  const refused = (found: KubernetesObject | undefined) => {
    return JSON.stringify(statusOf(found)).includes("didn't match Pod's node affinity/selector");
  };
  await waitFor(client, referenceTo(pod), refused, LIMIT);
  const node = { ...KINDS.node, name: 'sandbox' };
  await client.patch(node, { metadata: { labels: { disk: 'ssd' } } });
  await waitFor(client, referenceTo(pod), (found) => statusOf(found)['phase'] === 'Running', LIMIT);
  await client.patch(node, { metadata: { labels: { disk: null } } });
});

test('controllers that were away go on where they were, and do nothing twice', async () => {
  const deployment = await client.create(workload(KINDS.deployment, { replicas: 8 }));
  await waitFor(client, referenceTo(deployment), (found) => Number(statusOf(found)['replicas'] ?? 0) > 0, LIMIT);
  await controllers.stop();
  await client.patch(referenceTo(deployment), { spec: { replicas: 5, template: { spec: container('web:2') } } });
  controllers = start();
  await until(deployment, { availableReplicas: 5, updatedReplicas: 5, replicas: 5 });
  const { items: sets } = await client.list(KINDS.replicaSet, { namespace });
  expect(sets).toHaveLength(2);
  const current = sets.find(({ spec }) => (spec as { replicas: number }).replicas === 5);
  const owned = (await pods()).filter((pod) => controllerOf(pod)?.uid === current?.metadata.uid);
  expect(owned).toHaveLength(5);
});

test('a namespace has what Pods need, and its end takes everything along', async () => {
  const account = { ...KINDS.serviceAccount, name: 'default', namespace };
  await waitFor(client, account, (found) => found !== undefined, LIMIT);
  const rootCa = { ...KINDS.configMap, name: 'kube-root-ca.crt', namespace };
  const found = await waitFor(client, rootCa, (one) => one !== undefined, LIMIT);
  expect(found?.['data']).toEqual({ 'ca.crt': ROOT_CA });
  const deployment = await client.create(workload(KINDS.deployment, { replicas: 2 }));
  await until(deployment, { availableReplicas: 2 });
  await client.delete({ ...KINDS.namespace, name: namespace });
  await waitFor(client, { ...KINDS.namespace, name: namespace }, (one) => one === undefined, LIMIT);
  expect(await pods()).toEqual([]);
});
