import type { KubernetesObject } from '@capstan/base';
import type { CustomResourceDefinition, ManualScalerTrait, WorkloadDefinition } from '@capstan/oam-model';
import { describe, expect, test } from 'vitest';
import { isOnlyOurs, leftObject, wouldGoWith } from './ownership.ts';
import { replicasPath } from './replicas.ts';
import { autoscalerOf, oldest, scaledObject, targetsOf } from './targets.ts';

function anObject(name: string, metadata: object = {}): KubernetesObject {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'shop', ...metadata } };
}

function aDefinition(...childResourceKinds: NonNullable<WorkloadDefinition['spec']['childResourceKinds']>[number][]) {
  return { spec: { definitionRef: { name: 'd' }, childResourceKinds } } as unknown as WorkloadDefinition;
}

const trait = {
  apiVersion: 'core.oam.dev/v1alpha2',
  kind: 'ManualScalerTrait',
  metadata: { name: 't', namespace: 'shop', uid: 'trait' },
  spec: { replicaCount: 3 },
} as ManualScalerTrait;

const owner = { apiVersion: 'core.oam.dev/v1alpha2', kind: 'ContainerizedWorkload', name: 'w', uid: 'w' };
const owned = (name: string, labels = {}) => anObject(name, { ownerReferences: [owner], labels });

describe('targetsOf', () => {
  const workload = anObject('w', { uid: 'w' });
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment' };
  const all = [owned('child', { a: 'b' }), anObject('foreign', { labels: { a: 'b' } })];

  test.each([
    ['children that the workload owns', aDefinition(deployment), ['child']],
    ['children with the labels of the selector', aDefinition({ ...deployment, selector: { a: 'b' } }), ['child']],
    ['children with the key of an empty label', aDefinition({ ...deployment, selector: { a: '' } }), ['child']],
    ['the workload where no child has the labels', aDefinition({ ...deployment, selector: { a: 'c' } }), ['w']],
    ['the workload where its Definition names no kinds', aDefinition(), ['w']],
    ['the workload without a Definition', undefined, ['w']],
  ])('%s', (_, definition, names) => {
    expect(targetsOf(workload, definition, () => all).map(({ metadata }) => metadata.name)).toEqual(names);
  });
});

describe('replicasPath', () => {
  const usual = ['spec', 'replicas'];
  const withSchema = (type: string, subresources?: object) =>
    ({
      spec: {
        versions: [
          {
            name: 'v1',
            schema: { openAPIV3Schema: { properties: { spec: { properties: { replicas: { type } } } } } },
            ...(subresources ? { subresources } : {}),
          },
        ],
      },
    }) as unknown as CustomResourceDefinition;
  const scale = { scale: { specReplicasPath: '.spec.workers.count' } };

  test.each([
    ['a Deployment', { apiVersion: 'apps/v1', kind: 'Deployment' }, undefined, usual],
    ['a ReplicationController', { apiVersion: 'v1', kind: 'ReplicationController' }, undefined, usual],
    ['a DaemonSet', { apiVersion: 'apps/v1', kind: 'DaemonSet' }, undefined, undefined],
    ['a Service', { apiVersion: 'v1', kind: 'Service' }, undefined, undefined],
    ['a kind with a number of replicas', { apiVersion: 'e.com/v1', kind: 'Foo' }, withSchema('integer'), usual],
    ['a kind whose replicas are a text', { apiVersion: 'e.com/v1', kind: 'Foo' }, withSchema('string'), undefined],
    ['another version', { apiVersion: 'e.com/v2', kind: 'Foo' }, withSchema('integer'), undefined],
    [
      'a kind with a scale of its own',
      { apiVersion: 'e.com/v1', kind: 'Foo' },
      withSchema('x', scale),
      ['spec', 'workers', 'count'],
    ],
  ])('%s', (_, kind, crd, path) => {
    expect(replicasPath(kind, crd)).toEqual(path);
  });
});

describe('scaledObject', () => {
  const place = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop' };

  test('states the number and the trait as a further owner, for this very object', () => {
    const object = anObject('child', { uid: 'child', ownerReferences: [owner], labels: { a: 'b' } });
    expect(scaledObject({ object, path: ['spec', 'workers', 'count'], place }, trait)).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        name: 'child',
        namespace: 'shop',
        uid: 'child',
        ownerReferences: [
          {
            apiVersion: 'core.oam.dev/v1alpha2',
            kind: 'ManualScalerTrait',
            name: 't',
            uid: 'trait',
            controller: false,
            blockOwnerDeletion: true,
          },
        ],
      },
      spec: { workers: { count: 3 } },
    });
  });

  test('what is left keeps its number and loses the owner', () => {
    const object = { ...anObject('child', { uid: 'child' }), spec: { replicas: 5 } };
    const left = leftObject({ object, path: ['spec', 'replicas'], place }, trait);
    expect(left).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'child', namespace: 'shop', uid: 'child' },
      spec: { replicas: 5 },
    });
  });

  const own = { apiVersion: trait.apiVersion, kind: trait.kind, name: 't', uid: 'trait' };
  test.each([
    ['nobody owns', undefined, { only: true, goes: false }],
    ['the trait owns', [own], { only: true, goes: true }],
    ['another trait owns', [{ ...own, uid: 'other' }], { only: true, goes: false }],
    ['the workload owns too', [own, owner], { only: false, goes: false }],
  ])('an object that %s', (_, ownerReferences, { only, goes }) => {
    const object = anObject('x', ownerReferences ? { ownerReferences } : {});
    expect(isOnlyOurs(object, trait)).toBe(only);
    expect(wouldGoWith(object, trait)).toBe(goes);
  });
});

test('an autoscaler of the same object in any version is found', () => {
  const auto = (name: string, scaleTargetRef: object) => ({ ...anObject(name), spec: { scaleTargetRef } });
  const others = [
    auto('other-name', { apiVersion: 'apps/v1', kind: 'Deployment', name: 'other' }),
    auto('other-kind', { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web' }),
  ];
  const hit = auto('hit', { apiVersion: 'apps/v1beta1', kind: 'Deployment', name: 'web' });
  expect(autoscalerOf(anObject('web'), others)).toBeUndefined();
  expect(autoscalerOf(anObject('web'), [...others, hit])).toBe('hit');
});

test('the oldest decides, and among those of one second always the same', () => {
  const made = (name: string, creationTimestamp: string, uid: string) => anObject(name, { creationTimestamp, uid });
  const [a, b, c] = [made('a', '2026-01-02', '1'), made('b', '2026-01-01', '3'), made('c', '2026-01-01', '2')];
  expect(oldest([a, b, c])?.metadata.name).toBe('c');
  expect(oldest([c, b, a])?.metadata.name).toBe('c');
  expect(oldest([])).toBeUndefined();
});
