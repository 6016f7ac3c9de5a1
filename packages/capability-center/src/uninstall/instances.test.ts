import type { KubernetesObject, OwnerReference } from '@capstan/base';
import { expect, test } from 'vitest';
import type { PackagePlan } from '../plan/types.ts';
import { ownedBy } from './instances.ts';

const serving = { apiVersion: 'operator.knative.dev/v1beta1', kind: 'KnativeServing', name: 'knative-serving' };
const unit = {
  type: 'manifests',
  namespace: 'knative-serving',
  objects: [{ object: { ...serving, namespace: 'knative-serving' } }],
};
const isOwn = ownedBy([{ units: [unit] } as unknown as PackagePlan]);

function anImage(namespace: string, owner?: Partial<OwnerReference>): KubernetesObject {
  const ownerReferences = owner ? [{ ...serving, uid: 'u', controller: true, ...owner }] : [];
  const metadata = { name: 'queue-proxy', namespace, ownerReferences };
  return { apiVersion: 'caching.internal.knative.dev/v1alpha1', kind: 'Image', metadata };
}

test.each<[string, KubernetesObject, boolean]>([
  ['an object of the manifests', { ...serving, metadata: { ...serving, namespace: 'knative-serving' } }, true],
  ["what the manifests' object controls", anImage('knative-serving', {}), true],
  ['what nobody controls', anImage('knative-serving'), false],
  ['what it owns without controlling it', anImage('knative-serving', { controller: false }), false],
  ['what another one of its kind controls', anImage('knative-serving', { name: 'other' }), false],
  ['what its namesake in another namespace controls', anImage('shop', {}), false],
])('%s', (_what, object, own) => {
  expect(isOwn(object)).toBe(own);
});
