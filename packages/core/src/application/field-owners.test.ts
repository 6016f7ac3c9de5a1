import type { KubernetesObject } from '@capstan/base';
import { describe, expect, test } from 'vitest';
import { replicasLetGo, replicasOfOthers, replicasToShow } from './field-owners.ts';
import { CONTROLLER_MANAGER, REPLICAS_MANAGER } from './names.ts';

/** A scalable object; `managers` own its replicas. */
function scalable(replicas?: number, ...managers: string[]): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'web',
      managedFields: managers.map((manager) => ({ manager, fieldsV1: { 'f:spec': { 'f:replicas': {} } } })),
    },
    spec: replicas === undefined ? {} : { replicas },
  };
}

describe('replicas that others set on a workload', () => {
  test.each<[string, KubernetesObject | undefined, number | undefined]>([
    ['no workload', undefined, undefined],
    ['no replicas', scalable(), undefined],
    ['kubectl scale', scalable(3, 'kubectl'), 3],
    ['kubectl scale to nothing', scalable(0, 'kubectl'), 0],
    ['what we applied', scalable(3, CONTROLLER_MANAGER), undefined],
    ['what it only shows', scalable(3, REPLICAS_MANAGER), undefined],
    ['kubectl scale to what we applied', scalable(3, CONTROLLER_MANAGER, 'kubectl'), 3],
    ['an owner that nobody recorded', scalable(3), 3],
  ])('%s', (_what, workload, expected) => {
    expect(replicasOfOthers(workload)).toBe(expected);
  });
});

describe('replicas that a workload is to show', () => {
  test.each<[string, KubernetesObject, boolean, number | undefined]>([
    ['none yet', scalable(), false, 5],
    ['those before', scalable(2, REPLICAS_MANAGER), false, 5],
    ['the same', scalable(5, REPLICAS_MANAGER), false, undefined],
    ['those of the component', scalable(2, CONTROLLER_MANAGER), false, undefined],
    ['those of kubectl scale', scalable(2, 'kubectl'), false, undefined],
    ['those of kubectl scale, where a trait decides', scalable(2, 'kubectl'), true, 5],
  ])('%s', (_what, workload, replicasOwned, expected) => {
    expect(replicasToShow(workload, scalable(5, 'kube-controller-manager'), replicasOwned)).toBe(expected);
  });

  test('of a child that says none: none', () => {
    expect(replicasToShow(scalable(), scalable(), true)).toBeUndefined();
  });
});

test('replicas are kept when we stop stating them, unless somebody else does', () => {
  expect(replicasLetGo(scalable(4, CONTROLLER_MANAGER), scalable())).toBe(4);
  expect(replicasLetGo(scalable(4, CONTROLLER_MANAGER), scalable(4))).toBeUndefined();
  expect(replicasLetGo(scalable(4, 'keda'), scalable())).toBeUndefined();
  expect(replicasLetGo(scalable(4, REPLICAS_MANAGER), scalable())).toBeUndefined();
});
