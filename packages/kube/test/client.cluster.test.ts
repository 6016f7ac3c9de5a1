import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CapstanError, referenceTo } from '@capstan/base';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import {
  clusterFacts,
  ensureNamespace,
  healthOf,
  lastEventOf,
  pruneInventory,
  waitFor,
  waitUntilServed,
} from '../src/index.ts';
import { aConfigMap, aGadgetDefinition, aNamespace, cluster, unique } from './cluster.ts';

const WITHIN = { timeout: 20_000 };

describe('objects', () => {
  test('apply creates and is repeatable; get, list, patch, replace and delete do what they say', async () => {
    const client = await cluster();
    const namespace = await aNamespace(client);
    const wanted = aConfigMap(namespace, 'a', { x: '1' });
    const first = await client.apply(wanted);
    const second = await client.apply(wanted);
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    const dry = await client.apply(aConfigMap(namespace, 'a', { x: '2' }), { dryRun: true });
    expect(dry).toMatchObject({ data: { x: '2' } });
    expect(await client.get(referenceTo(wanted))).toMatchObject({ data: { x: '1' } });
    await client.patch(referenceTo(wanted), { data: { y: '1' } });
    await client.patch(referenceTo(wanted), [{ op: 'add', path: '/data/z', value: '1' }], { type: 'json' });
    const { items } = await client.list(wanted, { namespace, fieldSelector: 'metadata.name=a' });
    expect(items).toMatchObject([{ kind: 'ConfigMap', data: { x: '1', y: '1', z: '1' } }]);
    await expect(client.replace(first)).rejects.toMatchObject({ code: 'CAPSTAN_KUBE_CONFLICT', exit: 5 });
    await expect(client.delete(referenceTo(wanted), { uid: 'another' })).rejects.toMatchObject({
      code: 'CAPSTAN_KUBE_CONFLICT',
    });
    await client.delete(referenceTo(wanted));
    await client.delete(referenceTo(wanted));
    expect(await client.get(referenceTo(wanted))).toBeUndefined();
  });

  test('an apply that meets the fields of another manager names it and its fields, and force takes them', async () => {
    const client = await cluster();
    const namespace = await aNamespace(client);
    await client.apply(aConfigMap(namespace, 'a', { x: '1', y: '1' }), { fieldManager: 'someone-else' });
    await expect(client.apply(aConfigMap(namespace, 'a', { x: '2' }))).rejects.toMatchObject({
      code: 'CAPSTAN_KUBE_FIELD_CONFLICT',
      fields: { managers: [{ manager: 'someone-else', fields: ['.data.x'] }] },
    });
    const forced = await client.apply(aConfigMap(namespace, 'a', { x: '2' }), { force: true });
    expect(forced).toMatchObject({ data: { x: '2', y: '1' } });
  });

  test('a field that the kind does not have is refused and named', async () => {
    const client = await cluster();
    const namespace = await aNamespace(client);
    await expect(client.apply({ ...aConfigMap(namespace, 'a'), datta: {} })).rejects.toMatchObject({
      code: 'CAPSTAN_KUBE_INVALID',
      message: expect.stringContaining('datta'),
    });
  });

  test('kinds that are not served: reads find nothing, writes say so', async () => {
    const client = await cluster();
    const gadget = { apiVersion: 'nowhere.dev/v1', kind: 'Gadget', metadata: { name: 'a', namespace: 'default' } };
    expect(await client.get(referenceTo(gadget))).toBeUndefined();
    expect(await client.list(gadget)).toEqual({ items: [], resourceVersion: '' });
    await expect(client.apply(gadget)).rejects.toMatchObject({ code: 'CAPSTAN_KUBE_KIND_UNKNOWN', exit: 5 });
  });
});

describe('rights', () => {
  test('a missing right is named, and mayI knows it beforehand', async () => {
    const admin = await cluster();
    const namespace = await aNamespace(admin);
    const jane = await cluster({ as: 'jane' });
    expect(await jane.mayI({ verb: 'list', group: 'apps', resource: 'deployments', namespace })).toMatchObject({
      allowed: false,
    });
    expect(await admin.mayI({ verb: 'list', group: 'apps', resource: 'deployments', namespace })).toMatchObject({
      allowed: true,
    });
    await expect(jane.list({ apiVersion: 'apps/v1', kind: 'Deployment' }, { namespace })).rejects.toMatchObject({
      code: 'CAPSTAN_KUBE_FORBIDDEN',
      exit: 4,
      message: `user "jane" may not list deployments.apps in namespace ${namespace}`,
      fields: { verb: 'list', group: 'apps', resource: 'deployments', namespace },
    });
    const watch = waitFor(jane, { apiVersion: 'v1', kind: 'Secret', name: 'a', namespace }, () => false, {
      timeoutMs: 30_000,
    });
    await expect(watch).rejects.toMatchObject({ code: 'CAPSTAN_KUBE_FORBIDDEN' });
  });
});

describe('getting in', () => {
  /** The shared kubeconfig with something replaced. */
  async function altered(pattern: RegExp, by: string): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), 'capstan-kube-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const text = await readFile(inject('kubeconfig'), 'utf8');
    expect(text).toMatch(pattern);
    await writeFile(join(directory, 'kubeconfig'), text.replace(pattern, by));
    return join(directory, 'kubeconfig');
  }

  test('a certificate that the kubeconfig does not vouch for makes the cluster unreachable', async () => {
    const client = await cluster({ kubeconfig: await altered(/"?certificate-authority-data"?: *("[^"]*"|\S+),?/, '') });
    await expect(client.version()).rejects.toMatchObject({
      code: 'CAPSTAN_KUBE_UNREACHABLE',
      exit: 3,
      hint: expect.stringContaining('certificate'),
    });
  });

  test('a token that the server does not know is told from a missing right', async () => {
    const client = await cluster({ kubeconfig: await altered(/("?token"?: *)("[^"]*"|\S+)/, '$1"wrong"') });
    await expect(client.list({ apiVersion: 'v1', kind: 'Pod' })).rejects.toMatchObject({
      code: 'CAPSTAN_KUBE_UNAUTHORIZED',
      exit: 3,
      message: expect.not.stringContaining('wrong'),
    });
  });
});

describe('discovery', () => {
  test('a kind is usable as soon as waitUntilServed says so', async () => {
    const client = await cluster();
    const namespace = await aNamespace(client);
    const group = `${unique('g')}.example.dev`;
    const gadget = { apiVersion: `${group}/v1`, kind: 'Gadget', metadata: { name: 'a', namespace } };
    expect(await client.discovery.find(gadget)).toBeUndefined();
    await client.apply(aGadgetDefinition(group));
    expect(await waitUntilServed(client, gadget)).toMatchObject({ resource: 'gadgets', namespaced: true });
    await expect(client.apply(gadget)).resolves.toMatchObject({ kind: 'Gadget' });
    expect(await client.discovery.findByName(`gadgets.${group}`)).toMatchObject({ kind: 'Gadget' });
    await client.delete(referenceTo(aGadgetDefinition(group)));
  });

  test('waiting for a kind that nobody defines ends, and says that', async () => {
    const client = await cluster();
    await expect(
      waitUntilServed(client, { apiVersion: 'nowhere.dev/v1', kind: 'Gadget' }, { timeoutMs: 200 }),
    ).rejects.toMatchObject({
      code: 'CAPSTAN_KUBE_WAIT_TIMEOUT',
      exit: 6,
      hint: expect.stringContaining('no CustomResourceDefinition defines it'),
    });
  });
});

describe('waiting', () => {
  test('a wait ends with the state it waited for', async () => {
    const client = await cluster();
    const namespace = await aNamespace(client);
    const reference = referenceTo(aConfigMap(namespace, 'later'));
    const progress: unknown[] = [];
    let applied: Promise<unknown> | undefined;
    const wait = waitFor(client, reference, (object) => object !== undefined, {
      timeoutMs: 30_000,
      onProgress: (object) => {
        progress.push(object);
        applied ??= client.apply(aConfigMap(namespace, 'later'));
      },
    });
    await expect(wait).resolves.toMatchObject({ metadata: { name: 'later' } });
    expect(progress[0]).toBeUndefined();
    await applied;
  });

  test('a wait that is too long names the object, its health and its last event', async () => {
    const client = await cluster();
    const namespace = await aNamespace(client);
    const labels = { app: 'stuck' };
    // No such service account: the ReplicaSet controller reports why it makes no pods.
    const template = {
      metadata: { labels },
      spec: { serviceAccountName: 'nobody', containers: [{ name: 'c', image: 'c' }] },
    };
    const replicaSet = {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 'stuck', namespace },
      spec: { replicas: 1, selector: { matchLabels: labels }, template },
    };
    await client.apply(replicaSet);
    const failing = (object: unknown) => healthOf(object as never).reason === 'ReplicaFailure';
    await waitFor(client, referenceTo(replicaSet), failing, { timeoutMs: 30_000 });
    await expect
      .poll(() => lastEventOf(client, referenceTo(replicaSet)), WITHIN)
      .toMatchObject({ reason: 'FailedCreate' });
    const ready = (object: unknown) => healthOf(object as never).status === 'ready';
    await expect(waitFor(client, referenceTo(replicaSet), ready, { timeoutMs: 200 })).rejects.toMatchObject({
      code: 'CAPSTAN_KUBE_WAIT_TIMEOUT',
      exit: 6,
      message: expect.stringContaining(`replicaset/${namespace}/stuck was not ready within 0.2 s: ReplicaFailure`),
      hint: expect.stringContaining('FailedCreate'),
      fields: { health: { status: 'progressing' }, event: { type: 'Warning' } },
    });
  });
});

describe('pruning', () => {
  test('deletes what is ours and no longer wanted, last created first, and nothing else', async () => {
    const client = await cluster();
    const namespace = await aNamespace(client);
    const names = ['kept', 'first', 'second', 'replaced', 'foreign', 'owned', 'gone'];
    const previous = [];
    for (const name of names) {
      const manager = name === 'foreign' ? 'someone-else' : 'capstan-controller';
      const object = await client.apply(aConfigMap(namespace, name), { fieldManager: manager });
      // An entry is written before its object exists, so that it may lack the uid.
      const uid = name === 'foreign' || name === 'second' ? undefined : object.metadata.uid;
      previous.push({ ...referenceTo(object), ...(uid ? { uid } : {}) });
    }
    for (const name of ['replaced', 'gone']) await client.delete(referenceTo(aConfigMap(namespace, name)));
    await client.create(aConfigMap(namespace, 'replaced'));
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'other', uid: 'another-uid', controller: true };
    await client.patch(referenceTo(aConfigMap(namespace, 'owned')), { metadata: { ownerReferences: [owner] } });
    previous.unshift({ apiVersion: 'nowhere.dev/v1', kind: 'Gadget', name: 'a', namespace });

    const desired = [referenceTo(aConfigMap(namespace, 'kept'))];
    const results = await pruneInventory(client, { previous, desired, waitMs: 10_000 });
    const told = results.map(({ entry, outcome }) => `${entry.name} ${outcome}`);
    // The garbage collector may already have found that the owner of `owned` does not exist.
    expect(told.filter((one) => !one.startsWith('owned'))).toEqual([
      'gone gone',
      'foreign kept',
      'replaced kept',
      'second deleted',
      'first deleted',
      'a gone',
    ]);
    expect(told).not.toContain('owned deleted');
    const left = (await client.list(aConfigMap(namespace, ''), { namespace })).items.map(
      (object) => object.metadata.name,
    );
    expect(left).toEqual(expect.arrayContaining(['foreign', 'kept', 'replaced']));
    expect(left).not.toEqual(expect.arrayContaining(['first']));
  });

  test('deletes what was made anew under the name by the same controller, and no other replacement', async () => {
    const client = await cluster();
    const namespace = await aNamespace(client);
    const made = await client.create(aConfigMap(namespace, 'controller'));
    const controller = { ...referenceTo(made), uid: made.metadata.uid ?? '', controller: true };
    const { namespace: _, ...owner } = controller;
    const again = aConfigMap(namespace, 'again');
    await client.create({ ...again, metadata: { ...again.metadata, ownerReferences: [owner] } });
    await client.create(aConfigMap(namespace, 'replaced'));
    const previous = ['again', 'replaced'].map((name) => ({
      ...referenceTo(aConfigMap(namespace, name)),
      uid: 'that of one before',
    }));
    const prune = (ownerUids: readonly string[]) => pruneInventory(client, { previous, desired: [], ownerUids });
    const outcomes = (results: readonly { readonly outcome: string }[]) => results.map(({ outcome }) => outcome);
    expect(outcomes(await prune([]))).toEqual(['kept', 'kept']);
    expect(outcomes(await prune([owner.uid]))).toEqual(['kept', 'deleted']);
  });
});

describe('the cluster', () => {
  test('clusterFacts tells that this one is simulated and why', async () => {
    const client = await cluster();
    const { gitVersion } = await client.version();
    const facts = await clusterFacts(client);
    const reason = gitVersion.includes('+sim')
      ? `the API server's version is ${gitVersion}`
      : 'all nodes are simulated by kwok';
    expect(facts).toMatchObject({ version: gitVersion, simulated: true, reason });
    expect(facts.nodes).toBeGreaterThan(0);
    const jane = await clusterFacts(await cluster({ as: 'jane' }));
    // The version may be read by everybody, the Nodes may not.
    if (gitVersion.includes('+sim')) expect(jane).toMatchObject({ simulated: true, reason });
    else expect(jane).toMatchObject({ simulated: false, reason: 'the nodes may not be listed' });
  });

  test('ensureNamespace creates once and keeps what is there', async () => {
    const client = await cluster();
    const name = unique('ensured');
    expect(await ensureNamespace(client, name, { labels: { a: 'b' } })).toBe(true);
    expect(await ensureNamespace(client, name)).toBe(false);
    const reference = { apiVersion: 'v1', kind: 'Namespace', name };
    expect((await client.get(reference))?.metadata.labels).toMatchObject({ a: 'b' });
    await client.delete(reference);
    expect(await ensureNamespace(client, name)).toBe(true);
  });

  test('raw reads a path outside the resources; a wrong one is an error with a code', async () => {
    const client = await cluster();
    expect(await client.raw('/readyz')).toBe('ok');
    await expect(client.raw('/nowhere')).rejects.toBeInstanceOf(CapstanError);
  });
});
