import type { KubernetesObject, ObjectReference } from '@capstan/base';
import { planUninstall } from '@capstan/capability-center';
import { CAPSTAN_KINDS, type CapabilitySet, type CapabilitySetSpec } from '@capstan/capability-model';
import { conditionsOf, findCondition, type KubeClient, waitFor } from '@capstan/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CapabilityCluster, capabilityCluster } from './capability-cluster.ts';
import { condition, DEADLINE_MS, deploymentIn } from './support.ts';

const install = (name: string): ObjectReference => ({ ...CAPSTAN_KINDS.install, name });
const set = (name: string): ObjectReference => ({ ...CAPSTAN_KINDS.set, name });
const map = (name: string): ObjectReference => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace: name, name });

describe('capability sets', () => {
  let cluster: CapabilityCluster;
  let client: KubeClient;

  beforeAll(async () => {
    cluster = await capabilityCluster([
      { name: 'ink' },
      { name: 'paper', needs: { ink: '>=1.0.0' } },
      { name: 'glue' },
      { name: 'glue', version: '1.1.0' },
      { name: 'paint-pots', fields: { aliases: ['paint'] } },
    ]);
    client = cluster.client;
  });

  afterAll(() => cluster?.stop());

  const apply = (name: string, spec: CapabilitySetSpec) =>
    client.apply({ ...CAPSTAN_KINDS.set, metadata: { name }, spec } as unknown as KubernetesObject, {
      fieldManager: 'gitops',
      force: true,
    });
  const goal = (name: string, version = '*') => ({ package: name, version });
  const until = (reference: ObjectReference, holds: (live: KubernetesObject | undefined) => boolean) =>
    waitFor(client, reference, holds, { timeoutMs: DEADLINE_MS });
  const dataOf = (live: KubernetesObject | undefined) => live?.['data'] as Record<string, string> | undefined;

  test('what a set names is installed with what it needs, and changes with it', async () => {
    await apply('desk', { capabilities: [goal('paper'), goal('glue', '~1.0.0')] });
    const ready = (await condition(client, set('desk'), ['Ready', 'True', 'Reconciled'])) as CapabilitySet;
    expect(ready.status).toMatchObject({
      observedGeneration: 1,
      installs: [
        { package: 'paper', phase: 'Ready', version: '1.0.0' },
        { package: 'glue', phase: 'Ready', version: '1.0.0' },
      ],
    });
    await condition(client, install('ink'), ['Ready', 'True']);
    await apply('desk', { capabilities: [{ ...goal('paper'), values: { message: 'thick' } }, goal('glue', '~1.1.0')] });
    await until(map('glue'), (live) => dataOf(live)?.['version'] === '1.1.0');
    await until(map('paper'), (live) => dataOf(live)?.['message'] === 'thick');
    const changed = (await condition(client, set('desk'), ['Ready', 'True', 'Reconciled'])) as CapabilitySet;
    expect(changed.status?.installs?.[1]).toMatchObject({ version: '1.1.0', phase: 'Ready' });
  });

  test('drift is healed: what was changed is put back, what was deleted is made again', async () => {
    await client.patch(map('paper'), { data: { message: 'thin' } }, { fieldManager: 'somebody' });
    await until(map('paper'), (live) => dataOf(live)?.['message'] === 'thick');
    await condition(client, install('paper'), ['Ready', 'True', 'Installed']);
    await client.delete(deploymentIn('glue', 'glue'));
    await until(
      deploymentIn('glue', 'glue'),
      (live) => live !== undefined && live.metadata.deletionTimestamp === undefined,
    );
    await condition(client, install('glue'), ['Ready', 'True', 'Installed']);
    await condition(client, set('desk'), ['Ready', 'True', 'Reconciled']);
  });

  test('a bad entry is told and holds up no other; what cannot be had together names both owners', async () => {
    await apply('bad', { capabilities: [goal('ink', 'newest!'), goal('tape'), goal('glue', '<1.1.0')] });
    const bad = (await condition(client, set('bad'), ['Stalled', 'True'])) as CapabilitySet;
    const remarks = Object.fromEntries((bad.status?.installs ?? []).map((one) => [one.package, one]));
    expect(remarks).toMatchObject({
      ink: { phase: 'Stalled', reason: 'SpecInvalid', message: expect.stringContaining('newest!') },
      tape: { phase: 'Stalled', reason: 'Unknown' },
      glue: {
        phase: 'Stalled',
        reason: 'Conflict',
        message: expect.stringMatching(/CapabilitySet bad and CapabilitySet desk/),
      },
    });
    expect(findCondition(conditionsOf(bad), 'Ready')?.status).toBe('False');
    await client.delete(set('bad'));
    await condition(client, set('desk'), ['Ready', 'True', 'Reconciled']);
  });

  test('an alias means its package, and the status says which; it counts as asked for', async () => {
    await apply('art', { capabilities: [goal('paint')] });
    const ready = (await condition(client, set('art'), ['Ready', 'True', 'Reconciled'])) as CapabilitySet;
    expect(ready.status?.installs).toMatchObject([{ package: 'paint-pots', phase: 'Ready' }]);
    expect(findCondition(conditionsOf(ready), 'Ready')?.message).toBe('1 package is ready; paint means paint-pots');
    const { blockers } = await planUninstall(await cluster.open(), { package: 'paint-pots' });
    expect(blockers).toMatchObject([{ message: 'paint-pots is asked for by CapabilitySet art (*).' }]);
    await apply('art', { capabilities: [goal('paint'), goal('paint-pots')] });
    const twice = (await condition(client, set('art'), ['Stalled', 'True'])) as CapabilitySet;
    expect(twice.status?.installs).toMatchObject([
      { package: 'paint', phase: 'Stalled', message: expect.stringMatching(/Did you mean paint-pots/) },
      { package: 'paint-pots', phase: 'Ready' },
    ]);
    await client.delete(set('art'));
    await until(set('art'), (live) => live === undefined);
  });

  test('an entry that goes leaves its package unneeded, or takes it along with prune', async () => {
    await apply('desk', { capabilities: [goal('glue')] });
    const kept = (await until(
      set('desk'),
      (live) => (live as CapabilitySet | undefined)?.status?.unneeded !== undefined,
    )) as CapabilitySet;
    expect(kept.status?.unneeded).toEqual(['paper']);
    expect(await client.get(install('paper'))).toBeDefined();
    await apply('desk', { capabilities: [goal('glue')], prune: true });
    await until(install('paper'), (live) => live === undefined);
    await until(install('ink'), (live) => live === undefined);
    await condition(client, set('desk'), ['Ready', 'True', 'Reconciled']);
  });

  test('a set that is paused changes nothing; one that goes leaves what it installed, but for prune', async () => {
    await apply('desk', { capabilities: [goal('glue'), goal('ink')], paused: true });
    await until(
      set('desk'),
      (live) => (live as CapabilitySet).status?.observedGeneration === live?.metadata.generation,
    );
    expect(await client.get(install('ink'))).toBeUndefined();
    await apply('other', { capabilities: [goal('ink')] });
    await condition(client, set('other'), ['Ready', 'True', 'Reconciled']);
    await client.delete(set('other'));
    await until(set('other'), (live) => live === undefined);
    await apply('desk', { capabilities: [goal('glue')], prune: true });
    await condition(client, set('desk'), ['Ready', 'True', 'Reconciled']);
    await client.delete(set('desk'));
    await until(set('desk'), (live) => live === undefined);
    await until(install('glue'), (live) => live === undefined);
    await condition(client, install('ink'), ['Ready', 'True']);
  });
});
