import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubernetesObject } from '@capstan/base';
import { CAPSTAN_KINDS } from '@capstan/capability-model';
import { connect, type KubeClient } from '@capstan/kube';
import { startControlPlane, type TestControlPlane } from '@capstan/sandbox/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  assertApproved,
  catalogOf,
  executeInstall,
  type InstallerContext,
  type InstallPlan,
  planInstall,
  planRollback,
  planUpgrade,
  readDirectoryRegistry,
} from '../src/index.ts';
import { type TestPackage, writeTestCenter } from '../src/testing/index.ts';
import { installerFor, prepareCluster, STAND_INS } from './testing/cluster.ts';

const NO_PODS = { deployment: false } as const;
const thing = (size: Record<string, unknown>, versions = ['v1']) => ({
  ...NO_PODS,
  crds: [{ kind: 'Thing', spec: { size: { type: 'integer', ...size }, note: { type: 'string' } }, versions }],
});
const item = (...versions: string[]) => ({ ...NO_PODS, crds: [{ kind: 'Item', versions }] });
const needsToken = {
  config: { schema: { type: 'object', additionalProperties: false, properties: { token: { type: 'string' } } } },
};

/** A package of objects only, as its metadata carries them. */
function settings(mode: string) {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { mode } };
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'settings' },
    stringData: { mode: `hush-${mode}` },
  };
  return {
    install: { namespace: 'settings', units: [{ id: 'objects', type: 'manifests', objects: [object, secret] }] },
  };
}

const PACKAGES: readonly TestPackage[] = [
  { name: 'things', chart: thing({}) },
  { name: 'things', version: '1.1.0', chart: thing({ minimum: 1 }) },
  { name: 'items', chart: item('v1') },
  { name: 'items', version: '1.1.0', chart: item('v1', 'v2') },
  { name: 'items', version: '2.0.0', chart: item('v2'), fields: { upgrade: { from: ['>=1'] } } },
  { name: 'settings', chart: NO_PODS, fields: settings('1') },
  { name: 'settings', version: '1.1.0', chart: NO_PODS, fields: settings('2') },
  { name: 'shop', needs: { library: '^1.0.0' }, chart: NO_PODS },
  { name: 'library', chart: NO_PODS },
  { name: 'library', version: '1.1.0', chart: NO_PODS },
  { name: 'library', version: '1.2.0', chart: NO_PODS, fields: needsToken },
];

let cluster: TestControlPlane;
let context: InstallerContext;
let client: KubeClient;
let folder: string;

beforeAll(async () => {
  cluster = await startControlPlane();
  folder = await mkdtemp(join(tmpdir(), 'capstan-plan-'));
  const { record, packages, charts } = await writeTestCenter(folder, { packages: PACKAGES });
  expect(packages).toHaveLength(PACKAGES.length);
  const registry = new URL('../../../capability-registry', import.meta.url).pathname;
  const keda = await readDirectoryRegistry({ name: 'capstan', location: registry });
  context = await installerFor(cluster.kubeconfig, [], [charts, STAND_INS]);
  context = {
    ...context,
    catalog: catalogOf([...(await readDirectoryRegistry(record)), ...keda], ['capstan', 'test']),
  };
  client = context.client;
  await prepareCluster(client);
});

afterAll(async () => {
  client?.close();
  await cluster?.stop();
  await rm(folder, { recursive: true, force: true });
});

const only = (plan: InstallPlan, name: string) => {
  const found = plan.packages.find((planned) => planned.name === name);
  if (!found) throw new Error(`the plan has no ${name}`);
  return found;
};
const install = async (goals: Parameters<typeof planInstall>[1]['goals']) =>
  executeInstall(context, await planInstall(context, { goals }));
const aThing = (name: string, spec: Record<string, unknown>): KubernetesObject => ({
  apiVersion: 'things.example.org/v1',
  kind: 'Thing',
  metadata: { namespace: 'default', name },
  spec,
});
const apply = (object: KubernetesObject) => client.apply(object, { fieldManager: 'test' });

describe('a plan', () => {
  test('has the same digest whenever and in whatever order it is asked for, and one that was approved holds', async () => {
    const goals = [
      { package: 'things', range: '1.0.0' },
      { package: 'items', range: '1.0.0' },
    ];
    const [first, second] = [
      await planInstall(context, { goals }),
      await planInstall(context, { goals: goals.toReversed() }),
    ];
    expect(second.digest).toBe(first.digest);
    assertApproved(second, first.digest);
    expect(first).toMatchObject({ operation: 'install', certificate: { rollback: 'possible' }, blockers: [] });
    await executeInstall(context, second);
    const after = await planInstall(context, { goals });
    expect(after.changes).toBe(false);
    assertApproved(after, first.digest);
    const other = await planInstall(context, { goals: goals.slice(1) });
    expect(other.changes).toBe(false);
    expect(() => assertApproved(other, first.digest)).toThrow(/it is of another question/);
  });
});

describe('an upgrade', () => {
  test('is refused while a stored object does not fit the new CRD, and names it', async () => {
    await apply(aThing('fits', { size: 2 }));
    await apply(aThing('offends', { size: 0, note: 'hush-hush' }));
    const plan = await planUpgrade(context, { packages: ['things'] });
    const [crd] = only(plan, 'things').crds;
    expect(crd?.verdict).toMatchObject({
      verdict: 'blocked',
      findings: [{ rule: 'bound-tightened', severity: 'unsafe', path: 'spec.size', version: 'v1' }],
      instances: { checked: 2, invalid: 1, offenders: [{ namespace: 'default', name: 'offends' }] },
    });
    expect(plan.blockers).toMatchObject([{ code: 'CAPSTAN_CAP_CRD_UNSAFE' }]);
    expect(plan.blockers[0]?.message).toContain('default/offends (spec.size must be >= 1)');
    expect(JSON.stringify(plan)).not.toContain('hush');
    await client.delete({ apiVersion: 'things.example.org/v1', kind: 'Thing', namespace: 'default', name: 'offends' });
    const again = await planUpgrade(context, { packages: ['things'] });
    expect(again.blockers).toEqual([]);
    expect(only(again, 'things')).toMatchObject({ action: 'upgrade', from: '1.0.0', version: '1.1.0' });
    expect(again.warnings.join()).toContain('The one stored object fits');
  });

  test('plans the migration of what is stored: after the new CRD, or before it where it lacks the version', async () => {
    await apply({ ...aThing('kept', { size: 1 }), kind: 'Item' });
    const first = await planUpgrade(context, { packages: ['items'], to: '1.1.0' });
    expect(only(first, 'items').crds[0]).toMatchObject({
      storage: 'v2',
      migrate: { from: ['v1'], to: 'v2', when: 'after', instances: 1 },
    });
    expect(first.certificate).toMatchObject({ rollback: 'possible' });
    const tooFar = await planUpgrade(context, { packages: ['items'], to: '2.0.0' });
    expect(tooFar.blockers[0]).toMatchObject({ code: 'CAPSTAN_CAP_CRD_CONFLICT' });
    expect(tooFar.certificate).toMatchObject({ rollback: 'until', until: 'crd' });
    await executeInstall(context, first);
    // Somebody, or an earlier tool, left the old version in the status although nothing is stored in it any more.
    const name = 'items.things.example.org';
    const reference = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name };
    await client.patch(reference, { status: { storedVersions: ['v1', 'v2'] } }, { subresource: 'status' });
    const second = await planUpgrade(context, { packages: ['items'] });
    expect(second.blockers).toEqual([]);
    expect(only(second, 'items').crds[0]?.migrate).toMatchObject({ from: ['v1'], to: 'v2', when: 'before' });
  });

  test('lifts only what is named, keeps values, and says which of them a version refuses', async () => {
    await install([{ package: 'library', range: '1.0.0', values: { message: 'mine' } }, { package: 'shop' }]);
    const other = await planUpgrade(context, { packages: ['shop'] });
    expect(other).toMatchObject({ changes: false, operation: 'upgrade' });
    const plan = await planUpgrade(context, { packages: ['library'], to: '1.1' });
    expect(plan.packages).toMatchObject([
      { name: 'library', version: '1.1.0', values: { message: 'mine' }, valuesFrom: 'kept' },
    ]);
    expect(plan.resolution.changes).toContainEqual(expect.objectContaining({ package: 'shop', action: 'keep' }));
    const refused = await planUpgrade(context, { packages: ['library'] });
    expect(refused.blockers).toMatchObject([{ code: 'CAPSTAN_CAP_VALUES_INVALID' }]);
    expect(refused.blockers[0]?.message).toContain('message');
    const given = await planUpgrade(context, { packages: ['library'], values: { token: 'x' } });
    expect(given).toMatchObject({ blockers: [], packages: [{ version: '1.2.0', valuesFrom: 'given' }] });
  });

  test('does not move what is paused, and says so', async () => {
    await client.patch({ ...CAPSTAN_KINDS.install, name: 'library' }, { spec: { paused: true } });
    const plan = await planUpgrade(context, { packages: ['library'], to: '1.1' });
    expect(plan.blockers).toMatchObject([{ code: 'CAPSTAN_CAP_PAUSED', message: expect.stringContaining('library') }]);
    expect(only(plan, 'library').action).toBe('none');
    const all = await planUpgrade(context, { packages: 'all' });
    expect(all.packages.find(({ name }) => name === 'library')?.action ?? 'none').toBe('none');
    expect(all.warnings).toContain('library is paused and stays as it is.');
    await client.patch({ ...CAPSTAN_KINDS.install, name: 'library' }, { spec: { paused: null } });
  });

  test('keeps what no center offers any more', async () => {
    const gone = catalogOf(
      context.catalog.entries.filter(({ metadata }) => metadata.name !== 'library'),
      ['test'],
    );
    const plan = await planInstall({ ...context, catalog: gone }, { goals: [{ package: 'shop' }] });
    expect(plan).toMatchObject({ changes: false });
    expect(only(plan, 'library')).toMatchObject({ version: '1.0.0', action: 'none' });
  });
});

test('objects of a package itself are compared like those of charts, and Secrets are masked', async () => {
  await install([{ package: 'settings', range: '1.0.0' }]);
  const plan = await planUpgrade(context, { packages: ['settings'] });
  const [unit] = only(plan, 'settings').units;
  expect(unit).toMatchObject({ type: 'manifests', action: 'upgrade', namespace: 'settings' });
  const changes = unit?.objects.map(({ object, changes: found }) => [
    object.kind,
    found?.filter(({ path }) => path.includes('mode')),
  ]);
  expect(changes).toEqual([
    ['ConfigMap', [{ path: 'data.mode', before: '1', after: '2' }]],
    ['Secret', [{ path: 'data.mode', hidden: true }]],
  ]);
});

describe('going back', () => {
  test('takes content and charts from the cluster, and keeps CRDs', async () => {
    await install([{ package: 'library', range: '1.1' }]);
    const nothing = {
      ...context,
      catalog: catalogOf([], []),
      resolveChart: () => Promise.reject(new Error('no registry')),
    };
    const plan = await planRollback(nothing, { package: 'library' });
    expect(plan).toMatchObject({ operation: 'rollback', blockers: [], changes: true });
    expect(plan.packages).toMatchObject([
      {
        name: 'library',
        version: '1.0.0',
        from: '1.1.0',
        action: 'downgrade',
        revision: 1,
        values: { message: 'mine' },
      },
    ]);
    expect(plan.resolution.changes).toContainEqual(
      expect.objectContaining({ because: { kind: 'goal', text: 'you go back to revision 1 (1.0.0)' } }),
    );
    const stored = await planRollback(nothing, { package: 'items' });
    expect(only(stored, 'items')).toMatchObject({ version: '1.0.0', crds: [{ action: 'keep-newer' }] });
    expect(stored.warnings.join()).toContain('CRDs never go back');
    await expect(planRollback(nothing, { package: 'library', to: '0.9.0' })).rejects.toMatchObject({
      code: 'CAPSTAN_CAP_NO_REVISION',
    });
  });
});

describe('what was installed by hand with Helm', () => {
  test('is refused, or taken over in its version and with its values without any change', async () => {
    const values = { operator: { replicaCount: 2 } };
    const flags = { namespace: 'keda', createNamespace: true, values, wait: true };
    await context.helm.install('keda', join(STAND_INS, 'keda', '2.19.0'), flags);
    client.discovery.invalidate();
    const refused = await planInstall(context, { goals: [{ package: 'keda' }] });
    expect(refused.blockers[0]).toMatchObject({ code: 'CAPSTAN_CAP_RELEASE_CONFLICT' });
    expect(refused.blockers[0]?.next?.[0]).toContain('cap install keda --adopt');
    const plan = await planInstall(context, { goals: [{ package: 'keda' }], adopt: true });
    expect(plan.blockers).toEqual([]);
    const keda = only(plan, 'keda');
    expect(keda).toMatchObject({
      action: 'adopt',
      version: '2.19.0',
      values: { replicas: 2 },
      valuesFrom: 'release',
      adopts: { version: '2.19.0-r1', confidence: 'certain', differences: [] },
    });
    expect(keda.units.flatMap(({ objects }) => objects).filter(({ action }) => action !== 'unchanged')).toEqual([]);
    expect(keda.crds.filter(({ from }) => from === 'chart').map(({ action }) => action)).toEqual(
      new Array(6).fill('unchanged'),
    );
    await executeInstall(context, plan);
    expect((await planInstall(context, { goals: [{ package: 'keda' }] })).changes).toBe(false);
  });

  test('goes on to the newer version like any other, with rights that are new and objects that were checked', async () => {
    await apply({
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata: { namespace: 'default', name: 'web' },
      spec: { scaleTargetRef: { name: 'web' }, minReplicaCount: 5, triggers: [{ type: 'cron', metadata: {} }] },
    });
    const plan = await planUpgrade(context, { packages: ['keda'] });
    const keda = only(plan, 'keda');
    expect(keda).toMatchObject({ from: '2.19.0-r1', version: '2.20.2', action: 'upgrade', values: { replicas: 2 } });
    const scaled = keda.crds.find(({ kind }) => kind === 'ScaledObject');
    expect(scaled?.verdict).toMatchObject({ verdict: 'caution', instances: { checked: 1, invalid: 0 } });
    expect(keda.permissionDelta.added.map(({ line }) => line)).toContain(
      'list/watch on replicasets (apps) in all namespaces',
    );
    expect(plan.certificate).toMatchObject({ rollback: 'possible' });
    expect(plan.blockers).toEqual([]);
  });
});

test('whoever connects anew plans the same', async () => {
  const fresh = await connect({ kubeconfig: cluster.kubeconfig });
  const [one, two] = await Promise.all(
    [client, fresh].map((each) => planUpgrade({ ...context, client: each }, { packages: ['things'] })),
  );
  expect(two?.digest).toBe(one?.digest);
  fresh.close();
});
