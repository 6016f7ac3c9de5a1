import { resolve } from 'node:path';
import { connect, type KubeClient, startControlPlane, type TestControlPlane } from '@capstan/sandbox/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHelm, HELM_CODES, type Helm } from '../src/index.ts';
import { aChart } from '../src/testing/charts.ts';

const CHARTS = resolve(import.meta.dirname, '../../../charts/stand-ins');
const KEDA = `${CHARTS}/keda/2.20.2`;
const SCALED_OBJECT = { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', namespace: 'default' };

let controlPlane: TestControlPlane;
let helm: Helm;
let client: KubeClient;

// Its simulation belongs to the control plane, so the shared one does not do.
beforeAll(async () => {
  controlPlane = await startControlPlane({ charts: [CHARTS] });
  helm = await createHelm({ kubeconfig: controlPlane.kubeconfig });
  client = await connect({ kubeconfig: controlPlane.kubeconfig });
});

afterAll(async () => {
  client?.close();
  await controlPlane?.stop();
});

/** A chart with one ScaledObject: Helm's own waiting then judges what the simulation writes. */
function aScaledObject(spec: object, annotations = {}): Promise<string> {
  const metadata = { name: '{{ .Release.Name }}', annotations };
  const all = { scaleTargetRef: { name: 'web' }, triggers: [{ type: 'cron', metadata: { start: 'x' } }], ...spec };
  return aChart({
    'templates/a.yaml': JSON.stringify({ ...SCALED_OBJECT, namespace: undefined, metadata, spec: all }),
  });
}

async function conditionsOf(name: string): Promise<Record<string, string>> {
  const status = (await client.get({ ...SCALED_OBJECT, name }))?.['status'] as {
    conditions?: { type: string; status: string }[];
  };
  return Object.fromEntries((status?.conditions ?? []).map(({ type, status: value }) => [type, value]));
}

test("the chart's CRDs apply by themselves, and the rest installs with --wait", async () => {
  const crds = (await helm.template('keda', KEDA, { values: { crds: { additionalAnnotations: { a: 'b' } } } })).filter(
    ({ kind }) => kind === 'CustomResourceDefinition',
  );
  expect(crds.map(({ metadata }) => metadata.name).sort()).toEqual([
    'cloudeventsources.eventing.keda.sh',
    'clustercloudeventsources.eventing.keda.sh',
    'clustertriggerauthentications.keda.sh',
    'scaledjobs.keda.sh',
    'scaledobjects.keda.sh',
    'triggerauthentications.keda.sh',
  ]);
  for (const crd of crds) {
    expect(crd.metadata.annotations).toEqual({ a: 'b' });
    await client.apply(crd);
  }
  const values = { crds: { install: false } };
  const release = await helm.install('keda', KEDA, { namespace: 'keda', createNamespace: true, wait: true, values });
  expect(release.status).toBe('deployed');
  expect(release.manifest).not.toContain('CustomResourceDefinition');
  const available = async () => {
    const service = { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService' };
    const live = await client.get({ ...service, name: 'v1beta1.external.metrics.k8s.io' });
    const { conditions } = (live?.['status'] ?? {}) as { conditions?: { type: string; status: string }[] };
    return conditions?.find(({ type }) => type === 'Available')?.status;
  };
  await expect.poll(available, { timeout: 20_000 }).toBe('True');
});

test('a ScaledObject becomes Ready and idle, keeps its finalizer, and can be deleted', async () => {
  const chart = await aScaledObject({});
  await helm.install('good', chart, { wait: true, timeLimitMs: 20_000 });
  await expect.poll(() => conditionsOf('good')).toMatchObject({ Ready: 'True', Active: 'False', Paused: 'False' });
  const live = await client.get({ ...SCALED_OBJECT, name: 'good' });
  expect(live?.metadata.finalizers).toEqual(['finalizer.keda.sh']);
  expect(live?.['status']).toMatchObject({ hpaName: 'keda-hpa-good' });
  await helm.uninstall('good', { wait: true, timeLimitMs: 20_000 });
  expect(await client.get({ ...SCALED_OBJECT, name: 'good' })).toBeUndefined();
});

test('a paused one says so, and one with an unknown trigger is not Ready', async () => {
  await helm.install('still', await aScaledObject({}, { 'autoscaling.keda.sh/paused': 'true' }));
  await expect.poll(() => conditionsOf('still'), { timeout: 20_000 }).toMatchObject({ Ready: 'True', Paused: 'True' });
  await helm.install('odd', await aScaledObject({ triggers: [{ type: 'crystal-ball', metadata: {} }] }));
  await expect.poll(() => conditionsOf('odd'), { timeout: 20_000 }).toMatchObject({ Ready: 'False' });
});

test.each([
  ['a number in the metadata of a trigger', { triggers: [{ type: 'cron', metadata: { start: 5 } }] }],
  ['a uid in scaleTargetRef', { scaleTargetRef: { name: 'web', uid: 'x' } }],
  ['more replicas at least than at most', { minReplicaCount: 5, maxReplicaCount: 2 }],
])("the schema refuses %s, as KEDA's does", async (_what, spec) => {
  await expect(helm.install('bad', await aScaledObject(spec))).rejects.toMatchObject({
    code: HELM_CODES.objectInvalid,
  });
  await helm.uninstall('bad', { ignoreNotFound: true });
  expect(await client.get({ ...SCALED_OBJECT, name: 'bad' })).toBeUndefined();
});

test('the release goes while the CRDs stay', async () => {
  await helm.uninstall('keda', { namespace: 'keda', wait: true });
  expect(await client.list({ apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject' })).toMatchObject({
    items: expect.arrayContaining([expect.objectContaining({ kind: 'ScaledObject' })]),
  });
});
