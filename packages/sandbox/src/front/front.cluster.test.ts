import { randomUUID } from 'node:crypto';
import { createLogger, type KubernetesObject } from '@capstan/base';
import { conditionsOf, connect, type KubeClient, waitFor } from '@capstan/kube';
import { createAuthority, type KeyedCertificate } from '@capstan/kube/pki';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import '../testing/context.ts';

const TIMEOUT = { timeoutMs: 30_000 };
const id = randomUUID().slice(0, 8);
const namespace = `front-${id}`;
const created: KubernetesObject[] = [];
/** What the client logs, and so also the warnings that the API server passes on. */
const warnings: string[] = [];
let client: KubeClient;

async function make(object: KubernetesObject): Promise<KubernetesObject> {
  created.push(object);
  return client.apply(object);
}

function aService(name: string, type = 'ClusterIP'): KubernetesObject {
  const spec = { type, ports: [{ port: 443 }], selector: { app: name } };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec };
}

/** A webhook with failurePolicy Fail for ConfigMaps of the test's namespace. */
function aWebhook(service: string, caBundle?: string): KubernetesObject {
  const clientConfig = { service: { name: service, namespace, path: '/validate' }, ...(caBundle && { caBundle }) };
  const webhook = {
    name: `${service}.capstan.dev`,
    clientConfig,
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    objectSelector: { matchLabels: { for: service } },
    failurePolicy: 'Fail',
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    timeoutSeconds: 5,
  };
  const metadata = { name: `${service}-${id}` };
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata,
    webhooks: [webhook],
  };
}

function aSecret(name: string, { certificate, key }: KeyedCertificate): KubernetesObject {
  const stringData = { 'tls.crt': certificate, 'tls.key': key };
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData };
}

/** A webhook is in force only after the API server has seen it: creates objects until it answers for one. */
async function untilAnswered(service: string): Promise<void> {
  const deadline = Date.now() + TIMEOUT.timeoutMs;
  while (!warnings.some((line) => line.includes(`nothing serves ${service}.${namespace}.svc`))) {
    if (Date.now() > deadline) throw new Error(`no warning about ${service}`);
    const metadata = { name: `guarded-${randomUUID()}`, namespace, labels: { for: service } };
    await client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata });
  }
}

beforeAll(async () => {
  const log = createLogger({ level: 'debug', write: (line) => warnings.push(line) });
  client = await connect({ kubeconfig: inject('kubeconfig'), log });
  await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
});

afterAll(async () => {
  for (const { apiVersion, kind, metadata } of created.toReversed())
    await client.delete({ apiVersion, kind, ...metadata });
  client.close();
});

test('a webhook with failurePolicy Fail and no caBundle lets objects through', async () => {
  await make(aService('hooks'));
  await make(aWebhook('hooks'));
  await untilAnswered('hooks');
});

test("a webhook that trusts only its chart's own certificate is answered with that certificate", async () => {
  const chart = await createAuthority('chart');
  const host = `own.${namespace}.svc`;
  const certificate = await chart.issue({ commonName: host, names: [host], usage: 'server' });
  await make(aService('own'));
  await make(aSecret('own-certs', certificate));
  await make(aWebhook('own', Buffer.from(chart.certificate).toString('base64')));
  await untilAnswered('own');
});

test('a LoadBalancer Service gets an address', async () => {
  const service = await make(aService('balanced', 'LoadBalancer'));
  const reference = { apiVersion: 'v1', kind: 'Service', name: 'balanced', namespace };
  expect(service['status']).toEqual({ loadBalancer: {} });
  await waitFor(client, reference, (found) => JSON.stringify(found?.['status']).includes('192.0.2.1'), TIMEOUT);
});

test('a claim of the default class is bound', async () => {
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '8Gi' } } };
  const name = `data-${id}`;
  const reference = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace: 'default' };
  await make({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace: 'default' }, spec });
  const isBound = (claim: KubernetesObject | undefined) => JSON.stringify(claim?.['status']).includes('"Bound"');
  await waitFor(client, reference, isBound, TIMEOUT);
});

test('an APIService whose Service nothing serves is available, and namespaces can be deleted', async () => {
  // The aggregator wants ready endpoints before it asks, and the simulated Pod is one.
  await make(aService('metrics'));
  const containers = [{ name: 'server', image: 'nothing' }];
  const labels = { app: 'metrics' };
  await make({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'metrics', namespace, labels },
    spec: { containers, terminationGracePeriodSeconds: 0 },
  });
  const group = `g${id}.example.com`;
  const name = `v1beta1.${group}`;
  const service = { name: 'metrics', namespace, port: 443 };
  const spec = { group, version: 'v1beta1', service, groupPriorityMinimum: 100, versionPriority: 100 };
  const reference = { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', name };
  const { apiVersion, kind } = reference;
  await make({ apiVersion, kind, metadata: { name }, spec: { ...spec, insecureSkipTLSVerify: true } });
  await waitFor(
    client,
    reference,
    (found) =>
      found !== undefined && conditionsOf(found).some((one) => one.type === 'Available' && one.status === 'True'),
    TIMEOUT,
  );
  const space = { apiVersion: 'v1', kind: 'Namespace', name: namespace };
  await client.delete(space);
  await waitFor(client, space, (found) => found === undefined, { ...TIMEOUT, goal: 'gone' });
});
