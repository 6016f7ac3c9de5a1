import type { KubernetesObject } from '@capstan/base';
import type { ApplicationConfiguration, StoreWrite } from '@capstan/oam-model';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeStore } from '../src/data-passing/write-store.ts';
import {
  finalizersAfterLeaving,
  finalizersToJoin,
  type ScopeWrite,
  writeFinalizers,
  writeScope,
} from '../src/scopes/index.ts';
import { recordWrites, startCluster, type TestCluster } from './cluster.ts';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster.stop());

const OAM = 'core.oam.dev/v1alpha2';

describe('a scope', () => {
  const reference = (name: string) => ({ apiVersion: 'example.com/v1', kind: 'Foo', name });
  const path = 'spec.workloadRefs';

  async function aScope(name: string, workloadRefs: object[] = []): Promise<KubernetesObject> {
    const metadata = { name, namespace: cluster.namespace };
    return cluster.client.create({ apiVersion: OAM, kind: 'HealthScope', metadata, spec: { workloadRefs } });
  }

  function aWrite(scope: string, add: string[], remove: string[] = []): ScopeWrite {
    const place = { apiVersion: OAM, kind: 'HealthScope', namespace: cluster.namespace, name: scope };
    return { scope: place, path, add: add.map(reference), remove: remove.map(reference) };
  }

  const refs = (scope: KubernetesObject | undefined) =>
    ((scope?.['spec'] as { workloadRefs?: { name: string }[] })?.workloadRefs ?? []).map(({ name }) => name);

  test('takes references of many writers at once, and each only once', async () => {
    const { client } = cluster;
    const scope = await aScope('busy', [reference('old')]);
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const writes = recordWrites();
    await Promise.all(names.map((name) => writeScope(client, aWrite('busy', [name], ['old']), { scope })));
    expect(writes).toHaveLength(names.length);
    const after = await writeScope(client, aWrite('busy', names));
    expect(refs(after).sort()).toEqual(names);
  });

  test('is written with one request when the cache is up to date, and not at all when nothing changes', async () => {
    const { client } = cluster;
    const scope = await aScope('quiet');
    const writes = recordWrites();
    const written = await writeScope(client, aWrite('quiet', ['a']), { scope });
    await writeScope(client, aWrite('quiet', ['a']), { scope: written });
    expect(writes).toHaveLength(1);
    // What the cache still believes does no harm.
    await writeScope(client, aWrite('quiet', ['b'], ['a']), { scope });
    expect(refs(await client.get(aWrite('quiet', []).scope))).toEqual(['b']);
  });

  test('is left also by what the cache does not show yet: a join whose answer was lost', async () => {
    const { client } = cluster;
    const scope = await aScope('lagging');
    const join = aWrite('lagging', ['a', 'b']);
    await writeScope(client, join);
    const left = await writeScope(client, aWrite('lagging', [], ['a']), { scope });
    expect(refs(left)).toEqual(['b']);
    expect(refs(await client.get(join.scope))).toEqual(['b']);
  });

  test('that is gone is no error where something was to be taken away', async () => {
    expect(await writeScope(cluster.client, aWrite('gone', [], ['a']))).toBeUndefined();
    await expect(writeScope(cluster.client, aWrite('gone', ['a']))).rejects.toMatchObject({
      code: 'CAPSTAN_SCOPE_WRITE_FAILED',
      message: `cannot apply scope "${OAM}" "HealthScope" "gone": cannot get scope "gone"`,
    });
  });

  test('has its application held until it is left', async () => {
    const { client, namespace } = cluster;
    const scopeRef = { apiVersion: OAM, kind: 'HealthScope', name: 'quiet' };
    const application = (await client.create({
      apiVersion: OAM,
      kind: 'ApplicationConfiguration',
      metadata: { name: 'app', namespace, finalizers: ['example.com/other'] },
      spec: { components: [{ componentName: 'web', scopes: [{ scopeRef }] }] },
    })) as ApplicationConfiguration;
    const joined = await writeFinalizers(client, application, finalizersToJoin(application) ?? []);
    expect(joined.metadata.finalizers).toEqual(['example.com/other', 'scope.finalizer.core.oam.dev']);
    await expect(writeFinalizers(client, application, [])).rejects.toMatchObject({ code: 'CAPSTAN_KUBE_CONFLICT' });
    const place = { apiVersion: OAM, kind: 'ApplicationConfiguration', namespace, name: 'app' };
    await client.delete(place);
    const going = (await client.get(place)) as ApplicationConfiguration;
    const left = await writeFinalizers(client, going, finalizersAfterLeaving(going) ?? []);
    expect(left.metadata.finalizers).toEqual(['example.com/other']);
  });
});

describe('a store', () => {
  /** An owner must exist: what it owns goes with it. */
  async function anOwner(name: string) {
    const metadata = { name, namespace: cluster.namespace };
    const kind = { apiVersion: OAM, kind: 'ApplicationConfiguration' };
    const { metadata: made } = await cluster.client.create({ ...kind, metadata, spec: { components: [] } });
    return { ...kind, name, uid: made.uid ?? '', controller: true };
  }

  async function optionsOf(owner: string) {
    const reference = await anOwner(owner);
    const source: KubernetesObject = {
      apiVersion: 'example.com/v1',
      kind: 'Foo',
      metadata: { name: 'source', namespace: 'any', ownerReferences: [reference] },
      status: { key: 'value' },
    };
    return { sourceOf: () => source, applicationUid: reference.uid };
  }

  function aWrite(store: string, key = 'key'): StoreWrite {
    const operation = { type: 'jsonPatch', op: 'add', valueFrom: { fieldPath: 'status.key' } } as const;
    return {
      store: { apiVersion: 'v1', kind: 'ConfigMap', namespace: cluster.namespace, name: store },
      parts: [{ source: 'source', operations: [{ ...operation, toFieldPath: `data.${key}` }] }],
    };
  }

  test('is made with the owners of its source, and left alone when it has everything', async () => {
    const { client } = cluster;
    const options = await optionsOf('maker');
    const writes = recordWrites();
    const store = await writeStore(client, aWrite('made'), options);
    const { ownerReferences } = options.sourceOf().metadata;
    expect(store).toMatchObject({ metadata: { ownerReferences }, data: { key: 'value' } });
    await writeStore(client, aWrite('made'), { ...options, store });
    expect(writes).toHaveLength(1);
  });

  test('keeps what others write at the same time', async () => {
    const { client } = cluster;
    const options = await optionsOf('sharer');
    await Promise.all(['a', 'b', 'c', 'd'].map((key) => writeStore(client, aWrite('shared', key), options)));
    const store = await client.get(aWrite('shared').store);
    expect(store?.['data']).toEqual({ a: 'value', b: 'value', c: 'value', d: 'value' });
  });

  test('of somebody else is not touched', async () => {
    const { client, namespace } = cluster;
    const metadata = { name: 'theirs', namespace, ownerReferences: [await anOwner('other')] };
    const options = await optionsOf('intruder');
    await client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata });
    await expect(writeStore(client, aWrite('theirs'), options)).rejects.toMatchObject({
      code: 'CAPSTAN_STORE_NOT_CONTROLLED',
      message: `cannot write store "theirs": existing object is not controlled by UID "${options.applicationUid}"`,
    });
  });
});
