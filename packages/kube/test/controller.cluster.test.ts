import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { identifyProcess, referenceTo, systemClock } from '@capstan/base';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  acquireLease,
  fenceClient,
  type InformerEvent,
  leaseHolder,
  startInformer,
  waitUntilServed,
} from '../src/index.ts';
import { aConfigMap, aGadgetDefinition, aNamespace, cluster, unique } from './cluster.ts';

const WITHIN = { timeout: 20_000 };

describe('informers', () => {
  test('an informer follows a kind through the coming, going and coming back of its CRD', async () => {
    const client = await cluster();
    const namespace = await aNamespace(client);
    const group = `${unique('g')}.example.dev`;
    const kind = { apiVersion: `${group}/v1`, kind: 'Gadget' };
    const crd = aGadgetDefinition(group);
    const gadget = (name: string) => ({ ...kind, metadata: { name, namespace } });
    const stop = new AbortController();
    const events: string[] = [];
    const onEvent = ({ type, object }: InformerEvent) => events.push(`${type} ${object.metadata.name}`);
    const informer = startInformer(client, { kind, signal: stop.signal, onEvent });
    onTestFinished(() => {
      stop.abort(new Error('the test is over'));
      return informer.stopped;
    });
    await informer.synced;
    expect(informer.served).toBe(false);

    await client.apply(crd);
    await waitUntilServed(client, kind);
    await client.apply(gadget('a'));
    await expect.poll(() => events, WITHIN).toEqual(['ADDED a']);

    await client.delete(referenceTo(crd));
    await expect.poll(() => informer.served, WITHIN).toBe(false);
    expect(events).toEqual(['ADDED a', 'DELETED a']);
    expect(informer.list()).toEqual([]);

    await client.apply(crd);
    await waitUntilServed(client, kind);
    await client.apply(gadget('b'));
    await expect.poll(() => events, WITHIN).toEqual(['ADDED a', 'DELETED a', 'ADDED b']);
    await client.delete(referenceTo(crd));
  });

  test('changes arrive in order, with what was known before', async () => {
    const client = await cluster();
    const namespace = await aNamespace(client);
    const stop = new AbortController();
    const seen: string[] = [];
    const informer = startInformer(client, {
      kind: { apiVersion: 'v1', kind: 'ConfigMap' },
      namespace,
      labelSelector: 'watched=yes',
      signal: stop.signal,
      onEvent: ({ type, object, old }) =>
        seen.push(`${type} ${JSON.stringify(old?.['data'] ?? null)} -> ${JSON.stringify(object['data'])}`),
    });
    onTestFinished(() => stop.abort(new Error('the test is over')));
    await informer.synced;
    const labelled = (value: string) => {
      const object = aConfigMap(namespace, 'a', { x: value });
      return { ...object, metadata: { ...object.metadata, labels: { watched: 'yes' } } };
    };
    await client.apply(labelled('1'));
    await client.apply(labelled('2'));
    await client.apply(aConfigMap(namespace, 'a', { x: '3' }));
    await expect
      .poll(() => seen, WITHIN)
      .toEqual([
        'ADDED null -> {"x":"1"}',
        'MODIFIED {"x":"1"} -> {"x":"2"}',
        expect.stringMatching(/^DELETED {"x":"2"}/),
      ]);
  });
});

describe('leases', () => {
  test('one holder at a time; a release hands over at once with a higher fencing number', async () => {
    const client = await cluster();
    const namespace = await aNamespace(client);
    const options = { name: 'work', namespace };
    expect(await leaseHolder(client, 'work', { namespace })).toBeUndefined();
    const first = await acquireLease(client, { ...options, holder: 'one' });
    expect(await leaseHolder(client, 'work', { namespace })).toMatchObject({
      holder: 'one',
      alive: true,
      fencing: first.fencing,
    });
    await expect(acquireLease(client, { ...options, holder: 'two' })).rejects.toMatchObject({
      code: 'CAPSTAN_KUBE_LEASE_HELD',
      exit: 5,
      fields: { holder: 'one' },
    });
    const waiting = acquireLease(client, { ...options, holder: 'two', waitMs: 20_000 });
    await first.release();
    const second = await waiting;
    expect(second.fencing).toBeGreaterThan(first.fencing);
    expect(first.signal.aborted).toBe(false);
    await second.release();
    expect(await leaseHolder(client, 'work', { namespace })).toBeUndefined();
  });

  test('the lease of a dead holder can be taken, and the dead one learns it when it comes back', async () => {
    const client = await cluster();
    const namespace = await aNamespace(client);
    let frozen = true;
    // A holder whose time stands still never renews: as a process that was stopped.
    const clock = { now: () => Date.now() - 60_000, sleep: () => new Promise<void>((resolve) => void poll(resolve)) };
    const poll = (resolve: () => void): unknown => (frozen ? setTimeout(poll, 20, resolve) : resolve());
    const dead = await acquireLease(client, { name: 'work', namespace, holder: 'dead', durationMs: 1000, clock });
    expect(await leaseHolder(client, 'work', { namespace })).toMatchObject({ holder: 'dead', alive: false });
    const heir = await acquireLease(client, { name: 'work', namespace, holder: 'heir' });
    expect(heir.fencing).toBe(dead.fencing + 1);
    frozen = false;
    await expect.poll(() => dead.signal.aborted, WITHIN).toBe(true);
    expect(dead.signal.reason).toMatchObject({ code: 'CAPSTAN_KUBE_LEASE_LOST' });
    await dead.release();
    expect(await leaseHolder(client, 'work', { namespace })).toMatchObject({ holder: 'heir', alive: true });
    await heir.release();
  });

  test('the lease of a process of this machine that has ended is free at once, that of a running one is not', async () => {
    const client = await cluster();
    const namespace = await aNamespace(client);
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    onTestFinished(() => void child.kill('SIGKILL'));
    const identity = await identifyProcess(child.pid!);
    const held = await acquireLease(client, { name: 'work', namespace, holder: 'killed' });
    const reference = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', name: 'work', namespace };
    const lease = await client.get(reference);
    const own = JSON.parse(lease?.metadata.annotations?.['capstan.dev/holder-process'] ?? '{}');
    expect(own).toMatchObject({ pid: process.pid });
    const annotations = { 'capstan.dev/holder-process': JSON.stringify({ ...own, ...identity }) };
    await client.patch(reference, { metadata: { annotations } });
    await expect(acquireLease(client, { name: 'work', namespace })).rejects.toMatchObject({
      fields: { holder: 'killed' },
    });
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await leaseHolder(client, 'work', { namespace })).toMatchObject({ holder: 'killed', alive: false });
    const heir = await acquireLease(client, { name: 'work', namespace, holder: 'heir' });
    expect(heir.fencing).toBe(held.fencing + 1);
    await heir.release();
    await held.release();
  });

  test('who lost a lease takes it again at once in the same process; who holds it there keeps it', async () => {
    const client = await cluster();
    const namespace = await aNamespace(client);
    let asleepMs = 0;
    const clock = { now: () => Date.now() + asleepMs, sleep: systemClock.sleep };
    const lost = await acquireLease(client, { name: 'work', namespace, clock });
    await expect(acquireLease(client, { name: 'work', namespace })).rejects.toMatchObject({
      fields: { holder: lost.holder },
    });
    asleepMs = 12_000;
    expect(() => lost.assertHeld()).toThrow('was lost');
    const again = await acquireLease(client, { name: 'work', namespace });
    expect(again.fencing).toBe(lost.fencing + 1);
    await lost.release();
    expect(await leaseHolder(client, 'work', { namespace })).toMatchObject({ holder: again.holder, alive: true });
    await again.release();
  });

  test('who lost the lease, or slept through its time, writes no more', async () => {
    const client = await cluster();
    const namespace = await aNamespace(client);
    let asleepMs = 0;
    const clock = { now: () => Date.now() + asleepMs, sleep: systemClock.sleep };
    const lease = await acquireLease(client, { name: 'work', namespace, clock });
    const fenced = fenceClient(client, lease);
    await fenced.create(aConfigMap(namespace, 'held'));
    asleepMs = 11_000;
    const late = fenced.create(aConfigMap(namespace, 'late'));
    await expect(late).rejects.toMatchObject({ code: 'CAPSTAN_KUBE_LEASE_LOST' });
    expect(lease.signal.aborted).toBe(true);
    const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'late', namespace };
    expect(await fenced.get(reference)).toBeUndefined();
    await lease.release();
  });

  test('a held lease is renewed for as long as it is needed', async () => {
    const client = await cluster();
    const namespace = await aNamespace(client);
    // Time that passes by sleeping alone: a machine that stands still loses nothing.
    let now = Date.now();
    const sleep = async (ms: number) => {
      now += ms;
    };
    const clock = { now: () => now, sleep };
    const lease = await acquireLease(client, { name: 'work', namespace, clock });
    onTestFinished(() => lease.release());
    const first = await leaseHolder(client, 'work', { namespace, clock });
    await expect
      .poll(async () => (await leaseHolder(client, 'work', { namespace, clock }))?.renewedAt ?? 0, WITHIN)
      .toBeGreaterThan((first?.renewedAt ?? 0) + 20_000);
    expect(lease.signal.aborted).toBe(false);
  });
});
