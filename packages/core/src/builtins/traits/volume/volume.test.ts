import type { KubernetesObject } from '@capstan/base';
import { describe, expect, test } from 'vitest';
import { aTrait, attached, aWorkload } from '../../testing/builders.ts';

const DATA = { name: 'data', path: '/data', size: '1Gi' };

describe('a Volume trait', () => {
  test.each<[string, object, object]>([
    ['a size', {}, { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }],
    ['a class', { storageClass: 'fast' }, { storageClassName: 'fast' }],
    ['an access mode', { accessMode: 'ReadWriteMany' }, { accessModes: ['ReadWriteMany'] }],
  ])('with %s makes a claim named after the workload', (_what, more, spec) => {
    const { objects } = attached(aTrait('Volume', { volumes: [{ ...DATA, ...more }] }), aWorkload('WebService'));
    expect(objects).toMatchObject([{ kind: 'PersistentVolumeClaim', metadata: { name: 'web-data' }, spec }]);
  });

  test('mounts a claim that is there, and makes none', () => {
    const trait = aTrait('Volume', { volumes: [{ name: 'data', path: '/data', claim: 'mine', readOnly: true }] });
    const { shaped, objects } = attached(trait, aWorkload('Worker'));
    expect(objects).toEqual([]);
    expect(shaped['spec']).toMatchObject({
      volumes: [{ name: 'data', path: '/data', claim: 'mine', readOnly: true }],
    });
  });

  test.each(['WebService', 'Worker', 'Server', 'SingletonServer', 'SingletonWorker', 'Task', 'SingletonTask'])(
    'mounts its claim into the pods of a %s',
    (kind) => {
      const { children } = attached(aTrait('Volume', { volumes: [DATA] }), aWorkload(kind));
      expect(podOf(children[0])).toMatchObject({
        containers: [{ volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'web-data' } }],
      });
    },
  );

  test('adds to the volumes that the workload states, and replaces the one of the same name', () => {
    const volumes = [
      { name: 'data', path: '/old' },
      { name: 'tmp', path: '/tmp' },
    ];
    const { shaped } = attached(aTrait('Volume', { volumes: [DATA] }), aWorkload('WebService', { volumes }));
    expect((shaped['spec'] as { volumes: object[] }).volumes).toEqual([
      { name: 'tmp', path: '/tmp' },
      { name: 'data', path: '/data', claim: 'web-data' },
    ]);
  });

  test('says of a claim for many nodes that it is shared', () => {
    const trait = aTrait('Volume', { volumes: [{ ...DATA, accessMode: 'ReadWriteMany' }] });
    expect(attached(trait, aWorkload('WebService')).shaped['spec']).toMatchObject({ volumes: [{ shared: true }] });
  });

  test('mounts into every container of a Deployment, and leaves what it was given as it is', () => {
    const deployment: KubernetesObject = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        template: {
          spec: {
            containers: [{ name: 'a', volumeMounts: [{ name: 'x', mountPath: '/x' }] }, { name: 'b' }],
            volumes: [{ name: 'x', emptyDir: {} }],
          },
        },
      },
    };
    const before = structuredClone(deployment);
    const { shaped } = attached(aTrait('Volume', { volumes: [DATA] }), deployment);
    const mount = { name: 'data', mountPath: '/data' };
    expect(podOf(shaped)).toEqual({
      containers: [
        { name: 'a', volumeMounts: [{ name: 'x', mountPath: '/x' }, mount] },
        { name: 'b', volumeMounts: [mount] },
      ],
      volumes: [
        { name: 'x', emptyDir: {} },
        { name: 'data', persistentVolumeClaim: { claimName: 'web-data' } },
      ],
    });
    expect(deployment).toEqual(before);
  });
});

function podOf(object: KubernetesObject | undefined): unknown {
  return (object?.['spec'] as { template?: { spec?: unknown } } | undefined)?.template?.spec;
}
