import '@capstan/sandbox/testing';
import { randomUUID } from 'node:crypto';
import { CapstanError, type KubernetesObject } from '@capstan/base';
import { connect, type KubeClient } from '@capstan/kube';
import { installSystem } from '@capstan/operator';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { followApplication } from '../src/lib/follow-application.ts';

const OAM = 'core.oam.dev/v1alpha2';
const MISSING = { reason: 'ComponentMissing', message: 'component web does not exist' };

let client: KubeClient;

beforeAll(async () => {
  client = await connect({ kubeconfig: inject('kubeconfig') });
  await installSystem(client);
});

afterAll(() => client.close());

/** An application that the controller found without its component, and the component that was applied since. */
async function aShop() {
  const namespace = `follow-${randomUUID().slice(0, 8)}`;
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const metadata = { name: 'shop', namespace };
  const kind = { apiVersion: OAM, kind: 'ApplicationConfiguration' };
  await client.create({ ...kind, metadata, spec: { components: [{ componentName: 'web' }] } } as KubernetesObject);
  const says = (ready: object, more: object = {}) =>
    status({ ...kind, ...metadata }, { observedGeneration: 1, conditions: [condition(ready)], ...more });
  await says({ status: 'False', ...MISSING });
  const component = await client.create({
    apiVersion: OAM,
    kind: 'Component',
    metadata: { name: 'web', namespace },
    spec: { workload: { apiVersion: 'v1', kind: 'ConfigMap' } },
  } as KubernetesObject);
  const revision = { name: 'web-v1', revision: 1 };
  const seen = () =>
    status(
      { apiVersion: OAM, kind: 'Component', name: 'web', namespace },
      { observedGeneration: 1, latestRevision: revision },
    );
  const follow = (timeoutMs: number) => {
    const looks = Promise.withResolvers<void>();
    const { signal } = new AbortController();
    const onChange = () => looks.resolve();
    const options = { name: 'shop', namespace, generation: 1, components: [component], timeoutMs, signal, onChange };
    return { end: followApplication(client, options), looked: looks.promise };
  };
  return { says, seen, follow };
}

function condition(ready: object) {
  return { type: 'Ready', observedGeneration: 1, lastTransitionTime: '2026-01-01T00:00:00Z', ...ready };
}

async function status(of: { apiVersion: string; kind: string; name: string; namespace: string }, value: object) {
  await client.patch(of, { status: value }, { subresource: 'status' });
}

/** The controllers' part is played by the test: what they say late is what it is about. */
describe('an application that was hopeless before its component came', () => {
  test('becomes ready, however late the controller looks', async () => {
    const shop = await aShop();
    const { end, looked } = shop.follow(60_000);
    await looked;
    await shop.seen();
    const workloads = [{ componentName: 'web', componentRevisionName: 'web-v1' }];
    await shop.says({ status: 'True', reason: 'Ready', message: '' }, { workloads });
    expect((await end).application).toMatchObject({ kind: 'ApplicationConfiguration', name: 'shop' });
  });

  test('is given up when the controller has seen the component and says the same', async () => {
    const shop = await aShop();
    await shop.seen();
    const error = await shop.follow(60_000).end.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CapstanError);
    expect(error).toMatchObject({ exit: 1, message: expect.stringContaining(MISSING.message) });
  });

  test('is waited for until the limit when the controller does not look', async () => {
    const shop = await aShop();
    const error = await shop.follow(2_000).end.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ exit: 6 });
  });
});
