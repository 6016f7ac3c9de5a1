import type { KubernetesObject, ObjectReference } from '@capstan/base';
import {
  type CapabilityAnswer,
  capabilityStatus,
  executeInstall,
  planInstall,
  queryCapabilities,
} from '@capstan/capability-center';
import { CAPSTAN_KINDS, type Capability } from '@capstan/capability-model';
import { conditionsOf, findCondition, type KubeClient, waitFor } from '@capstan/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CapabilityCluster, capabilityCluster, offering } from './capability-cluster.ts';
import { condition, DEADLINE_MS, deploymentIn } from './support.ts';

const install = (name: string): ObjectReference => ({ ...CAPSTAN_KINDS.install, name });
const STAMP = { ...CAPSTAN_KINDS.capability, name: 'stamp' };
const TRAIT = { apiVersion: 'core.oam.dev/v1alpha2', kind: 'TraitDefinition', name: 'stickers.traits.capstan.dev' };

describe('the health of installed capabilities', () => {
  let cluster: CapabilityCluster;
  let client: KubeClient;

  beforeAll(async () => {
    cluster = await capabilityCluster(
      [
        { name: 'press', fields: offering('press', 'stamp', 'sticker') },
        { name: 'shop', needs: { press: '>=1.0.0' } },
      ],
      { apiAddr: '127.0.0.1:0', metricsAddr: '127.0.0.1:0' },
    );
    client = cluster.client;
    await cluster.install({ package: 'shop' });
  });

  afterAll(() => cluster?.stop());

  const read = async <T extends KubernetesObject>(reference: ObjectReference) => (await client.get(reference)) as T;
  const health = (wanted: string) =>
    waitFor(client, STAMP, (live) => (live as Capability | undefined)?.status?.health === wanted, {
      timeoutMs: DEADLINE_MS,
    });
  const remove = async (reference: ObjectReference) => {
    const { metadata, status: _, ...object } = await read(reference);
    const { name, namespace, labels, annotations } = metadata;
    await client.delete(reference);
    return () =>
      client.create({
        ...object,
        metadata: { name, ...(namespace ? { namespace } : {}), labels, annotations },
      } as KubernetesObject);
  };

  test('a Deployment that goes makes its package and those that need it degraded, with reason and next step, and back', async () => {
    await condition(client, install('shop'), ['Ready', 'True', 'Installed']);
    await health('Ready');
    const restore = await remove(deploymentIn('press', 'press'));
    const press = await condition(client, install('press'), ['Ready', 'False', 'ProbeFailed']);
    expect(press).toMatchObject({ status: { phase: 'Degraded', probes: [{ id: 'deployment', result: 'failed' }] } });
    const said = findCondition(conditionsOf(press), 'Ready')?.message;
    expect(said).toContain('deployment/press/press does not exist');
    expect(said).toContain('Next: kubectl get pods,events --namespace press');
    const shop = await condition(client, install('shop'), ['Ready', 'False', 'DependencyNotReady']);
    expect(findCondition(conditionsOf(shop), 'Ready')?.message).toMatch(
      /press, which it needs, is not ready.* Next: capstan cap status press/,
    );
    const stamp = (await health('Degraded')) as Capability;
    expect(stamp.status).toMatchObject({
      providedBy: 'press',
      providers: [{ reason: 'ProbeFailed', health: 'Degraded' }],
    });
    // The trait stays published: a short failure takes nothing away from applications.
    expect(await client.get(TRAIT)).toBeDefined();
    const report = await capabilityStatus({ client }, 'press');
    expect(report).toMatchObject({ phase: 'Degraded', reason: 'ProbeFailed' });
    expect(`Degraded: ${said}`).toBe(`${report.summary}. Next: ${report.next[0]}`);

    await restore();
    await condition(client, install('press'), ['Ready', 'True', 'Installed']);
    await condition(client, install('shop'), ['Ready', 'True', 'Installed']);
    await health('Ready');
    const told = async () => {
      const { items } = await client.list({ apiVersion: 'v1', kind: 'Event' }, { namespace: 'default' });
      const about = items.filter((event) => (event['involvedObject'] as { name: string }).name === 'press');
      return about.map((event) => event['reason']);
    };
    // Told after it is written.
    await expect.poll(told).toEqual(expect.arrayContaining(['ProbeFailed', 'Installed']));
  });

  test('a Definition that goes, or a release, is named', async () => {
    const definition = await remove(TRAIT);
    await condition(client, install('press'), ['Ready', 'False', 'DefinitionMissing']);
    await definition();
    await condition(client, install('press'), ['Ready', 'True', 'Installed']);
    const release = await remove({
      apiVersion: 'v1',
      kind: 'Secret',
      namespace: 'press',
      name: 'sh.helm.release.v1.press.v1',
    });
    await condition(client, install('press'), ['Ready', 'False', 'ReleaseMissing']);
    await release();
    await condition(client, install('press'), ['Ready', 'True', 'Installed']);
  });

  test('what somebody changed by hand is Drifted, with fields and manager, and stays ready', async () => {
    const map = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'press', name: 'press' };
    await client.patch(map, { data: { message: 'bye' } }, { fieldManager: 'somebody' });
    const drifted = await condition(client, install('press'), ['Ready', 'True', 'Drifted']);
    expect(drifted).toMatchObject({ status: { phase: 'Ready' } });
    expect(findCondition(conditionsOf(drifted), 'Ready')?.message).toContain(
      'configmap/press/press was changed by somebody: data.message',
    );
    await client.patch(map, { data: { message: 'hello' } }, { fieldManager: 'somebody' });
    await condition(client, install('press'), ['Ready', 'True', 'Installed']);
  });

  test('at rest nothing is written', async () => {
    const versions = async () =>
      Promise.all(
        [install('press'), install('shop'), STAMP].map(async (one) => (await read(one)).metadata.resourceVersion),
      );
    // What the installations say is published after they say it.
    await waitFor(client, STAMP, (live) => providerOf(live as Capability | undefined)?.reason === 'Installed', {
      timeoutMs: DEADLINE_MS,
    });
    const before = await versions();
    // Something that is looked at changes without changing anything: the controller has looked when the other is degraded.
    await client.patch(deploymentIn('press', 'press'), { metadata: { annotations: { note: 'x' } } });
    const restore = await remove(deploymentIn('shop', 'shop'));
    await condition(client, install('shop'), ['Ready', 'False', 'ProbeFailed']);
    const after = await versions();
    expect([after[0], after[2]]).toEqual([before[0], before[2]]);
    await restore();
    await condition(client, install('shop'), ['Ready', 'True', 'Installed']);
  });

  test('an operation whose process is gone is shown as interrupted, with the command that completes it', async () => {
    const context = await cluster.open();
    const stop = new AbortController();
    const goals = [{ package: 'shop', values: { message: 'new' } }];
    const running = executeInstall(context, await planInstall(context, { goals }), {
      signal: stop.signal,
      onProgress: (event) => {
        if (event.type === 'start' && event.step === 'unit') stop.abort();
      },
    });
    await expect(running).rejects.toMatchObject({ code: 'CAPSTAN_CAP_INTERRUPTED' });
    // As a killed process leaves it: its status says that it is at work, and its Lease is not held.
    await client.apply(
      { ...CAPSTAN_KINDS.install, metadata: { name: 'shop' }, status: { phase: 'Applying' } },
      { subresource: 'status', force: true, fieldManager: 'capstan-test' },
    );
    const isStalled = (live?: KubernetesObject) =>
      (live?.['status'] as { phase?: string } | undefined)?.phase === 'Stalled';
    const shop = (await waitFor(client, install('shop'), isStalled, { timeoutMs: DEADLINE_MS })) as KubernetesObject;
    expect(findCondition(conditionsOf(shop), 'Stalled')).toMatchObject({ status: 'True', reason: 'Interrupted' });
    expect(findCondition(conditionsOf(shop), 'Ready')).toMatchObject({
      status: 'False',
      message: expect.stringContaining('Next: capstan '),
    });
    await cluster.install(...goals);
    await condition(client, install('shop'), ['Ready', 'True', 'Installed']);
  });

  test('metrics tell phases, probes and how long operations took', async () => {
    const text = await (await fetch(`${cluster.operator.url('metrics')}/metrics`)).text();
    expect(text).toContain('capstan_capability_install_phase{package="press",phase="Ready"} 1');
    expect(text).toContain('capstan_capability_probes{package="press",result="ok"} 1');
    expect(text).toMatch(
      /capstan_capability_operation_duration_seconds_count\{operation="install",outcome="done"\} [1-9]/,
    );
  });

  test('queries over HTTP tell who may use a capability, by the token of who asks', async () => {
    const [may, mayNot] = [await aUser('painter', true), await aUser('guest', false)];
    const ask = (path: string, token?: string) =>
      fetch(
        `${cluster.operator.url('api')}${path}`,
        token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } },
      );
    const query = `/api/v1/capabilities?query=${encodeURIComponent('stamp >=1.0 with ink')}&namespace=studio`;
    const painter = (await (await ask(query, may)).json()) as CapabilityAnswer;
    expect(painter).toMatchObject({
      apiVersion: 'cli.capstan.dev/v1',
      kind: 'CapabilityAnswer',
      satisfied: true,
      namespace: 'studio',
      providers: [{ package: 'press', health: 'Ready', fits: true, mayUse: { allowed: true } }],
      offers: [],
    });
    expect(painter.providers[0]?.evidence.map(({ source }) => source)).toEqual(['condition/Ready', 'probe/deployment']);
    expect(await (await ask(query, mayNot)).json()).toMatchObject({
      satisfied: false,
      reason: 'you may not create Sticker in namespace studio',
      providers: [{ mayUse: { allowed: false } }],
    });
    expect(await (await ask(query)).json()).toMatchObject({
      satisfied: true,
      providers: [{ mayUse: { allowed: 'unknown' } }],
    });
    expect(await (await ask('/api/v1/capabilities', may)).json()).toMatchObject({
      kind: 'CapabilityAnswerList',
      items: [{ capability: 'stamp' }],
    });
    // What the command line answers to the same question of the same person.
    expect(await queryCapabilities(client, 'stamp >=1.0 with ink', { namespace: 'studio' })).toMatchObject({
      satisfied: true,
      reason: painter.reason,
    });
    const bad = await ask('/api/v1/capabilities?query=stamp%20new', may);
    expect([bad.status, await bad.json()]).toMatchObject([
      400,
      { kind: 'Error', code: 'CAPSTAN_QUERY_INVALID', fields: { position: 7 } },
    ]);
    expect((await ask('/api/v1/capabilities?namespace=A_B')).status).toBe(400);
    expect((await ask(query, 'nonsense')).status).toBe(401);
  });

  /** A service account's token; it may create stickers or nothing. */
  async function aUser(name: string, mayUse: boolean): Promise<string> {
    const rbac = 'rbac.authorization.k8s.io';
    await client.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'default' } });
    if (mayUse) {
      const rules = [{ apiGroups: ['traits.capstan.dev'], resources: ['stickers'], verbs: ['create'] }];
      await client.create({
        apiVersion: `${rbac}/v1`,
        kind: 'ClusterRole',
        metadata: { name },
        rules,
      } as KubernetesObject);
      await client.create({
        apiVersion: `${rbac}/v1`,
        kind: 'ClusterRoleBinding',
        metadata: { name },
        roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
        subjects: [{ kind: 'ServiceAccount', name, namespace: 'default' }],
      } as KubernetesObject);
    }
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', namespace: 'default', name };
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
    const { status } = (await client.createSubresource(account, 'token', request)) as {
      status?: { token: string };
    } & object;
    return status?.token ?? '';
  }
});

function providerOf(capability: Capability | undefined) {
  return capability?.status?.providers?.[0];
}
