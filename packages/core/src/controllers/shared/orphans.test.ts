import type { KubernetesObject, OwnerReference } from '@capstan/base';
import { expect, test } from 'vitest';
import { isDeleted, mayTake, wasOrphaning } from './orphans.ts';

const OWNER = anObject('owner', 'owner-uid');
const signal = new AbortController().signal;

/** A cluster that has these objects. */
function having(...objects: readonly KubernetesObject[]) {
  const asked: string[] = [];
  const get = ({ name }: { readonly name: string }) => {
    asked.push(name);
    return Promise.resolve(objects.find(({ metadata }) => metadata.name === name));
  };
  return { client: { get }, asked };
}

function anObject(name: string, uid: string, owners: readonly string[] = [], more: object = {}): KubernetesObject {
  const ownerReferences = owners.map((owner, at): OwnerReference => {
    return { apiVersion: 'v1', kind: 'ConfigMap', name: owner, uid: `${owner}-uid`, controller: at === 0 };
  });
  const metadata = { name, namespace: 'team', uid, ...(owners.length > 0 ? { ownerReferences } : {}), ...more };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata };
}

const FREE = anObject('free', 'free-uid');
const HELD = anObject('held', 'held-uid', ['owner']);
const LABELLED = { labels: { 'made-by': 'owner' } };
const GOING = anObject('owner', 'owner-uid', [], { deletionTimestamp: '2026-01-01T00:00:00Z' });

test.each<[string, readonly (KubernetesObject | undefined)[], readonly KubernetesObject[], boolean, string[]]>([
  ['somebody controls is its own affair', [HELD, undefined], [], true, []],
  ['nobody controls is taken by an owner that stays', [HELD, FREE], [OWNER], true, ['owner']],
  ['nobody controls is left by an owner that is gone', [FREE], [], false, ['owner']],
  ['nobody controls is left by an owner that is being deleted', [FREE], [GOING], false, ['owner']],
  ['nobody controls is left by one that another has replaced', [FREE], [anObject('owner', 'new')], false, ['owner']],
])('what %s', async (_what, objects, cluster, expected, requests) => {
  const { client, asked } = having(...cluster);
  expect(await mayTake(client, OWNER, objects, signal)).toBe(expected);
  expect(asked).toEqual(requests);
});

test.each<[string, readonly KubernetesObject[], boolean, boolean]>([
  ['was not found', [], true, true],
  ['was replaced', [anObject('owner', 'new')], true, true],
  ['is there', [OWNER], true, false],
  ['was not found because its kind is not served', [], false, false],
])('an owner that %s: deleted or not', async (_what, cluster, served, expected) => {
  const discovery = { find: () => Promise.resolve(served ? {} : undefined) };
  const client = { ...having(...cluster).client, discovery } as never;
  expect(await isDeleted(client, OWNER, signal)).toBe(expected);
});

test.each<[string, readonly KubernetesObject[], boolean]>([
  ['has no owner any more', [anObject('a', 'a-uid'), anObject('b', 'b-uid')], true],
  ['is still controlled', [anObject('a', 'a-uid', ['owner']), anObject('b', 'b-uid')], false],
  ['is gone', [], false],
  ['was replaced by somebody', [anObject('a', 'new')], false],
  [
    'has only another owner left, after which comes one that has none',
    [anObject('a', 'a-uid', ['scaler']), FREE],
    true,
  ],
  ['is not on record with its uid and has no owner', [anObject('b', 'b-uid', [], LABELLED)], true],
  ["is not there, and a stranger's has its name", [anObject('b', 'b-uid')], false],
  ['has only another owner left', [anObject('a', 'a-uid', ['scaler'])], false],
])('an owner went without what it made: what it made %s', async (_what, cluster, expected) => {
  const entries = ['a', 'b', 'free'].map((name) => ({
    ...{ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'team', name },
    ...(name === 'b' ? {} : { uid: `${name}-uid` }),
  }));
  const isOurs = ({ metadata }: KubernetesObject) => metadata.labels?.['made-by'] === 'owner';
  const { client } = having(...cluster);
  expect(await wasOrphaning(client, OWNER.metadata.uid, { entries, isOurs }, signal)).toBe(expected);
});
