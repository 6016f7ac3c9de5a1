import { expect, test } from 'vitest';
import { builtinResources } from '../builtin/resources.ts';
import { storagePath } from './storage-path.ts';

function pathOf(type: string): string | undefined {
  const one = builtinResources().find(({ group, version, resource }) => `${group}/${version}/${resource}` === type);
  return one && storagePath(one.storage, false, 'ns', 'a');
}

test.each([
  ['/v1/pods', '/registry/pods/ns/a'],
  ['/v1/nodes', '/registry/minions/a'],
  ['/v1/services', '/registry/services/specs/ns/a'],
  ['/v1/endpoints', '/registry/services/endpoints/ns/a'],
  ['/v1/replicationcontrollers', '/registry/controllers/ns/a'],
  ['apps/v1/deployments', '/registry/deployments/ns/a'],
  ['events.k8s.io/v1/events', '/registry/events/ns/a'],
  ['networking.k8s.io/v1/ingresses', '/registry/ingress/ns/a'],
  ['rbac.authorization.k8s.io/v1/clusterroles', '/registry/clusterroles/a'],
  ['apiextensions.k8s.io/v1/customresourcedefinitions', '/registry/apiextensions.k8s.io/customresourcedefinitions/a'],
  ['apiregistration.k8s.io/v1/apiservices', '/registry/apiregistration.k8s.io/apiservices/a'],
])('%s is kept as %s', (type, path) => {
  expect(pathOf(type)).toBe(path);
});

test('custom resources keep their group', () => {
  const storage = { group: 'example.com', version: 'v1', resource: 'gauges', kind: 'Gauge', namespaced: true };
  expect(storagePath(storage, true, 'ns', 'a')).toBe('/registry/example.com/gauges/ns/a');
});
