import type { KubernetesObject } from '@capstan/base';
import type { ClusterView, ObjectSelection } from '@capstan/plugin-api';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isListedAnew, listKey, listKeysOf, restrictedTo, selected } from './cluster-view.ts';

const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' };

function anObject(name: string, namespace?: string, labels?: Record<string, string>): KubernetesObject {
  return { ...CONFIG_MAP, metadata: { name, ...(namespace ? { namespace } : {}), ...(labels ? { labels } : {}) } };
}

describe('a restricted view', () => {
  const all: ClusterView = { get: ({ name }) => anObject(name), list: () => [anObject('a')] };
  const view = restrictedTo([CONFIG_MAP, { apiVersion: 'networking.istio.io/v1', kind: 'Gateway' }], all);

  test.each([
    ['v1', 'ConfigMap'],
    ['networking.istio.io/v1', 'Gateway'],
    ['networking.istio.io/v1beta1', 'Gateway'],
  ])('shows the declared %s %s, in any version of its group', (apiVersion, kind) => {
    expect(view.get({ apiVersion, kind, name: 'x' })).toEqual(anObject('x'));
    expect(view.list({ apiVersion, kind })).toHaveLength(1);
  });

  test.each([
    ['v1', 'Secret'],
    ['gateway.networking.k8s.io/v1', 'Gateway'],
    ['apps/v1', 'ConfigMap'],
  ])('refuses %s %s by name', (apiVersion, kind) => {
    const refusal = { code: 'CAPSTAN_PLUGIN_KIND_NOT_DECLARED', fields: { kind: `${apiVersion}/${kind}` } };
    expect(() => view.get({ apiVersion, kind, name: 'x' })).toThrow(expect.objectContaining(refusal));
    expect(() => view.list({ apiVersion, kind })).toThrow(expect.objectContaining(refusal));
  });
});

describe('a selection', () => {
  const objects = [
    anObject('c', 'one', { app: 'web', tier: 'front' }),
    anObject('a', 'two', { app: 'web' }),
    anObject('b', 'one', { app: 'db' }),
    anObject('d'),
  ];

  test.each<[string, ObjectSelection | undefined, string[]]>([
    ['nothing: all of them, in order', undefined, ['d', 'b', 'c', 'a']],
    ['a namespace', { namespace: 'one' }, ['b', 'c']],
    ['a label', { labels: { app: 'web' } }, ['c', 'a']],
    ['several labels', { labels: { app: 'web', tier: 'front' } }, ['c']],
    ['both', { namespace: 'two', labels: { app: 'web' } }, ['a']],
    ['what nothing matches', { namespace: 'three' }, []],
  ])('by %s', (_what, selection, names) => {
    expect(selected(objects, selection).map(({ metadata }) => metadata.name)).toEqual(names);
  });

  test('is among the keys of every object that it means, so that a change of it is heard of', () => {
    const label = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2'));
    const namespace = fc.option(fc.constantFrom('one', 'two'), { nil: undefined });
    fc.assert(
      fc.property(namespace, label, namespace, label, (at, labels, wantedAt, wanted) => {
        const object = anObject('x', at, labels);
        const selection = { ...(wantedAt ? { namespace: wantedAt } : {}), labels: wanted };
        const isMeant = selected([object], selection).length > 0;
        return !isMeant || listKeysOf(object).includes(listKey(object, selection));
      }),
    );
  });
});

describe('what is listed is looked at again', () => {
  const before: KubernetesObject = {
    ...anObject('a', 'one', { app: 'web' }),
    spec: { max: 3 },
    status: { replicas: 1 },
  };
  const change = (more: object, metadata: object = {}): KubernetesObject => {
    return { ...before, ...more, metadata: { ...before.metadata, ...metadata } };
  };

  test.each<[string, 'ADDED' | 'MODIFIED' | 'DELETED', KubernetesObject, boolean]>([
    ['when it comes', 'ADDED', before, true],
    ['when it goes', 'DELETED', before, true],
    ['when its spec changes', 'MODIFIED', change({ spec: { max: 4 } }), true],
    ['when its data changes', 'MODIFIED', change({ data: { a: 'b' } }), true],
    ['when its labels change', 'MODIFIED', change({}, { labels: {} }), true],
    ['when its annotations change', 'MODIFIED', change({}, { annotations: { a: 'b' } }), true],
    ['when it is told to go', 'MODIFIED', change({}, { deletionTimestamp: '2026-11-21T12:00:00Z' }), true],
    ['not for its status', 'MODIFIED', change({ status: { replicas: 2 } }, { resourceVersion: '2' }), false],
    ['not for who wrote it', 'MODIFIED', change({}, { managedFields: [{}] }), false],
  ])('%s', (_what, type, object, expected) => {
    expect(isListedAnew({ type, object, ...(type === 'MODIFIED' ? { old: before } : {}) })).toBe(expected);
  });
});
