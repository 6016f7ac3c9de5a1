import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isCapstanError, type KubernetesObject, systemClock } from '@capstan/base';
import type { KubeClient } from '@capstan/kube';
import { startControlPlane, type TestControlPlane } from '@capstan/sandbox/testing';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  type ExecuteOptions,
  executeInstall,
  executeUninstall,
  type InstallerContext,
  type InstallGoal,
  type OnProgress,
  planInstall,
  planUninstall,
  type UninstallRequest,
} from '../src/index.ts';
import { readRelease } from '../src/plan/release-state.ts';
import { installerFor, prepareCluster } from './testing/cluster.ts';
import {
  behind,
  crdOfTrap,
  crdText,
  kindOfTrap,
  MAP,
  PROGRAM,
  TRAP_GROUP,
  type Trap,
  writeTraps,
} from './testing/trap-charts.ts';

const KEEP = { 'helm.sh/resource-policy': 'keep' };
const NO_KEEP = {};

/** The ways in which charts bring their CRDs, and who then owns them. */
const STYLES: readonly Trap[] = [
  {
    name: 'switched',
    crd: 'capstan',
    files: { 'templates/a.yaml': behind('crds', crdText('switched')), 'templates/m.yaml': MAP },
  },
  {
    name: 'keeping',
    crd: 'capstan',
    files: { 'templates/a.yaml': behind('crds', crdText('keeping', KEEP)), 'templates/m.yaml': MAP },
  },
  { name: 'folder', crd: 'capstan', files: { 'crds/a.yaml': crdText('folder'), 'templates/m.yaml': MAP } },
  { name: 'templated', crd: 'helm', files: { 'templates/a.yaml': crdText('templated'), 'templates/m.yaml': MAP } },
  { name: 'runtime', crd: 'runtime', files: { 'templates/m.yaml': MAP } },
];

const POST_INSTALL = `apiVersion: batch/v1
kind: Job
metadata: {name: check, annotations: {helm.sh/hook: post-install}}
spec:
  template: {spec: {restartPolicy: Never, nodeSelector: {no: such-node}, containers: [{name: c, image: "example.org/c:1"}]}}
`;

const OWN_INSTANCE = `apiVersion: ${TRAP_GROUP}/v1
kind: Self
metadata: {name: mine, finalizers: [${TRAP_GROUP}/self]}
`;

const TRAPS: readonly Trap[] = [
  ...STYLES,
  {
    name: 'switched',
    version: '2.0.0',
    crd: 'capstan',
    files: STYLES[0]?.files ?? {},
    fields: { upgrade: { from: ['>=1.0.0'] } },
  },
  { name: 'alone', crd: 'helm', files: { 'templates/a.yaml': crdText('alone'), 'templates/m.yaml': MAP } },
  {
    name: 'flip',
    crd: 'capstan',
    files: { 'templates/a.yaml': behind('crds', crdText('flip')), 'templates/m.yaml': MAP },
  },
  {
    name: 'twice',
    crd: 'capstan',
    files: {
      'crds/a.yaml': crdText('twice'),
      'templates/a.yaml': behind('crds', crdText('twice')),
      'templates/m.yaml': MAP,
    },
  },
  {
    name: 'before',
    crd: 'capstan',
    files: { 'templates/a.yaml': behind('crds', crdText('before')), 'templates/m.yaml': MAP },
  },
  {
    name: 'never',
    crd: 'capstan',
    files: { 'templates/a.yaml': behind('crds', crdText('never', NO_KEEP, 'SwitchedList')), 'templates/m.yaml': MAP },
  },
  { name: 'hooked', files: { 'templates/m.yaml': MAP, 'templates/hook.yaml': POST_INSTALL } },
  {
    name: 'self',
    crd: 'capstan',
    files: {
      'templates/a.yaml': behind('crds', crdText('self')),
      'templates/m.yaml': PROGRAM,
      'templates/i.yaml': OWN_INSTANCE,
    },
  },
  {
    name: 'owners',
    files: { 'templates/m.yaml': PROGRAM },
    unit: { valuesFrom: [{ from: 'replicas', to: 'replicas' }] },
    fields: { config: { schema: { type: 'object', properties: { replicas: { type: 'integer' } } } } },
  },
  { name: 'lies', files: { 'templates/m.yaml': MAP }, fields: { platform: { kubernetes: '>=99' } } },
  {
    name: 'asks',
    files: {
      'Chart.yaml': 'apiVersion: v2\nname: asks\nversion: 1.0.0\nkubeVersion: ">=99"\n',
      'templates/m.yaml': MAP,
    },
  },
  {
    name: 'deployed',
    files: { 'templates/m.yaml': PROGRAM },
    fields: {
      health: {
        probes: [
          {
            id: 'map',
            type: 'field',
            target: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'deployed', name: 'written-by-the-program' },
            path: 'data.ready',
            level: 'blocking',
          },
        ],
      },
    },
  },
  { name: 'named', files: { 'templates/m.yaml': PROGRAM }, unit: { release: 'named-gateway' } },
];

let cluster: TestControlPlane;
let context: InstallerContext;
let client: KubeClient;
let charts: string;

beforeAll(async () => {
  cluster = await startControlPlane();
  charts = await aDirectory(afterAll);
  context = await installerFor(cluster.kubeconfig, await writeTraps(charts, TRAPS), [charts]);
  client = context.client;
  await prepareCluster(client);
  for (const { name } of TRAPS) await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
});

afterAll(async () => {
  client?.close();
  await cluster?.stop();
});

async function aDirectory(whenDone: (undo: () => Promise<void>) => void = onTestFinished): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'capstan-traps-'));
  whenDone(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

const chart = (name: string) => join(charts, name, '1.0.0');

async function install(name: string, goal: Partial<InstallGoal> = {}, options: ExecuteOptions = {}) {
  return executeInstall(context, await planInstall(context, { goals: [{ package: name, ...goal }] }), options);
}

const uninstall = async (name: string, request: Partial<UninstallRequest> = {}) =>
  executeUninstall(context, await planUninstall(context, { package: name, ...request }));

/** Makes an instance of a trap's kind, as a user would. */
function make(name: string, more: Partial<KubernetesObject['metadata']> = {}): Promise<KubernetesObject> {
  return client.apply({ ...kindOfTrap(name), metadata: { name: 'mine', namespace: 'default', ...more } });
}

const instance = (name: string) => client.get({ ...kindOfTrap(name), namespace: 'default', name: 'mine' });

const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => ({ code: 'no error' }),
    (error: unknown) => (isCapstanError(error) ? error : { code: String(error) }),
  );

describe('CRDs, however a chart brings them', () => {
  test.each(STYLES.map(({ name }) => name))(
    '%s: a removal loses no instance, and what was removed comes back',
    async (name) => {
      // What a controller would make later is there: the chart has no part in it.
      if (name === 'runtime') await client.apply(JSON.parse(crdText('runtime')));
      await install(name);
      await make(name);
      expect(await errorOf(uninstall(name))).toMatchObject({ code: 'CAPSTAN_CAP_INSTANCES_EXIST', exit: 5 });
      expect(await instance(name)).toBeDefined();
      const { archive } = await uninstall(name, { archive: join(await aDirectory(), 'saved') });
      expect(archive).toMatchObject({ objects: 1 });
      expect(await readRelease(client, name, name)).toBeUndefined();
      expect(await client.get(crdOfTrap(name))).toBeDefined();
      // With no controller there is still no instance that was lost: a new one may be made, and a new install takes it up.
      await make(name);
      await install(name);
      expect(await instance(name)).toBeDefined();
    },
  );

  test('an uninstall by Helm alone loses every instance, also of a live CRD that says keep', async () => {
    await context.helm.install('alone', chart('alone'), { namespace: 'alone' });
    await make('alone');
    await client.patch(crdOfTrap('alone'), { metadata: { annotations: KEEP } });
    await context.helm.uninstall('alone', { namespace: 'alone', wait: true });
    expect(await client.get(crdOfTrap('alone'))).toBeUndefined();
  });

  test('a switch that is turned over by an upgrade loses every instance with Helm alone, and none with Capstan', async () => {
    await context.helm.install('flip', chart('flip'), { namespace: 'flip', values: { crds: true } });
    await make('flip');
    await context.helm.upgrade('flip', chart('flip'), { namespace: 'flip', values: { crds: false } });
    expect(await client.get(crdOfTrap('flip'))).toBeUndefined();
    await context.helm.uninstall('flip', { namespace: 'flip', wait: true });
    await install('flip');
    await make('flip');
    await context.helm.upgrade('flip', chart('flip'), { namespace: 'flip', values: { crds: false } });
    expect(await instance('flip')).toBeDefined();
  });

  test('an upgrade changes CRDs that Helm would never touch again, and keeps their instances', async () => {
    await install('switched', { range: '2.0.0' });
    expect(await instance('switched')).toBeDefined();
    expect((await client.get(crdOfTrap('switched')))?.metadata.annotations).toMatchObject({
      'capstan.dev/package-version': '2.0.0',
    });
  });

  test('the same CRD in crds/ and among the templates fails with Helm alone, and works with Capstan', async () => {
    const flags = { namespace: 'twice', values: { crds: true } };
    expect(await errorOf(context.helm.install('twice', chart('twice'), flags))).toMatchObject({
      code: 'CAPSTAN_HELM_OWNERSHIP',
    });
    await context.helm.uninstall('twice', { namespace: 'twice', ignoreNotFound: true });
    await client.delete(crdOfTrap('twice'));
    await install('twice');
    expect(await client.get(crdOfTrap('twice'))).toBeDefined();
  });

  test('CRDs that somebody applied before are named with their owner and left alone', async () => {
    await client.apply(JSON.parse(crdText('before')), { fieldManager: 'kubectl' });
    const flags = { namespace: 'before', values: { crds: true } };
    expect(await errorOf(context.helm.install('before', chart('before'), flags))).toMatchObject({
      code: 'CAPSTAN_HELM_OWNERSHIP',
    });
    const error = await errorOf(install('before'));
    expect(error).toMatchObject({
      code: 'CAPSTAN_CAP_CRD_CONFLICT',
      exit: 5,
      message: expect.stringContaining('kubectl'),
    });
    expect(await readRelease(client, 'before', 'before')).toBeUndefined();
  });

  test('CRDs that stayed are taken up again by a release of any name', async () => {
    const flags = { namespace: 'keeping', values: { crds: true } };
    // They are ours by now, not those of a release: another one could not take them.
    expect(await errorOf(context.helm.install('other', chart('keeping'), flags))).toMatchObject({
      code: 'CAPSTAN_HELM_OWNERSHIP',
    });
    expect((await planInstall(context, { goals: [{ package: 'keeping' }] })).blockers).toEqual([]);
  });

  test('a CRD that is never Established stops the installation before Helm is asked for anything', async () => {
    const error = await errorOf(install('never', {}, { timeoutMs: 2500 }));
    expect(error).toMatchObject({ exit: 6, message: expect.stringContaining(crdOfTrap('never').name) });
    expect(await readRelease(client, 'never', 'never')).toBeUndefined();
  });
});

describe('deployed is not ready', () => {
  test('a release that Helm calls deployed is not Ready while a blocking check fails', async () => {
    const plan = await planInstall(context, { goals: [{ package: 'deployed' }] });
    // The time is over as soon as the check begins, however long the release took.
    const limit = { timeoutMs: 600_000 };
    let ahead = 0;
    const clock = { ...systemClock, now: () => Date.now() + ahead };
    const onProgress: OnProgress = (event) => {
      if (event.type === 'start' && event.step === 'probe') ahead = limit.timeoutMs;
    };
    const hasty = { ...context, clock, leaseMs: 10 * limit.timeoutMs };
    const error = await errorOf(executeInstall(hasty, plan, { ...limit, onProgress }));
    expect(error).toMatchObject({ code: 'CAPSTAN_CAP_PROBE_FAILED', exit: 6 });
    expect(await readRelease(client, 'deployed', 'deployed')).toMatchObject({ status: 'deployed' });
    const data = { ready: 'yes' };
    await client.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'written-by-the-program', namespace: 'deployed' },
      data,
    });
    expect((await install('deployed')).packages).toMatchObject([{ summary: 'Ready' }]);
  });

  test('a failed check after the installation is run again, where Helm alone would skip it and say deployed', async () => {
    const flags = { namespace: 'hooked' };
    const first = await errorOf(context.helm.install('alone', chart('hooked'), { ...flags, timeLimitMs: 1500 }));
    expect(first).toMatchObject({ code: 'CAPSTAN_HELM_TIMED_OUT' });
    expect(await context.helm.upgrade('alone', chart('hooked'), { ...flags, install: true })).toMatchObject({
      status: 'deployed',
    });
    await context.helm.uninstall('alone', flags);
    for (const attempt of [1, 2]) {
      const error = await errorOf(install('hooked', {}, { timeoutMs: 2500 }));
      expect([attempt, error]).toMatchObject([attempt, { exit: 6 }]);
    }
  });
});

describe('removals', () => {
  test("objects of a release whose finalizers its own program serves go before the program, against Helm's order", async () => {
    await install('self');
    const program = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'self', name: 'self' };
    const own = { ...kindOfTrap('self'), namespace: 'self', name: 'mine' };
    let whileFinalizing: KubernetesObject | undefined;
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    const plan = await planUninstall(context, { package: 'self' });
    expect(plan).toMatchObject({ blockers: [], packages: [{ instances: [{ total: 1, own: 1 }] }] });
    const serving = serveFinalizer(own, stop.signal, async () => {
      whileFinalizing = await client.get(program);
    });
    await executeUninstall(context, plan);
    await serving;
    expect(whileFinalizing).toBeDefined();
    expect(await client.get(program)).toBeUndefined();
  });

  test('an instance whose finalizer nobody serves stops it while everything still runs, and the same command ends it', async () => {
    await make('switched', { finalizers: [`${TRAP_GROUP}/forever`] });
    const archive = join(await aDirectory(), 'saved');
    expect(await errorOf(uninstall('switched', { archive }))).toMatchObject({
      code: 'CAPSTAN_CAP_REMOVAL_STUCK',
      exit: 6,
    });
    expect(await readRelease(client, 'switched', 'switched')).toMatchObject({ status: 'deployed' });
    await client.patch(
      { ...kindOfTrap('switched'), namespace: 'default', name: 'mine' },
      { metadata: { finalizers: null } },
    );
    await uninstall('switched', { archive });
    expect(await readRelease(client, 'switched', 'switched')).toBeUndefined();
  });
});

describe('names, fields and versions', () => {
  test('a field that somebody else has taken is named with its owner and not forced', async () => {
    await install('owners');
    const program = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'owners', namespace: 'owners' },
      spec: { replicas: 5 },
    };
    await client.apply(program, { fieldManager: 'autoscaler', force: true });
    const error = await errorOf(install('owners', { values: { replicas: 2 } }));
    expect(error).toMatchObject({ exit: 5 });
    expect(JSON.stringify(error)).toContain('autoscaler');
    expect(
      await client.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'owners', name: 'owners' }),
    ).toMatchObject({ spec: { replicas: 5 } });
  });

  test('a release has the name that its package gives it, for selectors depend on it', async () => {
    await install('named');
    expect(await readRelease(client, 'named-gateway', 'named')).toMatchObject({ status: 'deployed' });
    expect(
      await client.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'named', name: 'named-gateway' }),
    ).toBeDefined();
  });

  test('a chart that says nothing of Kubernetes is refused by what its package says', async () => {
    const error = await errorOf(planInstall(context, { goals: [{ package: 'lies' }] }));
    expect(error).toMatchObject({ code: 'CAPSTAN_CAP_UNSATISFIABLE', exit: 5 });
    await context.helm.template('lies', chart('lies'), { kubeVersion: '1.18.0' });
  });

  test('a chart that refuses this Kubernetes fails before anything is changed', async () => {
    expect(await errorOf(install('asks'))).toMatchObject({ code: 'CAPSTAN_HELM_CHART_INVALID' });
    expect(await readRelease(client, 'asks', 'asks')).toBeUndefined();
  });
});

/** Plays the controller of a kind: it takes the finalizer away once the object is being deleted. */
async function serveFinalizer(
  reference: { readonly apiVersion: string; readonly kind: string; readonly namespace: string; readonly name: string },
  signal: AbortSignal,
  before: () => Promise<void>,
): Promise<void> {
  const { waitFor } = await import('@capstan/kube');
  const leaving = (object: KubernetesObject | undefined) => object?.metadata.deletionTimestamp !== undefined;
  await waitFor(client, reference, leaving, { timeoutMs: 20_000, signal });
  await before();
  await client.patch(reference, { metadata: { finalizers: null } });
}
