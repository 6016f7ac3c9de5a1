import type { KubernetesObject } from '@capstan/base';
import { aPackage } from '@capstan/capability-model/testing';
import { ensureNamespace, type KubeClient } from '@capstan/kube';
import { startControlPlane, type TestControlPlane } from '@capstan/sandbox/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  executeInstall,
  executeUninstall,
  type InstallerContext,
  planInstall,
  planUninstall,
  planUpgrade,
} from '../src/index.ts';
import { helmOwnerOf, packageOf } from '../src/installer/labels.ts';
import { readRelease } from '../src/plan/release-state.ts';
import { installerFor, kedaPackage, prepareCluster, STAND_INS } from './testing/cluster.ts';

const SCALED_OBJECTS = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  name: 'scaledobjects.keda.sh',
};
const MINE = { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', namespace: 'default', name: 'mine' };

let cluster: TestControlPlane;
let context: InstallerContext;
let client: KubeClient;

beforeAll(async () => {
  cluster = await startControlPlane();
  context = await installerFor(cluster.kubeconfig, [await kedaPackage(), MANIFESTS_V1, MANIFESTS_V2]);
  client = context.client;
  await prepareCluster(client);
});

afterAll(async () => {
  client?.close();
  await cluster?.stop();
});

test('a KEDA that Helm installed by hand becomes ours; its CRDs and ScaledObjects survive that and the removal', async () => {
  await ensureNamespace(client, 'keda');
  await context.helm.install('keda', `${STAND_INS}/keda/2.20.2`, { namespace: 'keda', wait: true });
  await client.apply({
    apiVersion: MINE.apiVersion,
    kind: MINE.kind,
    metadata: { name: MINE.name, namespace: MINE.namespace },
    spec: { scaleTargetRef: { name: 'web' }, triggers: [{ type: 'cron', metadata: {} }] },
  });
  const [crd, mine] = await Promise.all([client.get(SCALED_OBJECTS), client.get(MINE)]);
  expect(crd && helmOwnerOf(crd)).toBe('keda/keda');

  await expect(
    planInstall(context, { goals: [{ package: 'keda', range: '2.19' }], adopt: true }),
  ).rejects.toMatchObject({
    code: 'CAPSTAN_CAP_RELEASE_CONFLICT',
    message: 'keda 2.20.2 was installed by hand, and taking it over keeps its version: keda 2.19 is another one.',
    exit: 5,
  });
  const plan = await planInstall(context, { goals: [{ package: 'keda' }], adopt: true });
  expect(plan).toMatchObject({ blockers: [], packages: [{ action: 'adopt' }] });
  await executeInstall(context, plan);

  const [after, still] = await Promise.all([client.get(SCALED_OBJECTS), client.get(MINE)]);
  expect(after?.metadata.uid).toBe(crd?.metadata.uid);
  expect(after?.['spec']).toEqual(crd?.['spec']);
  expect(after && [packageOf(after), helmOwnerOf(after)]).toEqual(['keda', undefined]);
  expect(after?.metadata.annotations?.['helm.sh/resource-policy']).toBe('keep');
  expect(still?.metadata.uid).toBe(mine?.metadata.uid);
  expect(await readRelease(client, 'keda', 'keda')).toMatchObject({ revision: 2, status: 'deployed', package: 'keda' });
  const manifest = await context.helm.get.manifest('keda', { namespace: 'keda' });
  expect(manifest.filter(({ kind }) => kind === 'CustomResourceDefinition')).toEqual([]);
  expect((await planInstall(context, { goals: [{ package: 'keda' }] })).changes).toBe(false);

  await client.delete(MINE);
  await executeUninstall(context, await planUninstall(context, { package: 'keda' }));
  expect((await client.get(SCALED_OBJECTS))?.metadata.uid).toBe(crd?.metadata.uid);
  expect(await client.get({ apiVersion: 'v1', kind: 'Namespace', name: 'keda' })).toBeDefined();
});

test('objects that a package carries itself are applied, changed and pruned by their inventory', async () => {
  await executeInstall(context, await planInstall(context, { goals: [{ package: 'notes', range: '1.0.0' }] }));
  const first = await notes();
  expect(first.map((map) => map && [packageOf(map), map['data']])).toEqual([
    ['notes', { text: 'one' }],
    ['notes', { text: 'one' }],
    undefined,
  ]);
  await executeInstall(context, await planUpgrade(context, { packages: ['notes'] }));
  const second = await notes();
  expect(second.map((map) => map?.['data'])).toEqual([{ text: 'two' }, undefined, { text: 'two' }]);
  await executeUninstall(context, await planUninstall(context, { package: 'notes' }));
  expect(await notes()).toEqual([undefined, undefined, undefined]);
});

function notes(): Promise<(KubernetesObject | undefined)[]> {
  const names = ['kept', 'old', 'new'];
  return Promise.all(
    names.map((name) => client.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'notes', name })),
  );
}

function notesPackage(version: string, names: readonly string[], text: string) {
  const objects = names.map((name) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { text } }));
  return aPackage('notes', {
    version,
    upgrade: { from: ['>=1.0.0'] },
    install: { namespace: 'notes', units: [{ id: 'notes', type: 'manifests', objects }] },
  });
}

const MANIFESTS_V1 = notesPackage('1.0.0', ['kept', 'old'], 'one');
const MANIFESTS_V2 = notesPackage('2.0.0', ['kept', 'new'], 'two');
