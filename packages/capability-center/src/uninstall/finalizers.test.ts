import type { KubernetesObject } from '@capstan/base';
import { aPackage } from '@capstan/capability-model/testing';
import { expect, test } from 'vitest';
import { finalizerReports } from './finalizers.ts';

const OPERATOR = { description: 'deployment/keda/keda-operator', ready: false };

const CRD = {
  name: 'scaledobjects.keda.sh',
  kind: 'ScaledObject',
  singular: 'scaledobject',
  shortNames: [],
  scope: 'Namespaced',
  served: ['v1alpha1'],
  storage: 'v1alpha1',
  from: 'chart',
} as const;

const keda = aPackage('keda');
const metadata = { ...keda, install: { ...keda.install, crds: [CRD] } };

const withFinalizers = (...finalizers: string[]): KubernetesObject => ({
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'ScaledObject',
  metadata: { name: 'a', finalizers },
});

test.each([
  ['of the package by its group', 'finalizer.keda.sh', { servedBy: OPERATOR.description, serving: false }],
  ['of the package with a path', 'keda.sh/cleanup', { servedBy: OPERATOR.description, serving: false }],
  ['of Kubernetes', 'foregroundDeletion', { servedBy: 'Kubernetes', serving: true }],
  ['of another one', 'billing.example.org/invoice', {}],
  ['of a group that only ends alike', 'notkeda.sh', {}],
])('a finalizer %s is known by its name', (_what, name, server) => {
  expect(finalizerReports([withFinalizers(name)], metadata, OPERATOR)).toEqual([{ name, objects: 1, ...server }]);
});

test('finalizers are counted, the most frequent first', () => {
  const objects = [withFinalizers('a'), withFinalizers('b', 'a')];
  expect(finalizerReports(objects, metadata, {}).map(({ name, objects: count }) => [name, count])).toEqual([
    ['a', 2],
    ['b', 1],
  ]);
});
