import {
  CAPSTAN_KINDS,
  type CapabilityInstall,
  type CapabilityInstallStatus,
  SYSTEM_NAMESPACE,
} from '@capstan/capability-model';
import { connect, ensureNamespace, type KubeClient } from '@capstan/kube';
import { startControlPlane, type TestControlPlane } from '@capstan/sandbox/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  bundledCenter,
  centerSecret,
  publishCapabilities,
  queryCapabilities,
  readCenters,
  recordCenter,
} from '../src/index.ts';
import { catalogOf } from '../src/registry/catalog.ts';
import { prepareCluster } from './testing/cluster.ts';

const AT = '2026-03-01T10:00:00Z';
let plane: TestControlPlane;
let client: KubeClient;

beforeAll(async () => {
  plane = await startControlPlane();
  client = await connect({ kubeconfig: plane.kubeconfig });
  await prepareCluster(client);
});

afterAll(async () => {
  client?.close();
  await plane?.stop();
});

async function install(name: string, status: CapabilityInstallStatus, packageName = name): Promise<void> {
  const { apiVersion, kind } = CAPSTAN_KINDS.install;
  const object: CapabilityInstall = {
    apiVersion,
    kind,
    metadata: { name },
    spec: { package: packageName, version: '*' },
  };
  await client.apply(object);
  await client.apply({ ...object, status }, { subresource: 'status', fieldManager: 'capstan-installer' });
}

const ready: CapabilityInstallStatus = {
  phase: 'Ready',
  version: '2.20.2',
  release: 0,
  capabilities: [{ id: 'autoscale', version: '1.0.0', features: ['schedule'] }],
  definitions: [
    {
      name: 'autoscales.traits.capstan.dev',
      role: 'trait',
      kind: 'Autoscale',
      published: true,
      capability: 'autoscale',
    },
  ],
  probes: [{ id: 'metrics', result: 'unverifiable', level: 'blocking', message: 'pods are simulated', observedAt: AT }],
  conditions: [{ type: 'Ready', status: 'True', reason: 'Installed', message: 'Ready', lastTransitionTime: AT }],
};

describe('discovery', () => {
  test('an installation is named after its package', async () => {
    await expect(install('another', {}, 'keda')).rejects.toMatchObject({
      code: 'CAPSTAN_KUBE_INVALID',
      message: expect.stringContaining('the name must be the name of the package'),
    });
  });

  test('Capability objects follow the installations and are written once', async () => {
    await install('keda', ready);
    await publishCapabilities(client);
    const reference = { ...CAPSTAN_KINDS.capability, name: 'autoscale' };
    const first = await client.get(reference);
    expect(first).toMatchObject({
      status: { version: '1.0.0', health: 'Ready', providers: [{ package: 'keda', evidence: [{ result: 'ok' }, {}] }] },
    });
    await publishCapabilities(client);
    expect((await client.get(reference))?.metadata.resourceVersion).toBe(first?.metadata.resourceVersion);
    await install('keda', { ...ready, capabilities: [{ id: 'scale', version: '2.0.0', features: [] }] });
    await publishCapabilities(client);
    const { items } = await client.list(CAPSTAN_KINDS.capability);
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['scale']);
  });

  test('a query is answered for the one who asks, in the namespace that is asked about', async () => {
    await install('keda', ready);
    await publishCapabilities(client);
    const mine = await queryCapabilities(client, 'autoscale >=1.0 with schedule', { namespace: 'shop' });
    expect(mine).toMatchObject({ satisfied: true, providers: [{ mayUse: { allowed: true } }] });

    const rbac = 'rbac.authorization.k8s.io';
    await ensureNamespace(client, 'shop');
    await client.apply({
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata: { name: 'readers' },
      rules: [{ apiGroups: ['capstan.dev'], resources: ['capabilities'], verbs: ['get', 'list'] }],
    });
    await client.apply({
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'readers' },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'readers' },
      subjects: [{ apiGroup: rbac, kind: 'User', name: 'dev' }],
    });
    const dev = await connect({ kubeconfig: plane.kubeconfig, as: 'dev' });
    const ask = () => queryCapabilities(dev, 'autoscale', { namespace: 'shop' });
    await expect
      .poll(() => ask().catch(() => undefined), { timeout: 30_000 })
      .toMatchObject({
        satisfied: false,
        reason: 'you may not create Autoscale in namespace shop',
      });
    // Who may not see the installations is told what the centers have all the same.
    const catalog = async () => catalogOf([], []);
    expect(await queryCapabilities(dev, 'autoscale', { namespace: 'shop', catalog })).toMatchObject({
      satisfied: false,
      offers: [],
    });
    await client.apply({
      apiVersion: `${rbac}/v1`,
      kind: 'Role',
      metadata: { name: 'scalers', namespace: 'shop' },
      rules: [{ apiGroups: ['traits.capstan.dev'], resources: ['autoscales'], verbs: ['create'] }],
    });
    await client.apply({
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: { name: 'scalers', namespace: 'shop' },
      roleRef: { apiGroup: rbac, kind: 'Role', name: 'scalers' },
      subjects: [{ apiGroup: rbac, kind: 'User', name: 'dev' }],
    });
    await expect.poll(ask, { timeout: 30_000 }).toMatchObject({ satisfied: true });
    expect(await queryCapabilities(dev, 'autoscale', { namespace: 'default' })).toMatchObject({ satisfied: false });
    dev.close();
  });

  test('a contract that the cluster lacks is an answer with the nearest names', async () => {
    expect(await queryCapabilities(client, 'autoscal')).toMatchObject({ satisfied: false, nearest: ['autoscale'] });
  });
});

describe('centers', () => {
  test('are the bundled one until one is recorded; a damaged record is named', async () => {
    const bundled = '/srv/capability-registry';
    expect(await readCenters(client, { bundled })).toEqual([bundledCenter(bundled)]);
    const record = { ...bundledCenter('/srv/other'), mirrors: [{ name: 'stand-ins', directory: '/srv/stand-ins' }] };
    await recordCenter(client, record);
    await recordCenter(client, { ...record, name: 'company', priority: 5 });
    expect((await readCenters(client, { bundled })).map(({ name }) => name)).toEqual(['company', 'capstan']);
    await client.apply({ ...centerSecret(record), data: { 'center.json': 'e30=' } });
    await expect(readCenters(client, { bundled })).rejects.toMatchObject({
      code: 'CAPSTAN_CENTER_INVALID',
      message: expect.stringContaining('capstan-center-capstan'),
    });
    expect(centerSecret(record).metadata.namespace).toBe(SYSTEM_NAMESPACE);
  });
});
