import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isCapstanError, type KubernetesObject } from '@capstan/base';
import type { KubeClient } from '@capstan/kube';
import { startControlPlane, type TestControlPlane } from '@capstan/sandbox/testing';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import {
  assertApproved,
  executeInstall,
  executeUninstall,
  type InstallerContext,
  listInstalled,
  planInstall,
  planRollback,
  planUninstall,
  planUpgrade,
  type UninstallRequest,
} from '../src/index.ts';
import { readLock } from '../src/installer/lock.ts';
import { readRelease } from '../src/plan/release-state.ts';
import { TEST_GROUP, writeTestCenter } from '../src/testing/index.ts';
import { installerFor, prepareCluster } from './testing/cluster.ts';

const WIDGET = { apiVersion: `${TEST_GROUP}/v1`, kind: 'Widget' };
const GADGET = { apiVersion: `${TEST_GROUP}/v1`, kind: 'Gadget' };
const WIDGET_ONE = { ...WIDGET, namespace: 'default', name: 'one' };
const WIDGETS = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  name: `widgets.${TEST_GROUP}`,
};
const FINALIZER = `${TEST_GROUP}/cleanup`;

const HOOKS = `apiVersion: v1
kind: ServiceAccount
metadata: {name: maker, annotations: {helm.sh/hook: pre-install}}
---
apiVersion: v1
kind: Secret
metadata: {name: once, annotations: {helm.sh/hook: pre-install}}
`;

/** Needs `base`; of its kinds, Gadgets are drained before Widgets. It may be removed with its objects. */
const PACKAGES = [
  { name: 'store', chart: { deployment: false } },
  { name: 'base', needs: { store: '*' }, chart: { deployment: false } },
  {
    name: 'widgets',
    needs: { base: '*' },
    chart: { crds: [{ kind: 'Widget' }, { kind: 'Gadget' }], templates: { 'hooks.yaml': HOOKS } },
    fields: {
      uninstall: {
        timeoutSeconds: 3,
        drain: [{ apiVersion: `${TEST_GROUP}/v1`, kind: 'Gadget' }],
        leftovers: [{ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'widgets', name: 'made-at-run-time' }],
        external: 'Records at the billing service stay.',
      },
    },
  },
  { name: 'rings', chart: { deployment: false, crds: [{ kind: 'Ring' }] } },
  {
    name: 'rings',
    version: '1.1.0',
    chart: { deployment: false, crds: [{ kind: 'Ring' }, { kind: 'Chain' }] },
    fields: { upgrade: { from: ['*'] } },
  },
] as const;

let cluster: TestControlPlane;
let context: InstallerContext;
let client: KubeClient;

beforeAll(async () => {
  cluster = await startControlPlane();
  context = await contextFor(cluster.kubeconfig);
  client = context.client;
  await prepareCluster(client);
});

afterAll(async () => {
  client?.close();
  await cluster?.stop();
});

afterEach(async () => {
  for (const kind of [WIDGET, GADGET]) {
    const { items } = await client.list(kind);
    for (const { metadata } of items) {
      const object = { ...kind, namespace: 'default', name: metadata.name };
      await client.patch(object, { metadata: { finalizers: null } });
      await client.delete(object);
    }
  }
});

async function contextFor(kubeconfig: string): Promise<InstallerContext> {
  const center = await writeTestCenter(await aDirectory(afterAll), { packages: PACKAGES });
  return installerFor(kubeconfig, center.packages, [center.charts]);
}

async function aDirectory(whenDone: (undo: () => Promise<void>) => void = onTestFinished): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'capstan-removal-'));
  whenDone(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

const install = async (name = 'widgets') =>
  executeInstall(context, await planInstall(context, { goals: [{ package: name }] }));

const planOf = (request: Partial<UninstallRequest> = {}) => planUninstall(context, { package: 'widgets', ...request });

const uninstall = async (request: Partial<UninstallRequest> = {}) => executeUninstall(context, await planOf(request));

const make = (kind: typeof WIDGET, name: string, more: Partial<KubernetesObject['metadata']> = {}) =>
  client.apply({ ...kind, metadata: { name, namespace: 'default', ...more }, spec: { size: 3 } } as KubernetesObject);

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: unknown) => (isCapstanError(error) ? error.code : String(error)),
  );

describe('a removal', () => {
  test('is refused while objects exist, and its plan says how many, where, and who serves their finalizers', async () => {
    await install();
    await make(WIDGET, 'one', { finalizers: [FINALIZER] });
    await make(GADGET, 'two', { finalizers: ['billing.example.com/invoice'] });
    const plan = await planOf();
    const [removal] = plan.packages;
    expect(removal?.instances).toMatchObject([
      {
        kind: 'Widget',
        total: 1,
        byNamespace: { default: 1 },
        finalizers: [{ name: FINALIZER, objects: 1, servedBy: 'deployment/widgets/widgets' }],
      },
      { kind: 'Gadget', finalizers: [{ name: 'billing.example.com/invoice', objects: 1 }] },
    ]);
    expect(plan.warnings).toEqual([
      'The finalizer billing.example.com/invoice of 1 Gadget is served by nobody known here: their deletion may wait for ever.',
    ]);
    expect(plan.unneeded.map(({ name }) => name)).toEqual(['base', 'store']);
    const error = await executeUninstall(context, plan).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'CAPSTAN_CAP_INSTANCES_EXIST', exit: 5 });
    expect(await client.get(WIDGET_ONE)).toBeDefined();
    expect(await planOf()).toMatchObject({ digest: plan.digest });
  });

  test('that gets stuck at a finalizer has removed nothing yet, and goes on from there', async () => {
    await install();
    await make(WIDGET, 'one', { finalizers: [FINALIZER] });
    const archive = join(await aDirectory(), 'saved');
    const begun = await planOf({ archive });
    const error = await executeUninstall(context, begun).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'CAPSTAN_CAP_REMOVAL_STUCK', exit: 6 });
    expect(String((error as { hint: string }).hint)).toContain(FINALIZER);
    expect(await readRelease(client, 'widgets', 'widgets')).toMatchObject({ status: 'deployed' });
    expect(await listInstalled(context)).toContainEqual(expect.objectContaining({ name: 'widgets', phase: 'Stalled' }));
    await client.patch(WIDGET_ONE, { metadata: { finalizers: null } });
    const rest = await planOf({ archive });
    expect(rest.resumes).toMatchObject({ step: 'drain' });
    assertApproved(rest, begun.digest);
    const result = await uninstall({ archive });
    expect(result.archive).toMatchObject({ directory: archive, objects: 1, restore: `kubectl apply -f ${archive}` });
    expect(await readRelease(client, 'widgets', 'widgets')).toBeUndefined();
    expect(await client.get(WIDGETS)).toBeDefined();
  });

  test('is approved by the digest of its plan: with what is asked for, in force and deleted, and nothing else', async () => {
    await install();
    const archive = join(await aDirectory(), 'saved');
    const plan = await planOf({ archive });
    expect(plan.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    assertApproved(await planOf({ archive }), plan.digest);
    const moved = async (request: Partial<UninstallRequest>) => {
      const now = await planOf(request);
      try {
        assertApproved(now, plan.digest);
      } catch (error) {
        return isCapstanError(error, 'CAPSTAN_CAP_PLAN_STALE') ? error.fields['moved'] : error;
      }
      return 'nothing';
    };
    expect(await moved({ archive, prune: true })).toContain('values');
    expect(await moved({ archive, deleteCrds: true })).toEqual(['values']);
    expect(await moved({ package: 'base', archive })).toEqual(['values', 'catalog', 'cluster']);
    await make(WIDGET, 'one');
    expect(await moved({ archive })).toEqual(['cluster']);
    const withOne = await planOf({ archive });
    await make(WIDGET, 'two');
    assertApproved(await planOf({ archive }), withOne.digest);
  });

  test('with an archive loses nothing: installed again and applied again, the objects are back', async () => {
    await install();
    await make(WIDGET, 'one', { labels: { team: 'a' } });
    await make(GADGET, 'two');
    await client.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'made-at-run-time', namespace: 'widgets' },
    });
    const archive = join(await aDirectory(), 'saved');
    const result = await uninstall({ archive });
    expect(result.removed).toEqual(['Helm release widgets/widgets', 'configmap/widgets/made-at-run-time']);
    expect(result.kept).toEqual([
      {
        what: 'Secret widgets/once',
        why: 'a hook of the chart made it, and it may hold what was made only once',
        delete: 'kubectl delete secret once --namespace widgets',
      },
      ...['gadgets', 'widgets'].map((plural) => ({
        what: `CRD ${plural}.${TEST_GROUP}`,
        why: 'kept, so that no object of its kind is lost',
        delete: `kubectl delete customresourcedefinition ${plural}.${TEST_GROUP}`,
      })),
      expect.objectContaining({ what: 'namespace widgets', why: 'it holds things of others (secret/widgets/once)' }),
      { what: 'outside of the cluster', why: 'Records at the billing service stay.' },
    ]);
    expect(result.unneeded.map(({ name }) => name)).toEqual(['base', 'store']);
    expect((await client.list(WIDGET)).items).toEqual([]);
    expect(await client.get({ apiVersion: 'v1', kind: 'ServiceAccount', namespace: 'widgets', name: 'maker' })).toBe(
      undefined,
    );
    await install();
    await restore(archive);
    expect(await client.get(WIDGET_ONE)).toMatchObject({ metadata: { labels: { team: 'a' } }, spec: { size: 3 } });
    expect((await client.list(GADGET)).items).toHaveLength(1);
  });

  test('whose archive cannot be written deletes nothing', async () => {
    await install();
    await make(WIDGET, 'one');
    expect(await codeOf(uninstall({ archive: '/proc/capstan' }))).toBe('CAPSTAN_CAP_ARCHIVE_FAILED');
    expect((await client.get(WIDGET_ONE))?.metadata.deletionTimestamp).toBeUndefined();
    expect(await readRelease(client, 'widgets', 'widgets')).toMatchObject({ status: 'deployed' });
    // Installed instead of removed: new objects may be made again.
    const guard = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy' };
    expect((await client.list(guard)).items).toHaveLength(1);
    expect(await install()).toMatchObject({ changed: true });
    expect((await client.list(guard)).items).toEqual([]);
    expect(await listInstalled(context)).toContainEqual(expect.objectContaining({ name: 'widgets', phase: 'Ready' }));
  });

  test('of what others need is refused, or with cascade and prune takes all in one plan, dependents first', async () => {
    await install();
    expect(await codeOf(uninstall({ package: 'base' }))).toBe('CAPSTAN_CAP_IN_USE');
    const plan = await planOf({ package: 'base', cascade: true, prune: true, deleteCrds: true });
    expect(plan.packages.map(({ name, why }) => [name, why])).toEqual([
      ['widgets', 'dependent'],
      ['base', 'asked'],
      ['store', 'unneeded'],
    ]);
    // Controllers leave the Leases behind by which one of them was elected.
    await client.apply({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'leader', namespace: 'store' },
      spec: { holderIdentity: 'nobody' },
    });
    const result = await executeUninstall(context, plan);
    expect(result.packages.map(({ name }) => name)).toEqual(['widgets', 'base', 'store']);
    expect(await readLock(client)).toMatchObject({ packages: {}, removed: { widgets: {}, base: {}, store: {} } });
    expect(await client.get(WIDGETS)).toBeUndefined();
    expect(await client.get({ apiVersion: 'v1', kind: 'Namespace', name: 'store' })).toBeUndefined();
  });

  test('removes no more than its plan shows', async () => {
    await install('base');
    const plan = await planOf({ package: 'base', cascade: true });
    await install();
    expect(await codeOf(executeUninstall(context, plan))).toBe('CAPSTAN_CAP_PLAN_STALE');
    expect(await readRelease(client, 'base', 'base')).toMatchObject({ status: 'deployed' });
  });
});

test('new objects are kept out while a removal goes on, and may be made again when it has ended', async () => {
  // Only a real API server evaluates admission policies.
  const real = await startControlPlane({ engine: 'real' });
  onTestFinished(() => real.stop());
  const there = await contextFor(real.kubeconfig);
  onTestFinished(() => there.client.close());
  await prepareCluster(there.client);
  await executeInstall(there, await planInstall(there, { goals: [{ package: 'widgets' }] }));
  const widget = { ...WIDGET, metadata: { name: 'one', namespace: 'default', finalizers: [FINALIZER] } };
  await there.client.create(widget);
  const plan = await planUninstall(there, { package: 'widgets', archive: join(await aDirectory(), 'saved') });
  let refused: Promise<string> | undefined;
  await executeUninstall(there, plan, {
    onProgress: (event) => {
      if (event.type !== 'note' || event.step !== 'drain' || refused) return;
      refused = refusalOf(there.client).finally(() =>
        there.client.patch(WIDGET_ONE, { metadata: { finalizers: null } }),
      );
    },
  });
  expect(await refused).toContain('is being removed');
  // A policy that is gone counts for a moment more.
  await vi.waitFor(
    () => there.client.create({ ...WIDGET, metadata: { name: 'later', namespace: 'default' }, spec: { size: 1 } }),
    { timeout: 20_000, interval: 100 },
  );
});

test('a removal knows the CRDs of a version that was rolled back', async () => {
  const goals = [{ package: 'rings', range: '1.0.0' }];
  await executeInstall(context, await planInstall(context, { goals }));
  await executeInstall(context, await planUpgrade(context, { packages: ['rings'] }));
  await executeInstall(context, await planRollback(context, { package: 'rings' }));
  await make({ apiVersion: `${TEST_GROUP}/v1`, kind: 'Chain' }, 'kept');
  const request = { package: 'rings', deleteCrds: true };
  const plan = await planOf(request);
  expect(plan.packages[0]?.crds.map(({ name }) => name)).toEqual([`rings.${TEST_GROUP}`, `chains.${TEST_GROUP}`]);
  expect(JSON.stringify(plan.blockers)).toContain('1 Chain in default');
  await client.delete({ apiVersion: `${TEST_GROUP}/v1`, kind: 'Chain', namespace: 'default', name: 'kept' });
  await uninstall(request);
  expect(await client.get({ ...WIDGETS, name: `chains.${TEST_GROUP}` })).toBeUndefined();
});

/** How the API server refuses a new object; it takes up a policy a moment after it was made. */
async function refusalOf(there: KubeClient): Promise<string> {
  for (let attempt = 0; ; attempt += 1) {
    const name = `new-${attempt}`;
    try {
      await there.create({ ...WIDGET, metadata: { name, namespace: 'default' } });
    } catch (error) {
      return String(error);
    }
    await there.delete({ ...WIDGET, namespace: 'default', name });
  }
}

/** Applies an archive as `kubectl apply -f` does: its YAML files in the order of their names. */
async function restore(directory: string): Promise<void> {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.yaml')).sort();
  for (const file of files) {
    const text = await readFile(join(directory, file), 'utf8');
    for (const document of parseAllDocuments(text, { version: '1.1' })) {
      await client.apply(document.toJS() as KubernetesObject, { fieldManager: 'kubectl' });
    }
  }
}
