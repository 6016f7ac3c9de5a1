import { isCapstanError, type KubernetesObject } from '@capstan/base';
import { CAPSTAN_KINDS } from '@capstan/capability-model';
import type { KubeClient } from '@capstan/kube';
import { startControlPlane, type TestControlPlane } from '@capstan/sandbox/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  executeInstall,
  executeUninstall,
  type InstallerContext,
  type InstallGoal,
  planInstall,
  planUninstall,
  planUpgrade,
  standingQuestion,
  whyInstalled,
} from '../src/index.ts';
import { readLock } from '../src/installer/lock.ts';
import { prepareCluster } from './testing/cluster.ts';
import { testInstaller } from './testing/shop-center.ts';

const SET = 'CapabilitySet desk';
const light = { chart: { deployment: false } } as const;
const SERVICE = 'v1beta1.askers.example.org';
const needs = (name: string, at: string) => ({ fields: { requires: [{ package: name, range: '*', at }] } });
const settings = {
  namespace: 'settings',
  units: [
    {
      id: 'settings',
      type: 'manifests',
      objects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { fixed: 'yes' } }],
      valuesFrom: [{ from: 'message', object: 'ConfigMap/settings', to: 'data.message' }],
    },
  ],
};

let cluster: TestControlPlane;
let context: InstallerContext;
let client: KubeClient;

beforeAll(async () => {
  cluster = await startControlPlane();
  ({ context } = await testInstaller(cluster.kubeconfig, [
    { name: 'glue', ...light },
    { name: 'glue', version: '1.1.0', ...light },
    { name: 'glue', version: '1.2.0', ...light },
    { name: 'agent', ...light, ...needs('web', 'install') },
    { name: 'web', ...light, ...needs('agent', 'run') },
    { name: 'settings', ...light, fields: { install: settings } },
    { name: 'meter', ...light, fields: { provides: { apiServices: [SERVICE] } } },
  ]));
  ({ client } = context);
  await prepareCluster(client);
});

afterAll(async () => {
  client?.close();
  await cluster?.stop();
});

const install = async (goal: InstallGoal) => executeInstall(context, await planInstall(context, { goals: [goal] }));
const locked = async () => (await readLock(client)).packages['glue'];
const desk = (...names: string[]) =>
  client.apply(
    {
      ...CAPSTAN_KINDS.set,
      metadata: { name: 'desk' },
      spec: { capabilities: names.map((name) => ({ package: name, version: '>=1.1.0' })) },
    } as unknown as KubernetesObject,
    { fieldManager: 'gitops', force: true },
  );

describe('a package that a set and a person ask for', () => {
  test('keeps the range of each, and the choice suits both', async () => {
    await desk('glue');
    await install({ package: 'glue', range: '<1.2.0' });
    await install({ package: 'glue', range: '>=1.1.0', askedBy: SET });
    expect(await locked()).toMatchObject({ version: '1.1.0', askedBy: { you: '<1.2.0', [SET]: '>=1.1.0' } });
    const { items } = await client.list(CAPSTAN_KINDS.install);
    expect(items).toMatchObject([{ spec: { version: '<1.2.0 >=1.1.0' } }]);
  });

  test('names both, each with its range, to who asks for what cannot be', async () => {
    const request = { goals: [{ package: 'glue', range: '1.0.0' }], allowDowngrade: true };
    const error = await planInstall(context, request).catch((thrown: unknown) => thrown);
    if (!isCapstanError(error)) throw error;
    const text = `${error.message} ${error.hint}`;
    expect(text).toContain('You asked for glue 1.0.0');
    expect(text).toContain('CapabilitySet desk wants glue >=1.1.0');
  });

  test('says why it is there: who asked, and for which versions', async () => {
    const { chains } = whyInstalled(await standingQuestion(context), 'glue');
    expect(chains.map(({ clauses }) => clauses[0]?.text).sort()).toEqual([
      'CapabilitySet desk wants glue >=1.1.0',
      'an earlier cap install asked for glue <1.2.0',
    ]);
  });

  test('is lifted within what the set asks for, and the set goes on asking', async () => {
    await executeInstall(context, await planUpgrade(context, { packages: ['glue'] }));
    expect(await locked()).toMatchObject({ version: '1.2.0', askedBy: { you: '*', [SET]: '>=1.1.0' } });
  });

  test('stays for the set when the person gives it up, and says so', async () => {
    const plan = await planUninstall(context, { package: 'glue' });
    expect(plan).toMatchObject({ packages: [], blockers: [], staysFor: { [SET]: '>=1.1.0' } });
    expect(await executeUninstall(context, plan)).toMatchObject({ packages: [], staysFor: { [SET]: '>=1.1.0' } });
    expect(await locked()).toMatchObject({ goal: true, askedBy: { [SET]: '>=1.1.0' } });
  });

  test('is not removed under a set that asks for it, and is when it does so no more', async () => {
    const { blockers } = await planUninstall(context, { package: 'glue' });
    expect(blockers).toMatchObject([
      { code: 'CAPSTAN_CAP_IN_USE', message: 'glue is asked for by CapabilitySet desk (>=1.1.0).' },
    ]);
    await desk('other');
    const plan = await planUninstall(context, { package: 'glue' });
    await executeUninstall(context, plan);
    expect(await locked()).toBeUndefined();
  });
});

test('of two packages that need each other the one that is needed only to run waits for nobody', async () => {
  const order: string[] = [];
  await executeInstall(context, await planInstall(context, { goals: [{ package: 'agent' }] }), {
    onProgress: (event) => {
      if ('step' in event && event.type === 'start' && event.step === 'unit') order.push(event.package ?? '');
    },
  });
  expect(order).toEqual(['web', 'agent']);
  expect((await readLock(client)).packages['web']).toMatchObject({ requires: ['agent'], onlyToRun: ['agent'] });
  const plan = await planUninstall(context, { package: 'web', cascade: true });
  expect(plan.packages.map(({ name }) => name)).toEqual(['agent', 'web']);
});

test('objects of a package take its configuration, as the plan shows, and follow it', async () => {
  const message = async () =>
    (await client.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'settings', name: 'settings' }))?.['data'];
  await install({ package: 'settings', values: { message: 'thick' } });
  expect(await message()).toEqual({ fixed: 'yes', message: 'thick' });
  const plan = await planInstall(context, { goals: [{ package: 'settings', values: { message: 'thin' } }] });
  expect(plan.packages[0]?.units[0]?.objects[0]?.changes).toEqual([
    { path: 'data.message', before: 'thick', after: 'thin' },
  ]);
  await executeInstall(context, plan);
  expect(await message()).toEqual({ fixed: 'yes', message: 'thin' });
});

test('an APIService that somebody else registered blocks who serves it too, with the owner named', async () => {
  const service = {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: {
      name: SERVICE,
      annotations: { 'meta.helm.sh/release-name': 'adapter', 'meta.helm.sh/release-namespace': 'monitoring' },
    },
    spec: { group: 'askers.example.org', version: 'v1beta1', groupPriorityMinimum: 100, versionPriority: 100 },
  };
  await client.apply(service as unknown as KubernetesObject, { fieldManager: 'somebody' });
  const { blockers } = await planInstall(context, { goals: [{ package: 'meter' }] });
  expect(blockers).toMatchObject([
    { message: `APIService ${SERVICE} belongs to Helm release monitoring/adapter, and meter serves it too.` },
  ]);
  await client.delete({ apiVersion: service.apiVersion, kind: service.kind, name: SERVICE });
  expect((await planInstall(context, { goals: [{ package: 'meter' }] })).blockers).toEqual([]);
});
