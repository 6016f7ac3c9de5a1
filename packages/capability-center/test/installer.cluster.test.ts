import { type CapstanError, isCapstanError, type JsonObject, type KubernetesObject } from '@capstan/base';
import { CAPSTAN_KINDS, LEASES, SYSTEM_NAMESPACE } from '@capstan/capability-model';
import { aPackage } from '@capstan/capability-model/testing';
import { acquireLease, ensureNamespace, type KubeClient } from '@capstan/kube';
import { startControlPlane, type TestControlPlane } from '@capstan/sandbox/testing';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  assertExecutable,
  capabilityStatus,
  executeInstall,
  executeUninstall,
  followJournal,
  type InstallerContext,
  listInstalled,
  planInstall,
  planUninstall,
  type UninstallRequest,
} from '../src/index.ts';
import { readLock } from '../src/installer/lock.ts';
import { INSTALL_STEPS } from '../src/installer/steps.ts';
import { readRelease } from '../src/plan/release-state.ts';
import { chartDirectory, installerFor, kedaPackage, prepareCluster, STAND_INS } from './testing/cluster.ts';

const KEDA = { goals: [{ package: 'keda' }] };
const SCALED_OBJECTS = crd('scaledobjects.keda.sh');
const AUTOSCALE = {
  apiVersion: 'core.oam.dev/v1alpha2',
  kind: 'TraitDefinition',
  name: 'autoscales.traits.capstan.dev',
};
const API_SERVICE = {
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  name: 'v1beta1.external.metrics.k8s.io',
};

const SCALED_OBJECT = {
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'ScaledObject',
  spec: { scaleTargetRef: { name: 'web' }, triggers: [{ type: 'cron', metadata: {} }] },
};

let cluster: TestControlPlane;
let context: InstallerContext;
let client: KubeClient;

beforeAll(async () => {
  cluster = await startControlPlane();
  const charts = await Promise.all([
    chartDirectory('stuck', { 'deployment.yaml': UNSCHEDULABLE }),
    chartDirectory('library', { 'map.yaml': CONFIG_MAP }),
    chartDirectory('shop', { 'map.yaml': CONFIG_MAP }),
  ]);
  const packages = [
    await kedaPackage(),
    aPackage('stuck'),
    aPackage('library'),
    aPackage('shop', { requires: [{ package: 'library', range: '^1.0.0' }] }),
  ];
  context = await installerFor(cluster.kubeconfig, packages, [STAND_INS, ...charts]);
  client = context.client;
  await prepareCluster(client);
  await ensureNamespace(client, 'keda');
});

afterAll(async () => {
  client?.close();
  await cluster?.stop();
});

function crd(name: string) {
  return { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name } as const;
}

async function uninstall(request: Partial<UninstallRequest> = { deleteCrds: true }) {
  return executeUninstall(context, await planUninstall(context, { package: 'keda', ...request }));
}

async function caught(work: Promise<unknown>): Promise<CapstanError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isCapstanError(error)) throw new Error(`no CapstanError was thrown, but ${String(error)}`);
  return error;
}

function once<T>(work: () => T): () => T {
  let started: { readonly result: T } | undefined;
  return () => {
    started ??= { result: work() };
    return started.result;
  };
}

async function versions(): Promise<(string | undefined)[]> {
  const secrets = await client.list({ apiVersion: 'v1', kind: 'Secret' }, { namespace: SYSTEM_NAMESPACE });
  const objects = [
    ...secrets.items,
    await client.get({ ...CAPSTAN_KINDS.install, name: 'keda' }),
    await client.get({ ...CAPSTAN_KINDS.capability, name: 'autoscale' }),
    await client.get(SCALED_OBJECTS),
    await client.get(AUTOSCALE),
    await client.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'keda', name: 'keda-operator' }),
  ];
  return objects.map((object) => object?.metadata.resourceVersion);
}

describe('an installation', () => {
  test('is planned without changing anything, put into force, and changes nothing the second time', async () => {
    const plan = await planInstall(context, KEDA);
    const [keda] = plan.packages;
    expect(plan).toMatchObject({ changes: true, blockers: [], cluster: { simulated: true } });
    expect(keda).toMatchObject({ action: 'install', version: '2.20.2', why: 'you asked for it' });
    expect(keda?.units[0]).toMatchObject({
      chart: { version: '2.20.2+standin', standIn: true, mirror: 'stand-ins' },
    });
    expect(keda?.crds.map(({ action }) => action)).toEqual(new Array(8).fill('create'));
    expect(keda?.permissions.flatMap(({ notable }) => notable)).toContain('list/watch on secrets in all namespaces');
    expect(await client.get(SCALED_OBJECTS)).toBeUndefined();
    expect((await planInstall(context, KEDA)).digest).toBe(plan.digest);

    const followed: string[] = [];
    const following = once(() =>
      followJournal(client, { package: 'keda', onEntry: ({ kind }) => followed.push(kind) }),
    );
    const result = await executeInstall(context, plan, { onProgress: () => void following() });
    await following();
    const passed = INSTALL_STEPS.filter((step) => step !== 'migrate' && step !== 'withdraw');
    expect(followed).toEqual([...passed, 'done']);
    expect(result.packages).toMatchObject([{ name: 'keda', summary: 'Ready (2 checks not verifiable here)' }]);
    const live = (await client.get(SCALED_OBJECTS)) as KubernetesObject;
    expect(live.metadata.annotations).toMatchObject({ 'helm.sh/resource-policy': 'keep' });
    expect(live.metadata.annotations?.['meta.helm.sh/release-name']).toBeUndefined();
    expect(await client.get(AUTOSCALE)).toBeDefined();
    expect(await listInstalled(context)).toMatchObject([{ name: 'keda', phase: 'Ready', standIn: true }]);
    const capability = await client.get({ ...CAPSTAN_KINDS.capability, name: 'autoscale' });
    expect(capability?.['status']).toMatchObject({ health: 'Ready', version: '1.0.0' });

    const before = await versions();
    const again = await planInstall(context, KEDA);
    expect(again).toMatchObject({ changes: false, packages: [{ action: 'none' }] });
    expect(await executeInstall(context, again)).toMatchObject({ changed: false });
    expect(await versions()).toEqual(before);
    expect(await readRelease(client, 'keda', 'keda')).toMatchObject({ revision: 1 });
  });

  test('with other values upgrades the release, and shows what changes', async () => {
    const plan = await planInstall(context, { goals: [{ package: 'keda', values: { replicas: 2 } }] });
    expect(plan.packages).toMatchObject([{ action: 'upgrade', units: [{ action: 'upgrade' }] }]);
    const changed = plan.packages[0]?.units[0]?.objects.filter(({ action }) => action !== 'unchanged');
    expect(changed).toMatchObject([
      {
        object: { kind: 'Deployment', name: 'keda-operator' },
        changes: [{ path: 'spec.replicas', before: 1, after: 2 }],
      },
    ]);
    await executeInstall(context, plan);
    expect(await readRelease(client, 'keda', 'keda')).toMatchObject({ revision: 2, status: 'deployed' });
    const kept = await planInstall(context, KEDA);
    expect(kept.changes).toBe(false);
  });

  test('puts back what somebody deleted', async () => {
    const service = { apiVersion: 'v1', kind: 'Service', namespace: 'keda', name: 'keda-operator' };
    await client.delete(service);
    await client.delete(AUTOSCALE);
    expect(await capabilityStatus(context, 'keda')).toMatchObject({ phase: 'Degraded' });
    const plan = await planInstall(context, KEDA);
    expect(plan.packages).toMatchObject([{ action: 'repair' }]);
    await executeInstall(context, plan);
    expect(await client.get(service)).toBeDefined();
    expect(await client.get(AUTOSCALE)).toBeDefined();
  });

  test('puts its record back, without which it is switched off', async () => {
    const record = { ...CAPSTAN_KINDS.install, name: 'keda' };
    const before = await client.get(record);
    await client.delete(record);
    const gone = { name: 'keda', version: '2.20.2', phase: 'Degraded', reason: 'RecordMissing' };
    expect(await capabilityStatus(context, 'keda')).toMatchObject(gone);
    const listed = (await listInstalled(context)).find(({ name }) => name === 'keda');
    expect(listed).toMatchObject(gone);
    expect(listed).not.toHaveProperty('standIn');
    const values = (before?.['spec'] as { values?: JsonObject } | undefined)?.values ?? {};
    const plan = await planInstall(context, { goals: [{ package: 'keda', values }] });
    expect(plan.packages).toMatchObject([{ action: 'repair' }]);
    await executeInstall(context, plan);
    expect(await client.get(record)).toMatchObject({ spec: { values } });
  });

  test('says which packages there are when the name is wrong', async () => {
    const error = await caught(planInstall(context, { goals: [{ package: 'kead' }] }));
    expect(error).toMatchObject({ code: 'CAPSTAN_CAP_UNKNOWN', hint: 'Did you mean keda?' });
  });

  test('refuses a range that no version is in, with who asked for it', async () => {
    const error = await caught(planInstall(context, { goals: [{ package: 'stuck', range: '>=9' }] }));
    expect(error).toMatchObject({ code: 'CAPSTAN_CAP_UNSATISFIABLE', exit: 5 });
    expect(`${error.message} ${error.hint}`).toMatch(/stuck >=9/);
  });

  test('refuses a stand-in where pods are real', async () => {
    // The embedded engine is simulated whatever Nodes it has; with this Node the real one is not.
    const real = await startControlPlane({ engine: 'real' });
    onTestFinished(() => real.stop());
    const there = await installerFor(real.kubeconfig, [await kedaPackage()]);
    onTestFinished(() => there.client.close());
    await prepareCluster(there.client);
    await there.client.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'real' } });
    const refused = await planInstall(there, KEDA);
    expect(() => assertExecutable(refused)).toThrow(/stand-in/);
    expect((await planInstall(there, { ...KEDA, allowStandIns: true })).blockers).toEqual([]);
  });

  test('names the blocking object, its condition and last event when it is not ready in time', async () => {
    const plan = await planInstall(context, { goals: [{ package: 'stuck' }] });
    const error = await caught(executeInstall(context, plan, { timeoutMs: 4000 }));
    expect(error).toMatchObject({ code: 'CAPSTAN_CAP_NOT_READY', exit: 6 });
    expect(error.message).toMatch(/deployment\/stuck\/stuck is not ready/);
    expect(error.hint).toMatch(/FailedScheduling/);
    expect(error.next).toEqual(['capstan cap resume stuck --context sandbox']);
    const [stalled] = (await listInstalled(context)).filter(({ name }) => name === 'stuck');
    expect(stalled).toMatchObject({ phase: 'Stalled', next: 'capstan cap resume stuck --context sandbox' });
    await executeUninstall(context, await planUninstall(context, { package: 'stuck' }));
    expect(await client.get({ apiVersion: 'v1', kind: 'Namespace', name: 'stuck' })).toBeUndefined();
  });

  test('that is interrupted says how to go on, and the same command completes it', async () => {
    await uninstall();
    const stop = new AbortController();
    const work = executeInstall(context, await planInstall(context, KEDA), {
      signal: stop.signal,
      onProgress: (event) => {
        if (event.type === 'note' && event.step === 'unit') stop.abort();
      },
    });
    expect(await caught(work)).toMatchObject({
      code: 'CAPSTAN_CAP_INTERRUPTED',
      exit: 130,
      next: ['capstan cap resume keda --context sandbox'],
    });
    expect(await listInstalled(context)).toMatchObject([{ name: 'keda', phase: 'Stalled' }]);
    const plan = await planInstall(context, KEDA);
    expect(plan.resumes).toMatchObject({ step: 'unit' });
    await executeInstall(context, plan);
    expect(await listInstalled(context)).toMatchObject([{ name: 'keda', phase: 'Ready' }]);
  });

  test('names the process that is at work already', async () => {
    const other = await acquireLease(client, { name: LEASES.install, holder: 'elsewhere/4711..' });
    onTestFinished(() => other.release());
    const plan = await planInstall(context, { goals: [{ package: 'stuck' }] });
    const error = await caught(executeInstall(context, plan));
    expect(error).toMatchObject({ code: 'CAPSTAN_CAP_BUSY', exit: 5 });
    expect(error.message).toContain('process 4711 on elsewhere');
    expect((await readLock(client)).packages['stuck']).toBeUndefined();
  });
});

describe('a removal', () => {
  test('is refused while an application uses a Definition, and names it', async () => {
    const application = {
      apiVersion: 'core.oam.dev/v1alpha2',
      kind: 'ApplicationConfiguration',
      metadata: { name: 'shop', namespace: 'default' },
      spec: {
        components: [
          {
            componentName: 'web',
            traits: [{ trait: { apiVersion: 'traits.capstan.dev/v1alpha1', kind: 'Autoscale', spec: {} } }],
          },
        ],
      },
    };
    await client.apply(application as unknown as KubernetesObject);
    const error = await caught(uninstall());
    expect(error).toMatchObject({ code: 'CAPSTAN_CAP_IN_USE', exit: 5 });
    expect(error.message).toContain('default/shop (autoscales.traits.capstan.dev)');
    expect(error.next).toEqual(['capstan delete shop --namespace default --context sandbox']);
    await client.delete({
      apiVersion: application.apiVersion,
      kind: application.kind,
      namespace: 'default',
      name: 'shop',
    });
  });

  test('is refused while an object of its kinds exists, and counts them', async () => {
    await client.apply({ ...SCALED_OBJECT, metadata: { name: 'mine', namespace: 'default' } });
    const error = await caught(uninstall({ deleteCrds: false }));
    expect(error).toMatchObject({ code: 'CAPSTAN_CAP_INSTANCES_EXIST', exit: 5 });
    expect(error.message).toContain('1 ScaledObject in default');
    expect(await client.get(AUTOSCALE)).toBeDefined();
    await client.delete({ apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', namespace: 'default', name: 'mine' });
  });

  test('keeps the CRDs and names them; a later installation takes them up again', async () => {
    const result = await uninstall({ deleteCrds: false });
    expect(result.left.filter((line) => line.startsWith('CRD '))).toHaveLength(8);
    expect(result.left).toContain('namespace keda: Capstan did not create it');
    expect(await client.get(SCALED_OBJECTS)).toBeDefined();
    expect(await client.get(AUTOSCALE)).toBeUndefined();
    expect((await readLock(client)).removed['keda']).toMatchObject({ version: '2.20.2' });
    const again = await planInstall(context, KEDA);
    expect(again.packages[0]?.crds.map(({ action }) => action)).toEqual(new Array(8).fill('unchanged'));
    await executeInstall(context, again);
    await uninstall();
    expect(await client.get(SCALED_OBJECTS)).toBeUndefined();
    expect(await client.get(API_SERVICE)).toBeUndefined();
  });

  test('waits, with the controller still there, for an object that is on its way out', async () => {
    await executeInstall(context, await planInstall(context, KEDA));
    const mine = { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', namespace: 'default', name: 'leaving' };
    await client.apply({
      ...SCALED_OBJECT,
      metadata: { name: 'leaving', namespace: 'default', finalizers: ['finalizer.keda.sh'] },
    });
    await client.delete(mine);
    const plan = await planUninstall(context, { package: 'keda', deleteCrds: true });
    const instances = [{ kind: 'ScaledObject', total: 1, leaving: 1 }];
    expect(plan).toMatchObject({ blockers: [], packages: [{ instances }] });
    const operator = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'keda', name: 'keda-operator' };
    let whileDraining: KubernetesObject | undefined;
    const finish = once(async () => {
      whileDraining = await client.get(operator);
      await client.patch(mine, { metadata: { finalizers: null } });
    });
    await executeUninstall(context, plan, {
      onProgress: (event) => {
        if (event.type === 'note' && event.step === 'drain') void finish();
      },
    });
    expect(whileDraining).toBeDefined();
    expect(await client.get(operator)).toBeUndefined();
  });

  test('is refused while another package needs it, and what is needed is installed first', async () => {
    const plan = await planInstall(context, { goals: [{ package: 'shop' }] });
    expect(plan.packages.map(({ name, why }) => [name, why])).toEqual([
      ['library', 'needed by shop'],
      ['shop', 'you asked for it'],
    ]);
    await executeInstall(context, plan);
    expect(await listInstalled(context)).toMatchObject([
      { name: 'library', phase: 'Ready', goal: false },
      { name: 'shop', phase: 'Ready', goal: true },
    ]);
    const error = await caught(
      planUninstall(context, { package: 'library' }).then((removal) => executeUninstall(context, removal)),
    );
    expect(error).toMatchObject({ code: 'CAPSTAN_CAP_IN_USE', message: 'shop needs library.' });
  });

  test('keeps a namespace in which others put something, and names it', async () => {
    await client.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'theirs', namespace: 'shop' } });
    const result = await executeUninstall(context, await planUninstall(context, { package: 'shop' }));
    expect(result.left).toEqual(['namespace shop: it holds things of others (configmap/shop/theirs)']);
  });

  test('of what is not installed gives the nearest names', async () => {
    const error = await caught(planUninstall(context, { package: 'keda' }));
    expect(error).toMatchObject({ code: 'CAPSTAN_CAP_NOT_INSTALLED', exit: 1 });
  });
});

describe('what others installed', () => {
  test('is named and left alone: a KEDA from Helm', async () => {
    await context.helm.install('theirs', `${STAND_INS}/keda/2.20.2`, { namespace: 'keda' });
    // Helm's wait for the end of the CRDs may last; without it the names are free as soon as nothing uses them.
    onTestFinished(() => context.helm.uninstall('theirs', { namespace: 'keda' }));
    const plan = await planInstall(context, KEDA);
    const error = await caught(executeInstall(context, plan));
    expect(error).toMatchObject({ code: expect.stringMatching(/CONFLICT$/), exit: 5 });
    expect(plan.blockers.map(({ owner }) => owner)).toContain('Helm release keda/theirs');
    expect(plan.blockers.map(({ object }) => object?.kind)).toEqual(
      expect.arrayContaining(['CustomResourceDefinition', 'APIService']),
    );
    expect(await client.get({ ...CAPSTAN_KINDS.install, name: 'keda' })).toBeUndefined();
  });
});

const CONFIG_MAP = `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-settings}
`;

const UNSCHEDULABLE = `apiVersion: apps/v1
kind: Deployment
metadata: {name: stuck}
spec:
  selector: {matchLabels: {app: stuck}}
  template:
    metadata: {labels: {app: stuck}}
    spec:
      nodeSelector: {no: such-node}
      containers: [{name: main, image: example.org/stuck:1}]
`;
