import { execFile } from 'node:child_process';
import { rename } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type CapstanError, isCapstanError, type KubernetesObject } from '@capstan/base';
import { CAPSTAN_KINDS } from '@capstan/capability-model';
import type { KubeClient } from '@capstan/kube';
import { startControlPlane, type TestControlPlane } from '@capstan/sandbox/testing';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  type CancelResult,
  cancelOperation,
  executeInstall,
  type InstallerContext,
  listRevisions,
  type OnProgress,
  planInstall,
  planRollback,
  planUpgrade,
  readJournal,
  resumeOperation,
} from '../src/index.ts';
import { readLock } from '../src/installer/lock.ts';
import { prepareCluster } from './testing/cluster.ts';
import { SHOP_PACKAGES, testInstaller } from './testing/shop-center.ts';

const THINGS = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  name: 'things.things.example.org',
};
const ALL = ['store', 'cart', 'search', 'shop'];

let cluster: TestControlPlane;
let context: InstallerContext;
let client: KubeClient;
let charts: string;
let directory: string;

beforeAll(async () => {
  cluster = await startControlPlane();
  const unready = { templates: { 'never.yaml': NEVER_READY } };
  const lonely = { chart: { ...unready, crds: [{ kind: 'Lone' }] }, needs: { base: '*' } };
  const made = await testInstaller(cluster.kubeconfig, [
    ...SHOP_PACKAGES,
    { name: 'solo' },
    { name: 'solo', version: '1.1.0', chart: unready, timeoutSeconds: 3 },
    { name: 'lonely', ...lonely },
    { name: 'brief', ...lonely, timeoutSeconds: 3 },
    { name: 'base' },
  ]);
  ({ context } = made);
  ({ charts } = made.center);
  directory = made.directory;
  ({ client } = context);
  await prepareCluster(client);
});

afterAll(async () => {
  client?.close();
  await cluster?.stop();
});

async function versions(): Promise<Record<string, string | undefined>> {
  const { packages } = await readLock(client);
  const maps = await Promise.all(ALL.map(async (name) => [name, (await configMap(name))?.['version']] as const));
  for (const [name, version] of maps) expect(version).toBe(packages[name]?.version);
  return Object.fromEntries(ALL.map((name) => [name, packages[name]?.version]));
}

async function configMap(name: string): Promise<Record<string, string> | undefined> {
  const map = await client.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: name, name });
  return map?.['data'] as Record<string, string> | undefined;
}

async function phases(name: string): Promise<string[]> {
  return (await listRevisions(client, name)).map(({ number, version, phase }) => `${number} ${version} ${phase}`);
}

async function caught(work: Promise<unknown>): Promise<CapstanError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isCapstanError(error)) throw new Error(`no CapstanError was thrown, but ${String(error)}`);
  return error;
}

const all = (version: string) => Object.fromEntries(ALL.map((name) => [name, version]));

/** The order in which things of packages began. */
function begun(): { readonly order: string[]; readonly onProgress: (event: { type: string }) => void } {
  const order: string[] = [];
  return {
    order,
    onProgress: (event) => {
      const { type, step, package: name } = event as { type: string; step?: string; package?: string };
      if ((type === 'start' || type === 'done') && (step === 'unit' || step === 'probe' || step === 'publish')) {
        order.push(`${type} ${step} ${name}`);
      }
    },
  };
}

describe('a diamond of packages', () => {
  test('is installed as one graph: a package begins when the checks of those that it needs are passed', async () => {
    const plan = await planInstall(context, { goals: [{ package: 'shop', range: '^1.0.0' }] });
    const { order, onProgress } = begun();
    await executeInstall(context, plan, { onProgress });
    const at = (what: string) => order.indexOf(what);
    for (const middle of ['cart', 'search']) {
      expect(at(`start unit ${middle}`)).toBeGreaterThan(at('done probe store'));
      expect(at('start unit shop')).toBeGreaterThan(at(`done probe ${middle}`));
    }
    // The two in the middle run side by side.
    expect(Math.max(at('start unit cart'), at('start unit search'))).toBeLessThan(
      Math.min(at('done unit cart'), at('done unit search')),
    );
    expect(at('start publish store')).toBeGreaterThan(at('done probe shop'));
    expect(await versions()).toEqual(all('1.0.0'));
    expect(await phases('shop')).toEqual(['1 1.0.0 Active']);
  });

  test('is upgraded, and goes back from what is kept in the cluster when every registry is dead', async () => {
    await executeInstall(context, await planUpgrade(context, { packages: ALL }));
    expect(await versions()).toEqual(all('2.0.0'));
    expect(await phases('store')).toEqual(['2 2.0.0 Active', '1 1.0.0 Superseded']);

    await rename(charts, `${charts}-gone`);
    onTestFinished(() => rename(`${charts}-gone`, charts));
    await executeInstall(context, await planRollback(context, { package: 'shop' }));
    // Its ranges take what it needs back with it; CRDs never go back.
    expect(await versions()).toEqual(all('1.0.0'));
    expect(await phases('store')).toEqual(['3 1.0.0 Active', '2 2.0.0 Superseded', '1 1.0.0 Superseded']);
    expect(JSON.stringify(await client.get(THINGS))).toContain('color');
    const again = await planInstall(context, { goals: [{ package: 'shop' }] });
    expect(again.changes).toBe(false);
  });
});

describe('a name that nobody installed', () => {
  test.each([
    ['upgrade', (name: string) => planUpgrade(context, { packages: [name] })],
    ['rollback', (name: string) => planRollback(context, { package: name })],
    ['resume', (name: string) => resumeOperation(context, { package: name })],
    ['cancel', (name: string) => cancelOperation(context, { package: name })],
  ])('is told with the nearest one by %s', async (_, operation) => {
    const error = await caught(operation('shopp'));
    expect(error).toMatchObject({
      code: 'CAPSTAN_CAP_NOT_INSTALLED',
      hint: expect.stringMatching(/^Did you mean shop /),
      exit: 1,
    });
    expect(error.next).toEqual(['capstan cap list --context sandbox']);
  });

  test('can be installed where a center offers it', async () => {
    const error = await caught(planUpgrade(context, { packages: ['solo'] }));
    expect(error.next[0]).toBe('capstan cap install solo --context sandbox');
  });
});

describe('an operation that fails', () => {
  test('is taken back by itself when it is an upgrade, and says so', async () => {
    await executeInstall(context, await planInstall(context, { goals: [{ package: 'solo', range: '1.0.0' }] }));
    const error = await caught(executeInstall(context, await planUpgrade(context, { packages: ['solo'] })));
    expect(error).toMatchObject({ code: 'CAPSTAN_CAP_NOT_READY', exit: 6, fields: { takenBack: true } });
    expect(error.hint).toContain('Everything was taken back: solo is 1.0.0 again.');
    await expectSolo(['2 1.1.0 Failed', '1 1.0.0 Active'], 'reverted');
  });

  test('stays for a person with `stall`, who can cancel it', async () => {
    const plan = await planUpgrade(context, { packages: ['solo'] });
    const error = await caught(executeInstall(context, plan, { onFailure: 'stall' }));
    expect(error.next).toEqual(['capstan cap resume solo --context sandbox']);
    expect((await install('solo'))?.['status']).toMatchObject({
      phase: 'Stalled',

      version: '1.0.0',
    });
    const { cancelled } = await cancelOperation(context, { package: 'solo' });
    expect(cancelled).toMatchObject([{ operation: 'upgrade', restored: [{ package: 'solo', version: '1.0.0' }] }]);
    await expectSolo(['2 1.1.0 Failed', '1 1.0.0 Active'], 'reverted');
  });

  test('leaves nothing of a first installation with `rollback`', async () => {
    const plan = await planInstall(context, { goals: [{ package: 'brief' }] });
    const error = await caught(executeInstall(context, plan, { onFailure: 'rollback' }));
    expect(error.hint).toContain('brief is not installed, base is not installed');
    await expectNothingOf(['brief', 'base']);
  });

  test('is cancelled from elsewhere while it works', async () => {
    const plan = await planInstall(context, { goals: [{ package: 'lonely' }] });
    let cancelling: Promise<CancelResult> | undefined;
    const onProgress: OnProgress = (event) => {
      if (event.type === 'start' && event.step === 'unit' && event.package === 'lonely') {
        cancelling ??= cancelOperation(context, { package: 'lonely' });
      }
    };
    const error = await caught(executeInstall(context, plan, { onProgress }));
    expect(error).toMatchObject({ code: 'CAPSTAN_CAP_CANCELLED', exit: 130 });
    expect((await cancelling)?.cancelled).toMatchObject([{ operation: 'install', removed: ['lonely', 'base'] }]);
    await expectNothingOf(['lonely', 'base']);
  });

  async function expectSolo(revisions: readonly string[], ending: string): Promise<void> {
    expect(await configMap('solo')).toMatchObject({ version: '1.0.0' });
    expect((await install('solo'))?.['status']).toMatchObject({ phase: 'Ready', version: '1.0.0' });
    expect(await phases('solo')).toEqual(revisions);
    expect((await readJournal(client, 'solo'))?.entries.at(-1)?.kind).toBe(ending);
  }

  async function expectNothingOf(names: readonly string[]): Promise<void> {
    const { packages, removed } = await readLock(client);
    for (const name of names) {
      expect(await client.get({ apiVersion: 'v1', kind: 'Namespace', name })).toBeUndefined();
      expect(await install(name)).toBeUndefined();
      expect([packages[name], removed[name]]).toEqual([undefined, undefined]);
    }
    expect(await client.get({ ...THINGS, name: 'lones.things.example.org' })).toBeUndefined();
  }
});

describe('a process that is killed', () => {
  const driver = fileURLToPath(new URL('./testing/operation-driver.ts', import.meta.url));

  function runUntilKilled(killAt: string, operation: string): Promise<string | undefined> {
    return signalOf(operation, { CAPSTAN_TEST_KILL_AT: killAt });
  }

  function signalOf(operation: string, more: Readonly<Record<string, string>>): Promise<string | undefined> {
    const env = { ...process.env, ...more };
    const command = ['--conditions=@capstan/source', driver, cluster.kubeconfig, directory, operation];
    return new Promise((resolve) => {
      execFile(process.execPath, command, { env }, (error) => resolve(error?.signal ?? undefined));
    });
  }

  test.each([
    { killAt: 'upgrade:unit:between:3', operation: 'upgrade', becomes: '2.0.0' },
    { killAt: 'rollback:commit:after', operation: 'rollback', becomes: '1.0.0' },
  ])('at $killAt leaves work that resume completes', async ({ killAt, operation, becomes }) => {
    expect(await runUntilKilled(killAt, operation)).toBe('SIGKILL');
    const { resumed } = await resumeOperation(context, {});
    expect(resumed).toMatchObject([{ operation }]);
    expect(await versions()).toEqual(all(becomes));
  });

  test('in the middle of an upgrade, and again while it goes back, leaves the state before', async () => {
    expect(await runUntilKilled('upgrade:unit:after:2', 'upgrade')).toBe('SIGKILL');
    expect(await runUntilKilled('revert:unit:after', 'cancel')).toBe('SIGKILL');
    const { resumed } = await resumeOperation(context, {});
    expect(resumed).toMatchObject([{ result: { removed: [] } }]);
    expect(await versions()).toEqual(all('1.0.0'));
    expect((await planInstall(context, { goals: [{ package: 'shop' }] })).changes).toBe(false);
  });

  test('while Helm is at work leaves work that resume completes', async () => {
    expect(await signalOf('uninstall', { CAPSTAN_TEST_KILL_IN: 'unit' })).toBe('SIGKILL');
    expect((await resumeOperation(context, {})).resumed).toMatchObject([{ operation: 'uninstall', subject: 'solo' }]);
    expect([await install('solo'), await configMap('solo')]).toEqual([undefined, undefined]);

    expect(await signalOf('install', { CAPSTAN_TEST_KILL_IN: 'unit' })).toBe('SIGKILL');
    expect((await resumeOperation(context, {})).resumed).toMatchObject([{ operation: 'install', subject: 'solo' }]);
    expect((await install('solo'))?.['status']).toMatchObject({ phase: 'Ready', version: '1.0.0' });
    expect(await configMap('solo')).toMatchObject({ version: '1.0.0' });
  });
});

async function install(name: string): Promise<KubernetesObject | undefined> {
  return client.get({ ...CAPSTAN_KINDS.install, name });
}

const NEVER_READY = `apiVersion: apps/v1
kind: Deployment
metadata: {name: never, namespace: {{ .Release.Namespace }}}
spec:
  selector: {matchLabels: {app: never}}
  template:
    metadata: {labels: {app: never}}
    spec:
      nodeSelector: {no: such-node}
      containers: [{name: main, image: example.org/never:1}]
`;
