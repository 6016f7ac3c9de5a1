import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { executeInstall, openCenter, planInstall, readJournal, recordCenter } from '@capstan/capability-center';
import { type TestPackage, writeTestCenter } from '@capstan/capability-center/testing';
import { createHelm } from '@capstan/helm-ts';
import { connect, type KubeClient } from '@capstan/kube';
import { type FaultProxy, type ProxiedRequest, startFaultProxy } from '@capstan/sandbox/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { offerSet } from './kills/set.ts';
import { readWorld, type World } from './kills/world.ts';
import { repository } from './support/capstan.ts';
import { serveFolder } from './support/serve-folder.ts';
import { stage } from './support/story.ts';

const INSTALL = 'cap install shop@1.0.0 --yes --context sandbox';
const UPGRADE = 'cap upgrade shop --yes --context sandbox';
const UNINSTALL = 'cap uninstall store --cascade --delete-crds --yes --context sandbox';
const LEASE = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  namespace: 'capstan-system',
  name: 'capstan-install',
};

/** What goes wrong in passing; many more in `pnpm test:long`. */
const SEEDS = Array.from({ length: process.env['CAPSTAN_TEST_LONG'] ? 20 : 2 }, (_, index) => index + 1);

const story = stage({ start: 'sandbox start --bare' });
const undisturbed: Record<string, World> = {};
let client: KubeClient;

beforeAll(async () => {
  await story.ok('system install --yes --context sandbox');
  client = await connect({ kubeconfig: story.kubeconfig });
  await offerSet(client, join(story.folder, 'center'));
  for (const command of [INSTALL, UPGRADE, UNINSTALL]) {
    await story.ok(command);
    undisturbed[command] = await readWorld(client);
  }
});

afterAll(() => client?.close());

/** Each story begins with nothing installed, also after one that failed. */
beforeEach(async () => {
  await story.run('cap cancel --yes --context sandbox');
  for (const name of ['store', 'far']) await story.run(UNINSTALL.replace('store', name));
  expect(await readWorld(client)).toEqual(undisturbed[UNINSTALL]);
});

/** What an error of the command line tells: its code, and a way on. */
function expectClear(stderr: string, code: string | RegExp): void {
  expect(stderr).toMatch(code);
  expect(stderr).not.toMatch(/\n\s+at .*:\d+:\d+/);
}

async function aProxy(): Promise<FaultProxy> {
  const proxy = await startFaultProxy({ kubeconfig: story.kubeconfig });
  onTestFinished(() => proxy.stop());
  return proxy;
}

describe('an API server that fails in passing', () => {
  test.each(SEEDS)(
    'leads to the same end, or to an error after which the command completes it (seed %i)',
    async (seed) => {
      const proxy = await aProxy();
      bringFaults(proxy, seed);
      for (const command of [INSTALL, UPGRADE, UNINSTALL]) {
        const { code, stderr } = await story.run(
          command.replace('--context sandbox', `--kubeconfig ${proxy.kubeconfig}`),
        );
        if (code !== 0) {
          expectClear(stderr, /CAPSTAN_/);
          await story.ok(command);
        }
        expect(await readWorld(client)).toEqual(undisturbed[command]);
      }
    },
  );
});

/** Of this many requests about one is hit by each kind of fault that may hit it. */
const RARITY = 40;

function bringFaults(proxy: FaultProxy, seed: number): void {
  const draws = fc.sample(fc.nat(RARITY - 1), { seed, numRuns: 10_000 });
  let drawn = 0;
  const unlucky = () => draws[drawn++ % draws.length] === 0;
  const isWrite = (method: string) => method !== 'GET' && method !== 'POST';
  const faults = [
    { action: { type: 'reset' } },
    { action: { type: 'lose-response' } },
    { action: { type: 'status', status: 429, retryAfterSeconds: 0 } },
    { action: { type: 'status', status: 500 } },
    { action: { type: 'slow', ms: 200 } },
    { action: { type: 'status', status: 409 }, writes: true },
  ] as const;
  for (const { action, ...only } of faults) {
    const match = ({ method }: { readonly method: string }) => (!('writes' in only) || isWrite(method)) && unlucky();
    proxy.inject({ match, action, times: Number.POSITIVE_INFINITY });
  }
}

const isReleaseOfStore = ({ method, path }: ProxiedRequest) =>
  method === 'POST' && path === '/api/v1/namespaces/store/secrets';

describe('who works', () => {
  test('and loses the Lease to another holder says so and writes nothing more', async () => {
    const proxy = await aProxy();
    const ended = Promise.withResolvers<void>();
    onTestFinished(() => ended.resolve());
    // Once the release of `store` is there, and while none of a later one is: it notices the loss while it waits for this.
    const held = proxy.inject({
      match: ({ path }) => path === '/api/v1/namespaces/queue' && proxy.requests.some(isReleaseOfStore),
      action: { type: 'hold', until: ended.promise },
    });
    const losing = story.run(INSTALL.replace('--context sandbox', `--kubeconfig ${proxy.kubeconfig}`));
    await expect.poll(() => held.hits, { timeout: 60_000 }).toBe(1);
    const lease = await client.get(LEASE);
    const spec = lease?.['spec'] as { leaseTransitions: number };
    const now = new Date().toISOString().replace('Z', '000Z');
    const taken = {
      holderIdentity: 'elsewhere/1',
      leaseTransitions: spec.leaseTransitions + 1,
      // Alive for as long as the story goes on, however slowly.
      leaseDurationSeconds: 3600,
      renewTime: now,
    };
    await client.patch(LEASE, { metadata: { annotations: { 'capstan.dev/holder-process': null } }, spec: taken });
    const before = proxy.requests.length;
    const other = await story.run(INSTALL);
    expect(other.code, other.stderr).toBe(5);
    expectClear(other.stderr, 'CAPSTAN_CAP_BUSY');
    // What an earlier run wrote is not told as this one's.
    expect(other.stderr).not.toMatch(/done|publish/);
    const { code, stderr } = await losing;
    expect(code, stderr).toBe(5);
    expectClear(stderr, 'CAPSTAN_CAP_FENCED');
    const writes = proxy.requests.slice(before).filter(({ method }) => method !== 'GET');
    expect(writes.filter(({ path }) => !path.includes('/leases/')).map(({ path }) => path)).toEqual([]);
    await client.patch(LEASE, { spec: { holderIdentity: '' } });
    await story.ok(INSTALL);
    expect(await readWorld(client)).toEqual(undisturbed[INSTALL]);
  });

  test('beside another one: one works, the other says that it is busy or finds it done', async () => {
    const both = await Promise.all([story.run(INSTALL), story.run(INSTALL)]);
    expect(both.filter(({ code }) => code === 0).length).toBeGreaterThan(0);
    for (const { code, stderr } of both) {
      if (code === 0) continue;
      expect(code, stderr).toBe(5);
      expectClear(stderr, 'CAPSTAN_CAP_BUSY');
    }
    expect(await readWorld(client)).toEqual(undisturbed[INSTALL]);
  });
});

describe('a catalog that changes', () => {
  const offer = async (name: string, packages: readonly TestPackage[]) => {
    const center = await writeTestCenter(join(story.folder, name), { name, packages });
    await recordCenter(client, center.record);
    return center;
  };

  test('between plan and approval: the approval is refused with what moved, and nothing is done', async () => {
    await offer('moving', [{ name: 'tree', needs: { leaf: '*' } }, { name: 'leaf' }]);
    const plan = JSON.parse(await story.ok('cap install tree --plan --context sandbox -o json'));
    await offer('moving', [{ name: 'leaf', version: '1.1.0' }]);
    const before = await readWorld(client);
    const refused = await story.run(`cap install tree --approve ${plan.digest} --yes --context sandbox`);
    expect(refused.code, refused.stderr).toBe(5);
    expectClear(refused.stderr, 'CAPSTAN_CAP_PLAN_STALE');
    expect(refused.stderr.replace(/\s+/g, ' ')).toMatch(/what the centers or charts offer changed since/);
    expect(await readWorld(client)).toEqual(before);
  });

  test('between plan and work: charts with other content are not installed', async () => {
    const { charts } = await offer('edited', [{ name: 'stone' }]);
    const helm = await createHelm({ kubeconfig: story.kubeconfig });
    const context = await openCenter({ client, helm, bundledRegistry: join(repository, 'capability-registry') });
    const plan = await planInstall(context, { goals: [{ package: 'stone' }] });
    const values = join(charts, 'stone/1.0.0/values.yaml');
    await writeFile(values, (await readFile(values, 'utf8')).replace('hello', 'other'));
    const refused = executeInstall(context, plan);
    await expect(refused).rejects.toMatchObject({ code: 'CAPSTAN_CAP_PLAN_STALE', exit: 5 });
    expect(await client.get({ apiVersion: 'v1', kind: 'Namespace', name: 'stone' })).toBeUndefined();
    expect((await story.run('cap cancel stone --yes --context sandbox')).code).toBe(0);
  });
});

test.skipIf(!canMount())('a full disk: an error that says so, nothing half done, and with space it works', async () => {
  const full = await fullFolder();
  const env = { TMPDIR: full, XDG_CACHE_HOME: full };
  const { code, stderr } = await story.run(INSTALL, { env });
  expect(code, stderr).not.toBe(0);
  expectClear(stderr, /no space left|ENOSPC|disk/i);
  await story.ok(INSTALL);
  expect(await readWorld(client)).toEqual(undisturbed[INSTALL]);
});

/** Whether a small file system can be made here, as root can. */
function canMount(): boolean {
  const { status } = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']);
  return status === 0;
}

/** A folder on a file system with no space left. */
async function fullFolder(): Promise<string> {
  const folder = join(story.folder, 'full');
  await mkdir(folder);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', folder]);
  onTestFinished(() => void execFileSync('umount', ['-l', folder]));
  await writeFile(join(folder, 'filler'), Buffer.alloc(4096));
  return folder;
}

describe('a registry that dies', () => {
  test('in the middle of the work: it ends with the same world, or says which registry and goes on when it is back', async () => {
    const folder = join(story.folder, 'remote');
    await writeTestCenter(folder, { name: 'remote', packages: [{ name: 'far' }, { name: 'far', version: '1.1.0' }] });
    const served = await serveFolder(folder);
    await story.ok(
      `center add remote ${served.url} --mirror https://charts.example.org=${join(folder, 'charts')} --yes --context sandbox`,
    );
    onTestFinished(async () => void (await story.run('center remove remote --yes --context sandbox')));
    const killed = { env: { CAPSTAN_TEST_KILL_AT: 'install:fetch:before' } };
    expect((await story.run('cap install far@1.0.0 --yes --context sandbox', killed)).code).toBe(137);
    await served.close();
    await story.ok('cap resume far --yes --context sandbox');
    expect((await readJournal(client, 'far'))?.entries.at(-1)?.kind).toBe('done');
  });

  test('does not keep anybody from going back: the charts are in the cluster', async () => {
    await story.ok(INSTALL);
    await story.ok(UPGRADE);
    const center = join(story.folder, 'center');
    await rm(center, { recursive: true });
    onTestFinished(() => offerSet(client, center));
    const empty = { env: { XDG_CACHE_HOME: join(story.folder, 'empty-cache') } };
    await story.ok('cap rollback shop --yes --context sandbox', empty);
    const { items } = await story.json('cap list --context sandbox', empty);
    expect(items.map(({ name, version }) => `${name} ${version}`)).toEqual([
      'queue 1.0.0',
      'shop 1.0.0',
      'store 1.0.0',
    ]);
  });
});
