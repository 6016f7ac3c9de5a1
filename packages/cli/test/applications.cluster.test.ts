import '@capstan/sandbox/testing';
import { randomUUID } from 'node:crypto';
import { silentLogger } from '@capstan/base';
import { connect, type KubeClient } from '@capstan/kube';
import { installSystem, runOperator } from '@capstan/operator';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { stringify } from 'yaml';
import { aFile, capstan, capstanTelling, type Ran } from './cli.ts';

let client: KubeClient;
let kubeconfig: string;
const stop = new AbortController();
let ended: Promise<void>;

beforeAll(async () => {
  kubeconfig = inject('kubeconfig');
  vi.stubEnv('CI', '1');
  client = await connect({ kubeconfig });
  await installSystem(client);
  const { promise: running, resolve } = Promise.withResolvers<void>();
  const onState = ({ state }: { state: string }) => state === 'running' && resolve();
  ended = runOperator({ client, log: silentLogger, signal: stop.signal, plugins: [], onState });
  await running;
});

afterAll(async () => {
  stop.abort();
  await ended;
  client.close();
  vi.unstubAllEnvs();
});

/** A namespace of the test's own, and commands in it. */
async function aNamespace() {
  const namespace = `cli-${randomUUID().slice(0, 8)}`;
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const run = (...argv: string[]): Promise<Ran> => capstan(...argv, '--kubeconfig', kubeconfig, '-n', namespace);
  return { namespace, run };
}

interface Parts {
  readonly image?: string;
  readonly workload?: object;
  readonly dependsOn?: string;
  readonly more?: readonly object[];
  /** Traits of `web`. */
  readonly traits?: readonly object[];
}

/** The file of an application `shop` with a component `web`, and a component `db` where `web` depends on it. */
function aShop({ image = 'web:1', workload, dependsOn, more = [], traits = [] }: Parts = {}): string {
  const component = (name: string, of: object) => ({
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'Component',
    metadata: { name },
    spec: { workload: of },
  });
  const service = (spec: object) => ({ apiVersion: 'workloads.capstan.dev/v1alpha1', kind: 'WebService', spec });
  const components = [
    ...(dependsOn === undefined ? [] : [{ componentName: dependsOn }]),
    {
      componentName: 'web',
      ...(dependsOn === undefined ? {} : { dependencies: [dependsOn] }),
      traits: traits.map((trait) => ({ trait })),
    },
  ];
  const documents = [
    ...more,
    ...(dependsOn === undefined ? [] : [component(dependsOn, workload ?? service({ image: 'db:1' }))]),
    component('web', service({ image, port: 80 })),
    {
      apiVersion: 'core.oam.dev/v1alpha2',
      kind: 'ApplicationConfiguration',
      metadata: { name: 'shop' },
      spec: { components },
    },
  ];
  return aFile('shop.yaml', documents.map((document) => stringify(document)).join('---\n'));
}

/** A Deployment whose pods fit no node. */
const NEVER_SCHEDULED = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  spec: {
    selector: { matchLabels: { app: 'db' } },
    template: {
      metadata: { labels: { app: 'db' } },
      spec: { nodeSelector: { nowhere: 'true' }, containers: [{ name: 'db', image: 'db:1' }] },
    },
  },
};

describe('up and diff', () => {
  test('say what changes, do exactly that, and then nothing more', async () => {
    const { run } = await aNamespace();
    const file = aShop();
    const planned = await run('up', '-f', file, '--dry-run', 'client', '--exit-code', '-o', 'json');
    expect(planned.exit).toBe(1);
    const kinds = (planned.json()['objects'] as { kind: string }[]).map(({ kind }) => kind);
    expect(kinds).toEqual(['Component', 'ApplicationConfiguration', 'WebService', 'Deployment', 'Service']);

    const done = await run('up', '-f', file);
    expect(done).toMatchObject({ exit: 0, stdout: 'Application shop is ready.\n' });
    expect(done.stderr).toMatch(/\+ component\/web\n.*\+ application\/shop\n.*\+ webservice\/web/);
    expect(done.stderr).toMatch(/ok {2}component web {2}ready/);

    expect(await run('diff', '-f', file)).toMatchObject({
      exit: 0,
      stdout: '0 objects differ, 5 the same, 0 removed\n',
    });
    const again = await run('up', '-f', file, '-o', 'json');
    expect(again.json()).toMatchObject({ kind: 'ApplyResult', ready: true });
    expect(new Set((again.json()['plan'] as { action: string }[]).map(({ action }) => action))).toEqual(
      new Set(['unchanged']),
    );
  });

  test('compare fields, old with new; what an application no longer has is removed', async () => {
    const { run, namespace } = await aNamespace();
    await run('up', '-f', aShop({ dependsOn: 'db' }));
    const changed = aShop({ image: 'web:2' });
    const difference = await run('diff', '-f', changed);
    expect(difference.exit).toBe(1);
    expect(difference.stdout.split('\n')).toEqual(
      expect.arrayContaining([
        'component.core.oam.dev/web',
        '  spec.workload.spec.image: web:1 -> web:2',
        '  spec.template.spec.containers[main].image: web:1 -> web:2',
        'webservice.workloads.capstan.dev/db  (removed)',
        'deployment.apps/db  (removed)',
      ]),
    );
    const spec = { volumes: [{ name: 'data', path: '/data' }] };
    const volume = { apiVersion: 'traits.capstan.dev/v1alpha1', kind: 'Volume', spec };
    const withVolume = await run('diff', '-f', aShop({ dependsOn: 'db', traits: [volume] }));
    expect(withVolume.stdout).toMatch(/volume\.traits\.capstan\.dev\/web-.* \(new\)\n {2}restarts pods/);
    expect((await run('diff', '-f', changed, '-o', 'name')).stdout.split('\n')).toContain('deployment.apps/web');

    expect(await run('up', '-f', changed)).toMatchObject({ exit: 0 });
    const live = await client.get({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', namespace });
    // Ready means: as it was applied, not as it was before.
    expect(JSON.stringify(live?.['spec'])).toContain('web:2');
    expect(await run('diff', '-f', changed)).toMatchObject({ exit: 0 });
  });

  test('a change by hand shows as a difference, and Secrets stay hidden', async () => {
    const { run, namespace } = await aNamespace();
    const secret = (value: string) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'key' },
      stringData: { KEY: value },
    });
    const first = await run('up', '-f', aShop({ more: [secret('first-value')] }));
    expect(first.exit).toBe(0);
    const second = await run('diff', '-f', aShop({ more: [secret('second-value')] }));
    expect(second.stdout).toContain('secret/key\n  data.KEY: (changed, hidden)\n1 object differs');
    const json = await run('up', '-f', aShop({ more: [secret('second-value')] }), '-o', 'json');
    for (const { stdout, stderr } of [first, second, json])
      expect(stdout + stderr).not.toMatch(/first-value|second-value/);
    const live = await client.get({ apiVersion: 'v1', kind: 'Secret', name: 'key', namespace });
    expect(live).toMatchObject({ data: { KEY: Buffer.from('second-value').toString('base64') } });
  });

  test('a dry run on the server tells what the server refuses, and changes nothing', async () => {
    const { run, namespace } = await aNamespace();
    const refused = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'Not-A-Name' } };
    const result = await run('up', '-f', aShop({ more: [refused] }), '--dry-run', 'server');
    expect(result).toMatchObject({ exit: 2, stderr: expect.stringContaining('Not-A-Name') });
    expect(await run('up', '-f', aShop(), '--dry-run', 'server')).toMatchObject({ exit: 0 });
    const { items } = await client.list({ apiVersion: 'core.oam.dev/v1alpha2', kind: 'Component' }, { namespace });
    expect(items).toEqual([]);
  });

  test('errors of diff are 2 or more, so that 1 means a difference', async () => {
    const { run } = await aNamespace();
    expect(await run('diff', '-f', '/does/not/exist.yaml')).toMatchObject({ exit: 2 });
    expect(await run('diff', '-f', aShop({ workload: {}, dependsOn: 'db' }))).toMatchObject({ exit: 2 });
    const forbidden = await run('diff', '-f', aShop(), '--as', 'nobody');
    expect(forbidden).toMatchObject({ exit: 4, stderr: expect.stringContaining('"nobody" may not') });
  });

  test('a field that another tool manages is a conflict that names it', async () => {
    const { run, namespace } = await aNamespace();
    await run('up', '-f', aShop());
    const theirs = { apiVersion: 'core.oam.dev/v1alpha2', kind: 'ApplicationConfiguration' };
    const metadata = { name: 'shop', namespace };
    const spec = { components: [{ componentName: 'web', dependencies: [] }] };
    await client.apply({ ...theirs, metadata, spec }, { fieldManager: 'argocd', force: true });
    expect(await run('up', '-f', aShop())).toMatchObject({ exit: 5, stderr: expect.stringContaining('argocd') });
  });
});

describe('waiting', () => {
  test('that takes too long names what blocks, why, and its last event', async () => {
    const { run } = await aNamespace();
    const file = aShop({ dependsOn: 'db', workload: NEVER_SCHEDULED });
    const result = await run('up', '-f', file, '--timeout', '3s');
    expect(result.exit).toBe(6);
    expect(result.stderr).toMatch(/CAPSTAN_CLI_TIMED_OUT/);
    const error = result.stderr.slice(result.stderr.indexOf('error:')).replaceAll(/\s+/g, ' ');
    expect(error).toMatch(/application shop was not ready within 3\.0s: pod\/.*\/db-/);
    expect(error).toMatch(/Its last event, FailedScheduling:/);
  });

  test('for what the controller cannot do tells why it cannot, not how that was before', async () => {
    const { run } = await aNamespace();
    const { spec, ...kind } = NEVER_SCHEDULED;
    const workload = { ...kind, spec: { ...spec, selector: { matchLabels: { app: 'other' } } } };
    const result = await run('up', '-f', aShop({ dependsOn: 'db', workload }), '--timeout', '3s');
    expect(result.exit).toBe(6);
    const error = result.stderr.slice(result.stderr.indexOf('error:')).replaceAll(/\s+/g, ' ');
    expect(error).toMatch(/was not ready within 3\.0s: cannot apply components: .*`selector` does not match/);
    expect(error).toContain('What ran before goes on unchanged.');
  });

  test('is not needed with --no-wait', async () => {
    const { run } = await aNamespace();
    const file = aShop({ dependsOn: 'db', workload: NEVER_SCHEDULED });
    expect(await run('up', '-f', file, '--no-wait')).toMatchObject({
      exit: 0,
      stdout: 'Application shop is applied.\n',
    });
    expect(await run('status', 'shop', '--exit-code')).toMatchObject({ exit: 7 });
  });

  test('status --watch prints an object for each change, until the application is gone', async () => {
    const { run, namespace } = await aNamespace();
    const oam = (kind: string, name: string) => ({ apiVersion: 'core.oam.dev/v1alpha2', kind, name, namespace });
    await run('up', '-f', aShop());
    const steps = [
      (seen: string) =>
        seen !== '' &&
        client.patch(oam('Component', 'web'), { spec: { workload: { spec: { replicas: 2 } } } }, { type: 'merge' }),
      (seen: string) =>
        (seen.match(/"kind":"Pod"/g)?.length ?? 0) > 1 && client.delete(oam('ApplicationConfiguration', 'shop')),
    ];
    const argv = ['status', 'shop', '--watch', '-o', 'json', '--kubeconfig', kubeconfig, '-n', namespace];
    const { exit, stdout } = await capstanTelling([...argv, '--timeout', '30s'], (seen) => {
      const last = seen.trim().split('\n').at(-1) ?? '';
      if (steps[0]?.(last)) steps.shift();
    });
    expect(exit).toBe(1);
    const printed = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string });
    expect(printed.length).toBeGreaterThan(2);
    expect(printed.at(0)).toMatchObject({ kind: 'ApplicationStatus', application: { health: { status: 'ready' } } });
    expect(printed.at(-1)).toMatchObject({ kind: 'Error', code: 'CAPSTAN_CLI_NOT_FOUND' });
  });
});

describe('history and rollback', () => {
  test('an earlier revision comes back, and the next up goes forward again', async () => {
    const { run, namespace } = await aNamespace();
    const imageOf = async () => {
      const live = await client.get({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', namespace });
      return JSON.stringify(live?.['spec']).match(/"image":"([^"]*)"/)?.[1];
    };
    await run('up', '-f', aShop());
    expect(await run('rollback', 'shop')).toMatchObject({ exit: 5, stderr: expect.stringMatching(/earlier revision/) });
    await run('up', '-f', aShop({ image: 'web:2' }));
    const history = await run('history', 'shop', '-o', 'json');
    expect(history.json().items).toMatchObject([
      { revision: 'web-v1', runs: false },
      { revision: 'web-v2', runs: true, latest: true, changes: [{ before: 'web:1', after: 'web:2' }] },
    ]);

    const dry = await run('rollback', 'shop', '--dry-run');
    expect(dry).toMatchObject({ exit: 0, stdout: expect.stringContaining('web-v2 -> web-v1') });
    expect(await imageOf()).toBe('web:2');

    const back = await run('rollback', 'shop');
    expect(back).toMatchObject({ exit: 0, stdout: 'Application shop runs web as web-v1.\n' });
    expect(back.stderr).toMatch(/capstan rollback shop -c web --to 2/);
    expect(await imageOf()).toBe('web:1');

    expect(await run('up', '-f', aShop({ image: 'web:2' }))).toMatchObject({ exit: 0 });
    expect(await imageOf()).toBe('web:2');
  });

  test('an application that kubectl applied is pointed at the revision as well', async () => {
    const { run, namespace } = await aNamespace();
    await run('up', '-f', aShop());
    await run('up', '-f', aShop({ image: 'web:2' }));
    const application = { apiVersion: 'core.oam.dev/v1alpha2', kind: 'ApplicationConfiguration' };
    const reference = { ...application, name: 'shop', namespace };
    await client.delete(reference);
    await client.create(
      { ...application, metadata: { name: 'shop', namespace }, spec: { components: [{ componentName: 'web' }] } },
      { fieldManager: 'kubectl-create' },
    );
    const back = await run('rollback', 'shop', '--to', '1');
    expect(back).toMatchObject({ exit: 0, stderr: expect.stringContaining('kubectl-create also manages') });
    expect(await client.get(reference)).toMatchObject({ spec: { components: [{ revisionName: 'web-v1' }] } });
  });
});

test('events are those of the application and all below it', async () => {
  const { run } = await aNamespace();
  await run('up', '-f', aShop({ dependsOn: 'db' }));
  const all = (await run('events', 'shop', '-o', 'json')).json().items;
  const kinds = new Set(all.map(({ object }) => (object as { kind: string }).kind));
  expect([...kinds]).toEqual(expect.arrayContaining(['ApplicationConfiguration', 'Deployment', 'Pod']));
  const own = (await run('events', 'shop', '-c', 'db', '-o', 'name')).stdout;
  expect(own).toMatch(/deployment\/db/);
  expect(own).not.toMatch(/deployment\/web/);
});

test('logs are not made up where pods are simulated', async () => {
  const { run } = await aNamespace();
  await run('up', '-f', aShop());
  expect(await run('logs', 'shop')).toMatchObject({ exit: 5, stderr: expect.stringContaining('simulates its pods') });
  expect(await run('logs', 'shpo')).toMatchObject({ exit: 1, stderr: expect.stringContaining('no application') });
});

test('deleting takes everything along', async () => {
  const { run, namespace } = await aNamespace();
  await run('up', '-f', aShop());
  expect(await run('delete', 'shop')).toMatchObject({ exit: 2 });
  expect(await run('delete', 'shop', '--yes')).toMatchObject({ exit: 0 });
  const left = await client.list({ apiVersion: 'apps/v1', kind: 'Deployment' }, { namespace });
  expect(left.items).toEqual([]);
});
