import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../model/object.ts';
import { compileSelection, EVERYTHING, type SelectionResource } from './selection.ts';

function aResource(change: Partial<SelectionResource> = {}): SelectionResource {
  return {
    group: '',
    version: 'v1',
    kind: 'Pod',
    namespaced: true,
    source: 'built-in',
    selectableFields: ['spec.nodeName', 'status.phase'],
    strategy: {
      fieldValues: (object) => {
        const { spec = {}, status = {} } = object as { spec?: { nodeName?: string }; status?: { phase?: string } };
        return { 'spec.nodeName': spec.nodeName ?? '', 'status.phase': status.phase ?? '' };
      },
    },
    ...change,
  };
}

const PLAIN = aResource({ kind: 'ConfigMap', selectableFields: [] });

function aPod(name: string, fields: object = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', labels: { app: name } }, ...fields };
}

describe('field selectors', () => {
  test.each([
    ['metadata.name=a', true],
    ['metadata.name==a', true],
    ['metadata.name!=a', false],
    ['metadata.name=b', false],
    ['metadata.namespace=default,metadata.name!=x', true],
    ['status.phase=', true],
    ['status.phase!=Running', true],
    ['spec.nodeName=n\\,1\\=\\\\', true],
    ['spec.host=n\\,1\\=\\\\', true],
    [',,metadata.name=a,', true],
    ['==,metadata.name=a,!=', true],
  ])('%s', (fieldSelector, expected) => {
    const pod = aPod('a', { spec: { nodeName: 'n,1=\\' } });
    expect(compileSelection({ fieldSelector }, aResource()).matches(pod)).toBe(expected);
  });

  // Recorded from a kube-apiserver v1.35.4.
  test.each([
    [PLAIN, 'foo', "invalid selector: 'foo'; can't understand 'foo'"],
    [PLAIN, 'foo=bar', '"foo" is not a known field selector: only "metadata.name", "metadata.namespace"'],
    [PLAIN, 'metadata.name=a\\x', 'invalid field selector: invalid escape sequence: \\x'],
    [PLAIN, 'metadata.name=a\\', 'invalid field selector: invalid escape sequence: \\'],
    [PLAIN, 'metadata.name=a=b', 'invalid field selector: unescaped character in value: 61'],
    [aResource(), 'foo=bar', 'field label not supported: foo'],
    [aResource({ group: 'batch', kind: 'Job' }), 'x=y', 'field label "x" not supported for Job'],
    [aResource({ source: 'crd', group: 'g.io', kind: 'Foo' }), 'spec.x=y', 'field label not supported: spec.x'],
  ])('%#: %s', (resource, fieldSelector, message) => {
    expect(() => compileSelection({ fieldSelector }, resource)).toThrow(
      expect.objectContaining({ code: 400, message }),
    );
  });

  test('cluster-scoped kinds differ in whether they know a namespace', () => {
    const cluster = { namespaced: false, selectableFields: [] };
    const select = (resource: SelectionResource) => () =>
      compileSelection({ fieldSelector: 'metadata.namespace=x' }, resource);
    expect(select(aResource({ ...cluster, kind: 'PersistentVolume' }))).not.toThrow();
    expect(select(aResource({ ...cluster, kind: 'Node' }))).toThrow('field label not supported: metadata.namespace');
    expect(select(aResource({ ...cluster, source: 'crd', group: 'g.io', kind: 'Foo' }))).toThrow('not supported');
  });
});

test('a selection tells the only name and namespace that can match', () => {
  const fieldSelector = 'metadata.name=a,metadata.namespace=b';
  expect(compileSelection({ fieldSelector }, PLAIN)).toMatchObject({ name: 'a', namespace: 'b', empty: false });
  expect(compileSelection({ fieldSelector: 'metadata.name!=a' }, PLAIN).name).toBeUndefined();
});

test('labels and fields must both match; without either everything does', () => {
  const both = compileSelection({ labelSelector: 'app=a', fieldSelector: 'metadata.name!=b' }, PLAIN);
  expect([both.matches(aPod('a')), both.matches(aPod('b'))]).toEqual([true, false]);
  expect(compileSelection({ labelSelector: '', fieldSelector: '' }, PLAIN)).toBe(EVERYTHING);
});
