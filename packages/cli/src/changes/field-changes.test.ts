import type { KubernetesObject } from '@capstan/base';
import { describe, expect, test } from 'vitest';
import { appliedChanges, fieldChanges, masked } from './field-changes.ts';

describe('the difference of two values', () => {
  test('names each field, items of lists by their names', () => {
    const before = { spec: { replicas: 1, containers: [{ name: 'web', image: 'a:1' }, { name: 'old' }] } };
    const after = { spec: { containers: [{ name: 'web', image: 'a:2', tty: true }], paused: true } };
    expect(fieldChanges(before, after)).toEqual([
      { path: 'spec.containers[web].image', change: 'changed', before: 'a:1', after: 'a:2' },
      { path: 'spec.containers[web].tty', change: 'added', after: true },
      { path: 'spec.containers[old]', change: 'removed', before: { name: 'old' } },
      { path: 'spec.paused', change: 'added', after: true },
      { path: 'spec.replicas', change: 'removed', before: 1 },
    ]);
  });

  test.each([
    [{ a: ['x'] }, { a: ['x', 'y'] }, [{ path: 'a', change: 'changed', before: ['x'], after: ['x', 'y'] }]],
    [{ a: [{ b: 1 }] }, { a: [{ b: 2 }] }, [{ path: 'a[0].b', change: 'changed', before: 1, after: 2 }]],
    [{ a: { 'b.c/d': 1 } }, { a: {} }, [{ path: 'a[b.c/d]', change: 'removed', before: 1 }]],
    [{ a: {} }, { a: null, b: [] }, []],
    [{ limits: { cpu: '1' } }, { limits: { cpu: '1000m' } }, []],
    [{ env: [{ name: 'N', value: '1' }] }, { env: [{ name: 'N', value: '1000m' }] }, [{ path: 'env[N].value' }]],
    [{ status: 1, metadata: { uid: 'a', generation: 1 } }, { status: 2, metadata: { uid: 'b' } }, []],
  ])('%j and %j', (before, after, expected) => {
    expect(fieldChanges(before, after)).toMatchObject(expected);
    expect(fieldChanges(before, after)).toHaveLength(expected.length);
  });

  test('entries of an application are told apart by component and trait', () => {
    const application = (max: number) => ({
      components: [{ componentName: 'web', traits: [{ trait: { kind: 'Autoscale', spec: { max } } }] }],
    });
    expect(fieldChanges(application(4), application(6))).toEqual([
      { path: 'components[web].traits[Autoscale].trait.spec.max', change: 'changed', before: 4, after: 6 },
    ]);
  });
});

describe('Secrets', () => {
  const secret = (data: object) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, ...data });

  test('show which keys differ and no value', () => {
    const before = secret({ data: { same: 'c2FtZQ==', changed: 'b2xk', gone: 'Z29uZQ==' } });
    const after = secret({ stringData: { same: 'same', changed: 'secret-value', fresh: 'secret-value' } });
    const changes = fieldChanges(before, after);
    expect(changes).toEqual([
      { path: 'data.changed', change: 'changed', hidden: true },
      { path: 'data.fresh', change: 'added', hidden: true },
      { path: 'data.gone', change: 'removed', hidden: true },
    ]);
  });

  test('are hidden inside components too, and where a whole one appears', () => {
    const component = (value: string) => ({ spec: { workload: secret({ stringData: { KEY: value } }) } });
    const found = [...fieldChanges(component('one'), component('two')), ...fieldChanges({}, component('two'))];
    expect(found).toMatchObject([{ path: 'spec.workload.data.KEY', hidden: true }, { path: 'spec' }]);
    expect(JSON.stringify(found)).not.toContain('two');
    expect(masked(component('two')).spec.workload).toMatchObject({ stringData: { KEY: '(hidden)' } });
  });
});

describe('what an apply would change', () => {
  const live: KubernetesObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'web',
      labels: { ours: 'a', theirs: 'b', shared: 'c' },
      managedFields: [
        {
          manager: 'capstan-controller',
          operation: 'Apply',
          fieldsV1: {
            'f:metadata': { 'f:labels': { 'f:ours': {}, 'f:shared': {} } },
            'f:spec': {
              'f:replicas': {},
              'f:args': {},
              'f:containers': { 'k:{"name":"old"}': { '.': {} }, 'k:{"name":"web"}': { 'f:image': {} } },
            },
          },
        },
        {
          manager: 'kubectl',
          operation: 'Update',
          fieldsV1: { 'f:metadata': { 'f:labels': { 'f:theirs': {}, 'f:shared': {} } } },
        },
      ],
    },
    spec: {
      replicas: 2,
      args: [{ x: 1 }, { x: 2 }],
      strategy: { type: 'RollingUpdate' },
      containers: [{ name: 'web', image: 'a:1', pullPolicy: 'Always' }, { name: 'old' }, { name: 'sidecar' }],
    },
  };
  const desired = (spec: object): KubernetesObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec,
  });

  test('drops what this manager alone owns and leaves what others own and what was filled in', () => {
    const wanted = desired({ args: [{ x: 1 }], containers: [{ name: 'web', image: 'a:2' }] });
    expect(appliedChanges(live, wanted, 'capstan-controller')).toEqual([
      { path: 'metadata.labels.ours', change: 'removed', before: 'a' },
      { path: 'spec.args[1]', change: 'removed', before: { x: 2 } },
      { path: 'spec.containers[web].image', change: 'changed', before: 'a:1', after: 'a:2' },
      { path: 'spec.containers[old]', change: 'removed', before: { name: 'old' } },
      { path: 'spec.replicas', change: 'removed', before: 2 },
    ]);
  });

  test('for a manager that has applied nothing yet drops nothing', () => {
    expect(appliedChanges(live, desired({ replicas: 3 }), 'somebody')).toEqual([
      { path: 'spec.replicas', change: 'changed', before: 2, after: 3 },
    ]);
  });
});
