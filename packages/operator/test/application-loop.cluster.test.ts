import { randomUUID } from 'node:crypto';
import type { KubernetesObject, ObjectReference } from '@capstan/base';
import { applicationTree } from '@capstan/core';
import { conditionsOf, connect, findCondition, type KubeClient, waitFor, waitUntilServed } from '@capstan/kube';
import '@capstan/sandbox/testing';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { installSystem } from '../src/index.ts';
import {
  aComponent,
  anApplication,
  applicationIn,
  condition,
  DEADLINE_MS,
  deploymentIn,
  newNamespace,
  type RunningOperator,
  startOperator,
  webServiceIn,
} from './support.ts';

/** What is watched must take no second; a busy machine gets more. */
const PROMPT_MS = 10_000;

describe('the loop of applications', () => {
  let client: KubeClient;
  let operator: RunningOperator;
  let namespace: string;

  beforeAll(async () => {
    client = await connect({ kubeconfig: inject('kubeconfig') });
    await installSystem(client);
    operator = startOperator(client);
    await operator.running;
    namespace = await newNamespace(client);
  });

  afterAll(async () => {
    await operator?.stop();
    await client?.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
    client?.close();
  });

  const until = (reference: ObjectReference, holds: (object: KubernetesObject | undefined) => boolean) =>
    waitFor(client, reference, holds, { timeoutMs: DEADLINE_MS });
  const apply = async (...objects: KubernetesObject[]) => {
    for (const object of objects) await client.apply(object, { force: true });
  };
  const specOf = (object: KubernetesObject | undefined) => (object?.['spec'] ?? {}) as Record<string, unknown>;

  test('a component comes after those that it depends on, and the tree says why it waits', async () => {
    const image = 'nginx:1.29';
    await apply(
      aComponent(namespace, 'back', { image, replicas: 1 }),
      aComponent(namespace, 'front', { image }),
      // No pod of it is made: the backend does not become ready.
      {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'no-pods', namespace },
        spec: { hard: { pods: '0' } },
      },
    );
    await until({ apiVersion: 'v1', kind: 'ResourceQuota', namespace, name: 'no-pods' }, (quota) =>
      JSON.stringify(quota?.['status'] ?? {}).includes('"pods":"0"'),
    );
    const components = [
      { componentName: 'front', instanceName: 'web', dependencies: ['store'] },
      { componentName: 'back', instanceName: 'store' },
    ];
    await apply(anApplication(namespace, 'ordered', components));
    await condition(client, applicationIn(namespace, 'ordered'), ['Ready', 'False', 'WaitingForDependencies']);
    await condition(client, applicationIn(namespace, 'ordered'), ['Synced', 'True', 'ReconcileSuccess']);
    expect(await client.get(deploymentIn(namespace, 'store'))).toBeDefined();
    expect(await client.get(webServiceIn(namespace, 'web'))).toBeUndefined();
    const tree = await applicationTree(client, { name: 'ordered', namespace });
    const [first, second] = tree?.application.children ?? [];
    expect([first?.name, second?.name]).toEqual(['store', 'web']);
    expect(second?.health.message).toMatch(/^waits for store: deployment\//);
    expect(second?.remarks).toContain('after store');

    await client.delete({ apiVersion: 'v1', kind: 'ResourceQuota', namespace, name: 'no-pods' });
    await condition(client, applicationIn(namespace, 'ordered'), ['Ready', 'True']);
    expect(await client.get(deploymentIn(namespace, 'web'))).toBeDefined();
  });

  test('what somebody adds to a workload of ours is taken out again, and an Event names who; its replicas stay', async () => {
    await apply(aComponent(namespace, 'plain', { image: 'nginx:1.29' }));
    await apply(anApplication(namespace, 'plain', [{ componentName: 'plain' }]));
    await condition(client, applicationIn(namespace, 'plain'), ['Ready', 'True']);
    const workload = webServiceIn(namespace, 'plain');
    const added = { spec: { env: [{ name: 'ADDED', value: 'by hand' }], replicas: 2 } };
    const began = performance.now();
    await client.patch(workload, added, { fieldManager: 'by-hand' });
    const repaired = await until(workload, (object) => specOf(object)['env'] === undefined);
    expect(performance.now() - began).toBeLessThan(PROMPT_MS);
    expect(specOf(repaired)['replicas']).toBe(2);
    const message = `fields of webservice/${namespace}/plain set by by-hand were set back`;
    await expect
      .poll(async () => (await client.list({ apiVersion: 'v1', kind: 'Event' }, { namespace })).items)
      .toContainEqual(expect.objectContaining({ reason: 'DriftRepaired', message }));
  });

  test('a kind that comes later is found, and an application without components leaves nothing behind', async () => {
    const group = `late-${randomUUID().slice(0, 8)}.example.com`;
    const gizmo = { apiVersion: `${group}/v1`, kind: 'Gizmo' };
    await apply(
      {
        apiVersion: 'core.oam.dev/v1alpha2',
        kind: 'Component',
        metadata: { name: 'gizmo', namespace },
        spec: { workload: { ...gizmo, spec: { size: 1 } } },
      },
      anApplication(namespace, 'late', [{ componentName: 'gizmo' }]),
    );
    const late = applicationIn(namespace, 'late');
    const unknown = await condition(client, late, ['Synced', 'False', 'ReconcileError']);
    expect(findCondition(conditionsOf(unknown), 'Synced')?.message).toContain('no matches for kind "Gizmo"');
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    await client.create({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `gizmos.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural: 'gizmos', singular: 'gizmo', kind: 'Gizmo', listKind: 'GizmoList' },
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      },
    });
    await waitUntilServed(client, gizmo);
    await condition(client, late, ['Ready', 'True']);
    const reference = { ...gizmo, namespace, name: 'gizmo' };
    expect((await client.get(reference))?.metadata.labels).toMatchObject({ 'app.oam.dev/revision': 'gizmo-v1' });

    await apply(anApplication(namespace, 'late', []));
    await until(reference, (object) => object === undefined);
    const emptied = await condition(client, late, ['Synced', 'True', 'ReconcileSuccess']);
    expect(emptied['status']).toMatchObject({ workloads: [], inventory: [] });
  });
});
