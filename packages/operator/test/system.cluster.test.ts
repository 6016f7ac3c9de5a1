import { type KubernetesObject, referenceTo } from '@capstan/base';
import { connect, type KubeClient } from '@capstan/kube';
import { startControlPlane, startFaultProxy, type TestControlPlane } from '@capstan/sandbox/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OPERATOR_CODES } from '../src/codes.ts';
import { installSystem, operatorIsRunning, SYSTEM_VERSION, systemManifests, systemStatus } from '../src/index.ts';
import { startOperator } from './support.ts';

describe('the system on a cluster that has nothing', () => {
  let plane: TestControlPlane;
  let client: KubeClient;

  beforeAll(async () => {
    plane = await startControlPlane();
    client = await connect({ kubeconfig: plane.kubeconfig });
  });

  afterAll(async () => {
    client?.close();
    await plane?.stop();
  });

  const manifest = (name: string) => systemManifests().find((one) => one.metadata.name === name) as KubernetesObject;
  const remove = async (object: KubernetesObject) => {
    await client.delete(referenceTo(object));
    await expect.poll(() => client.get(referenceTo(object)), { timeout: 30_000 }).toBeUndefined();
  };

  test('objects of another runtime are refused by name before anything is written', async () => {
    const foreign = structuredClone(manifest('components.core.oam.dev'));
    delete foreign.metadata.annotations;
    await client.apply(foreign, { fieldManager: 'oam-kubernetes-runtime' });
    await expect(installSystem(client)).rejects.toMatchObject({
      code: OPERATOR_CODES.conflict,
      exit: 5,
      message: expect.stringContaining('oam-kubernetes-runtime'),
    });
    expect(await client.get(referenceTo(manifest('capabilities.capstan.dev')))).toBeUndefined();
    expect((await systemStatus(client)).manifests).toContainEqual({
      reference: referenceTo(foreign),
      state: 'foreign',
    });
    await remove(foreign);
  });

  test('an operator waits for its kinds, works right after the installation, and gives its lease up', async () => {
    const operator = startOperator(client);
    await expect.poll(() => operator.states.at(-1)?.state, { timeout: 30_000 }).toBe('waiting');
    expect(await operatorIsRunning(client)).toEqual({ running: false });

    const first = await installSystem(client);
    expect(first).toMatchObject({ version: SYSTEM_VERSION, changed: true });
    await operator.running;
    const presence = await operatorIsRunning(client);
    expect(presence).toMatchObject({ running: true, holder: expect.any(String), since: expect.any(String) });

    const second = startOperator(client);
    await expect.poll(() => second.states.at(-1), { timeout: 30_000 }).toMatchObject({ state: 'standby' });
    await operator.stop();
    expect(operator.states.at(-1)).toEqual({ state: 'stopped' });
    await second.running;
    expect((await operatorIsRunning(client)).holder).not.toBe(presence.holder);
    await second.stop();
    expect(await operatorIsRunning(client)).toEqual({ running: false });
  });

  test('who loses its lease stands by and takes it again; without leader election nobody waits', async () => {
    const operator = startOperator(client);
    await operator.running;
    const lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      name: 'capstan-operator',
      namespace: 'capstan-system',
    };
    const renewTime = new Date().toISOString().replace('Z', '000Z');
    await client.patch(lease, {
      metadata: { annotations: { 'capstan.dev/holder-process': null } },
      spec: { holderIdentity: 'usurper', renewTime, leaseDurationSeconds: 600 },
    });
    await expect
      .poll(() => operator.states.at(-1), { timeout: 30_000 })
      .toEqual({ state: 'standby', holder: 'usurper' });
    await client.patch(lease, { spec: { holderIdentity: '' } });
    await expect.poll(() => operator.states.at(-1)?.state, { timeout: 30_000 }).toBe('running');
    expect(operator.states.map(({ state }) => state)).toEqual([
      'starting',
      'running',
      'standby',
      'starting',
      'running',
    ]);

    const free = startOperator(client, [], { leaderElection: false });
    await free.running;
    await free.stop();
    expect(await operatorIsRunning(client)).toMatchObject({ running: true });
    await operator.stop();
  });

  test('a start asks what the cluster serves once, not for every kind, and outlives answers that say nothing', async () => {
    const proxy = await startFaultProxy({ kubeconfig: plane.kubeconfig });
    const through = await connect({ kubeconfig: proxy.kubeconfig });
    const isDiscovery = ({ path }: { readonly path: string }) => path === '/api' || path === '/apis';
    const failing = proxy.inject({ match: isDiscovery, action: { type: 'status', status: 500 }, times: 3 });
    const operator = startOperator(through);
    await operator.running;
    await operator.stop();
    through.close();
    await proxy.stop();
    expect(failing.hits).toBe(3);
    expect(proxy.requests.filter(isDiscovery).length).toBeLessThanOrEqual(10);
  });

  test('a second installation changes nothing and says so', async () => {
    const progress: string[] = [];
    const again = await installSystem(client, { onProgress: (event) => progress.push(event.type) });
    expect(again.changed).toBe(false);
    expect(new Set(again.objects.map(({ action }) => action))).toEqual(new Set(['unchanged']));
    expect(new Set(progress)).toEqual(new Set(['object']));
    expect(await systemStatus(client)).toMatchObject({ installed: true, version: SYSTEM_VERSION, plugins: [] });
  });

  test('who is logged in sees the types, who may edit a namespace makes applications there, and no more', async () => {
    const developer = await connect({ kubeconfig: plane.kubeconfig, as: 'dev', asGroups: ['system:authenticated'] });
    const may = async (
      verb: string,
      group: string,
      resource: string,
      more: { namespace?: string; name?: string } = {},
    ) => (await developer.mayI({ verb, group, resource, ...more })).allowed;
    const application = ['create', 'core.oam.dev', 'applicationconfigurations', { namespace: 'default' }] as const;
    expect(await may('list', 'core.oam.dev', 'traitdefinitions')).toBe(true);
    expect(await may('list', 'capstan.dev', 'capabilities')).toBe(true);
    expect(
      await may('get', 'coordination.k8s.io', 'leases', { namespace: 'capstan-system', name: 'capstan-operator' }),
    ).toBe(true);
    expect(await may(...application)).toBe(false);
    await client.apply({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'dev', namespace: 'default' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'dev' }],
    });
    await expect.poll(() => may(...application)).toBe(true);
    expect(await may('list', 'capstan.dev', 'capabilityinstalls')).toBe(false);
    expect(await may('list', '', 'secrets', { namespace: 'capstan-system' })).toBe(false);
    developer.close();
  });

  test('what a newer version installed is not taken back', async () => {
    const crd = referenceTo(manifest('components.core.oam.dev'));
    await client.patch(crd, { metadata: { annotations: { 'capstan.dev/version': '99.0.0' } } });
    await expect(installSystem(client)).rejects.toMatchObject({ code: OPERATOR_CODES.downgrade, exit: 5 });
    expect(await systemStatus(client)).toMatchObject({ installed: true });
  });
});
