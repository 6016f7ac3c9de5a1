import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isCapstanError } from '@capstan/base';
import { CAPSTAN_KINDS, PACKAGE_LABEL } from '@capstan/capability-model';
import { ensureNamespace } from '@capstan/kube';
import { startControlPlane, type TestControlPlane } from '@capstan/sandbox/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  executeInstall,
  executeUninstall,
  type InstallerContext,
  planInstall,
  planUninstall,
  readJournal,
} from '../src/index.ts';
import { readLock } from '../src/installer/lock.ts';
import { readRelease } from '../src/plan/release-state.ts';
import { installerFor, kedaPackage, prepareCluster } from './testing/cluster.ts';

const driver = fileURLToPath(new URL('./testing/driver.ts', import.meta.url));
const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', name: 'keda' };
const CRD = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: 'scaledobjects.keda.sh' };
const DEFINITION = {
  apiVersion: 'core.oam.dev/v1alpha2',
  kind: 'TraitDefinition',
  name: 'autoscales.traits.capstan.dev',
};

const compileCache = join(tmpdir(), 'capstan-test-compile-cache');

let cluster: TestControlPlane;
let context: InstallerContext;

beforeAll(async () => {
  cluster = await startControlPlane();
  context = await installerFor(cluster.kubeconfig, [await kedaPackage()]);
  await prepareCluster(context.client);
});

afterAll(async () => {
  context?.client.close();
  await cluster?.stop();
});

/** Runs the driver until it kills itself; answers the signal it died of. */
function runUntilKilled(operation: string, env: Record<string, string>): Promise<string | undefined> {
  return new Promise((resolve) => {
    const args = ['--conditions=@capstan/source', driver, operation, cluster.kubeconfig];
    execFile(process.execPath, args, { env: { ...process.env, NODE_COMPILE_CACHE: compileCache, ...env } }, (error) =>
      resolve(error?.signal ?? undefined),
    );
  });
}

async function install(): Promise<void> {
  await executeInstall(context, await planInstall(context, { goals: [{ package: 'keda' }] }));
}

async function uninstall(): Promise<void> {
  await executeUninstall(context, await planUninstall(context, { package: 'keda', deleteCrds: true }));
}

async function expectInstalled(): Promise<void> {
  const { client } = context;
  const release = await readRelease(client, 'keda', 'keda');
  const locked = (await readLock(client)).packages['keda'];
  const goal = await client.get({ ...CAPSTAN_KINDS.install, name: 'keda' });
  expect(release).toMatchObject({ status: 'deployed', package: 'keda' });
  expect(locked).toMatchObject({ version: '2.20.2', goal: true });
  expect(goal?.['status']).toMatchObject({ phase: 'Ready', version: '2.20.2' });
  expect(await client.get(DEFINITION)).toBeDefined();
  expect((await planInstall(context, { goals: [{ package: 'keda' }] })).changes).toBe(false);
  expect((await readJournal(client, 'keda'))?.entries.at(-1)?.kind).toBe('done');
}

async function expectGone(): Promise<void> {
  const { client } = context;
  const present = await Promise.all([
    readRelease(client, 'keda', 'keda'),
    client.get(CRD),
    client.get(DEFINITION),
    client.get({ ...CAPSTAN_KINDS.install, name: 'keda' }),
  ]);
  expect(present).toEqual([undefined, undefined, undefined, undefined]);
  const lock = await readLock(client);
  expect(lock.packages['keda']).toBeUndefined();
  expect(lock.removed['keda']).toMatchObject({ version: '2.20.2' });
  const error = await planUninstall(context, { package: 'keda' }).catch((caught: unknown) => caught);
  expect(isCapstanError(error, 'CAPSTAN_CAP_NOT_INSTALLED')).toBe(true);
}

/**
 * Makes the package's namespace ours or not. Only ours is deleted with the package, and that takes the namespace
 * controller five seconds.
 */
async function ownNamespace(ours: boolean): Promise<void> {
  await ensureNamespace(context.client, 'keda');
  await context.client.patch(NAMESPACE, { metadata: { labels: { [PACKAGE_LABEL]: ours ? 'keda' : null } } });
}

/** Some steps of an installation, and of a removal; the story of kills goes through all of them. */
const PAIRS = [
  { installing: 'snapshot', removing: 'withdraw' },
  { installing: 'crd', removing: 'crd' },
  { installing: 'prune', removing: 'namespace' },
] as const;

test.each(PAIRS)(
  'killed at $installing while installing and at $removing while removing, the same commands complete the work',
  async ({ installing, removing }) => {
    await ownNamespace(false);
    expect(await runUntilKilled('install', { CAPSTAN_TEST_KILL_AT: installing })).toBe('SIGKILL');
    await install();
    await expectInstalled();
    await ownNamespace(removing === 'namespace');
    expect(await runUntilKilled('uninstall', { CAPSTAN_TEST_KILL_AT: removing })).toBe('SIGKILL');
    await uninstall();
    await expectGone();
    expect((await context.client.get(NAMESPACE)) === undefined).toBe(removing === 'namespace');
  },
);

test('killed while Helm is at work, the same commands complete the work', async () => {
  await ownNamespace(false);
  expect(await runUntilKilled('install', { CAPSTAN_TEST_KILL_IN: 'unit' })).toBe('SIGKILL');
  await install();
  await expectInstalled();
  expect(await runUntilKilled('uninstall', { CAPSTAN_TEST_KILL_IN: 'unit' })).toBe('SIGKILL');
  await uninstall();
  await expectGone();
});
