import type { KubernetesObject } from '@capstan/base';
import { connect, type KubeClient, waitFor, waitUntilServed } from '@capstan/kube';
import { definePlugin, traits } from '@capstan/plugin-api';
import '@capstan/sandbox/testing';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { installSystem, systemStatus } from '../src/index.ts';
import {
  aComponent,
  anApplication,
  applicationIn,
  condition,
  crd,
  DEADLINE_MS,
  definition,
  deploymentIn,
  newNamespace,
  type RunningOperator,
  startOperator,
  webServiceIn,
} from './support.ts';

/** A friendly trait that takes the replicas over and notes its target in a ConfigMap. */
const stickers = definePlugin({
  id: 'stickers',
  api: '^1.0.0',
  needs: { traits },
  setup({ traits }) {
    traits.add({
      definition: 'stickers.traits.capstan.dev',
      shape: (workload) => {
        const { replicas: _, ...spec } = workload['spec'] as { replicas?: number };
        return { ...workload, spec };
      },
      render: ({ trait, target, context }) => [
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: `${context.component}-sticker` },
          data: { target: `${target.kind}/${target.name}`, text: (trait['spec'] as { text: string }).text },
        },
      ],
    });
  },
});

const STICKER = { apiVersion: 'traits.capstan.dev/v1alpha1', kind: 'Sticker' };
const GADGET = { apiVersion: 'gadgets.example.dev/v1', kind: 'Gadget' };
const INSTALL = { apiVersion: 'capstan.dev/v1alpha1', kind: 'CapabilityInstall', name: 'stickers' };

describe('traits of packages', () => {
  let client: KubeClient;
  let operator: RunningOperator;
  let namespace: string;
  const shared: KubernetesObject[] = [];

  beforeAll(async () => {
    client = await connect({ kubeconfig: inject('kubeconfig') });
    await installSystem(client);
    namespace = await newNamespace(client);
    shared.push(crd(STICKER, 'stickers'), crd(GADGET, 'gadgets'));
    shared.push(definition('stickers.traits.capstan.dev', 'spec.target', { extension: { target: 'child' } }));
    shared.push(definition('gadgets.gadgets.example.dev', 'spec.target', { extension: { target: 'child' } }));
    for (const object of shared) await client.apply(object);
    for (const kind of [STICKER, GADGET]) await waitUntilServed(client, kind);
    const { name, ...kind } = INSTALL;
    const install = { ...kind, metadata: { name }, spec: { package: name, version: '*' } };
    shared.push(await client.create(install));
    operator = startOperator(client, [stickers]);
    await operator.running;
  });

  afterAll(async () => {
    await operator?.stop();
    await client?.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
    for (const { apiVersion, kind, metadata } of shared) await client.delete({ apiVersion, kind, name: metadata.name });
    client?.close();
  });

  const report = async (ready: 'True' | 'False', phase: string) => {
    const lastTransitionTime = new Date().toISOString();
    const conditions = [{ type: 'Ready', status: ready, reason: phase, message: '', lastTransitionTime }];
    const { name, ...kind } = INSTALL;
    await client.apply(
      { ...kind, metadata: { name }, status: { phase, conditions } },
      { subresource: 'status', fieldManager: 'capstan-installer' },
    );
  };

  test('a plugin works while its package is ready; when it goes, what runs is kept and the application says so', async () => {
    const name = 'labelled';
    const trait = { ...STICKER, spec: { text: 'hello' } };
    await client.apply(aComponent(namespace, name, { image: 'nginx:1.29', replicas: 3 }));
    await client.apply(anApplication(namespace, name, [{ componentName: name }]));
    const application = applicationIn(namespace, name);
    await condition(client, application, ['Ready', 'True']);
    await client.apply(anApplication(namespace, name, [{ componentName: name, traits: [{ trait }] }]));
    await condition(client, application, ['Ready', 'False', 'PluginNotLoaded']);
    await condition(client, INSTALL, ['PluginLoaded', 'False', 'InstallNotReady']);

    await report('True', 'Ready');
    await condition(client, INSTALL, ['PluginLoaded', 'True', 'Running']);
    await condition(client, application, ['Ready', 'True']);
    const sticker = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: `${name}-sticker` };
    expect((await client.get(sticker))?.['data']).toEqual({ target: `Deployment/${name}`, text: 'hello' });
    // The trait took the replicas over: the component's number is stated no more, and kept until somebody sets another.
    const owners = (await client.get(webServiceIn(namespace, name)))?.metadata.managedFields ?? [];
    const ours = owners.find(({ manager, operation }) => manager === 'capstan-controller' && operation === 'Apply');
    expect(ours?.['fieldsV1']).not.toHaveProperty('f:spec.f:replicas');
    expect((await client.get(deploymentIn(namespace, name)))?.['spec']).toMatchObject({ replicas: 3 });
    expect((await systemStatus(client)).plugins).toMatchObject([{ name: 'stickers', loaded: true }]);

    await report('False', 'Removing');
    await condition(client, INSTALL, ['PluginLoaded', 'False', 'Removing']);
    await condition(client, application, ['Ready', 'False', 'PluginNotLoaded']);
    expect(await client.get(sticker)).toBeDefined();
    await report('True', 'Ready');
    await condition(client, application, ['Ready', 'True']);
  });

  test('a raw trait is applied as it is, with its target filled in, and its own status is its health', async () => {
    const name = 'raw';
    const trait = { ...GADGET, metadata: { name: 'gadget' }, spec: { size: 3 } };
    await client.apply(aComponent(namespace, name, { image: 'nginx:1.29' }));
    await client.apply(anApplication(namespace, name, [{ componentName: name, traits: [{ trait }] }]));
    const gadget = { ...GADGET, namespace, name: 'gadget' };
    const applied = await waitFor(client, gadget, (object) => object !== undefined, { timeoutMs: DEADLINE_MS });
    expect(applied?.['spec']).toEqual({ size: 3, target: { apiVersion: 'apps/v1', kind: 'Deployment', name } });
    const conditions = [
      {
        type: 'Ready',
        status: 'False',
        reason: 'Broken',
        message: 'no screws',
        lastTransitionTime: '2026-01-01T00:00:00Z',
      },
    ];
    await client.patch(gadget, { status: { conditions } }, { subresource: 'status' });
    const application = applicationIn(namespace, name);
    const broken = await condition(client, application, ['Ready', 'False', 'Broken']);
    expect(JSON.stringify(broken['status'])).toContain('no screws');
    await client.patch(
      gadget,
      { status: { conditions: [{ ...conditions[0], status: 'True' }] } },
      { subresource: 'status' },
    );
    await condition(client, application, ['Ready', 'True']);

    // Its Definition goes: the reference to the target stays, although nothing says any more where it is written.
    await client.delete({
      apiVersion: 'core.oam.dev/v1alpha2',
      kind: 'TraitDefinition',
      name: 'gadgets.gadgets.example.dev',
    });
    await waitFor(
      client,
      application,
      (object) => JSON.stringify(object?.['status']).includes('No valid TraitDefinition found'),
      { timeoutMs: DEADLINE_MS },
    );
    expect((await client.get(gadget))?.['spec']).toEqual(applied?.['spec']);
  });
});
