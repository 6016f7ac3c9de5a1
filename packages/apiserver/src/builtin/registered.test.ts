import { expect, it } from 'vitest';
import { kindRefusal } from './registered.ts';

const DEPLOYMENT = { group: 'apps', version: 'v1', kind: 'Deployment' };
const UNREGISTERED = (kind: string, version: string) =>
  `no kind "${kind}" is registered for version "${version}" in scheme "pkg/runtime/scheme.go:111"`;

// Answers recorded from a kube-apiserver v1.35.4.
it.each([
  ['apps/v1', 'Deployment', undefined],
  ['', '', undefined],
  ['v1', 'ConfigMap', 'converting (v1.ConfigMap) to (apps.Deployment): unknown conversion'],
  ['v1', 'Status', 'converting (v1.Status) to (apps.Deployment): unknown conversion'],
  ['apps/v1', 'DeploymentList', 'converting (v1.DeploymentList) to (apps.Deployment): unknown conversion'],
  ['apps/v1', 'DeleteOptions', 'converting (v1.DeleteOptions) to (apps.Deployment): unknown conversion'],
  ['v1', 'List', 'converting (v1.List) to (apps.Deployment): unknown conversion'],
  ['apps/v1', 'List', UNREGISTERED('List', 'apps/v1')],
  ['', 'Nothing', UNREGISTERED('Nothing', 'apps/v1')],
  ['apps/v3', '', UNREGISTERED('Deployment', 'apps/v3')],
  ['v1', 'Deployment', UNREGISTERED('Deployment', 'v1')],
])('a Deployment from %j %j', (apiVersion, kind, why) => {
  const refusal = kindRefusal(DEPLOYMENT, apiVersion, kind);
  expect(refusal?.slice(refusal.indexOf(': ') + 2)).toBe(why);
});

it('other versions of the same kind are named as such', () => {
  const hpa = { group: 'autoscaling', version: 'v2', kind: 'HorizontalPodAutoscaler' };
  const words = (data: string, wanted: string) =>
    `the API version in the data (${data}) does not match the expected API version (${wanted})`;
  expect(kindRefusal(hpa, 'autoscaling/v1', hpa.kind)).toBe(words('autoscaling/v1', 'autoscaling/v2'));
  expect(kindRefusal(DEPLOYMENT, 'apps/v1beta1', 'Deployment')).toBe(words('apps/v1beta1', 'apps/v1'));
  const event = { group: '', version: 'v1', kind: 'Event' };
  expect(kindRefusal(event, 'events.k8s.io/v1', 'Event')).toBe(words('events.k8s.io/v1', 'v1'));
});

it('the servers of CRDs and APIServices know no other groups', () => {
  const crd = { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition' };
  expect(kindRefusal(crd, 'v1', 'ConfigMap')).toContain(UNREGISTERED('ConfigMap', 'v1'));
  expect(kindRefusal(DEPLOYMENT, 'apiextensions.k8s.io/v1', crd.kind)).toContain(
    UNREGISTERED(crd.kind, 'apiextensions.k8s.io/v1'),
  );
});
