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

let cluster: TestControlPlane;
let context: InstallerContext;
let client: KubeClient;

beforeAll(async () => {
  cluster = await startControlPlane();
  ({ context } = await testInstaller(cluster.kubeconfig, [
    { name: 'glue', ...light },
    { name: 'glue', version: '1.1.0', ...light },
    { name: 'glue', version: '1.2.0', ...light },
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
      'CapabilityInstall glue wants glue <1.2.0',
      'CapabilitySet desk wants glue >=1.1.0',
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
