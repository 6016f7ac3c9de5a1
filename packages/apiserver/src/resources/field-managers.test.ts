import { expect, test } from 'vitest';
import type { Crd } from '../crd/definition.ts';
import { customResources } from '../crd/resources.ts';
import type { KubeObject } from '../model/object.ts';
import { ResourceRegistry } from '../model/registry.ts';
import { FieldManagers } from './field-managers.ts';

const NOW = '2026-01-01T00:00:00Z';

/** A version whose objects have one field of their own. */
function version(name: string, field: string, storage: boolean) {
  const spec = { type: 'object', properties: { [field]: { type: 'string' } } };
  return { name, served: true, storage, schema: { openAPIV3Schema: { type: 'object', properties: { spec } } } };
}

const CRD = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'gauges.a.b', generation: 1 },
  spec: {
    group: 'a.b',
    scope: 'Cluster',
    names: { plural: 'gauges', singular: 'gauge', kind: 'Gauge', listKind: 'GaugeList' },
    versions: [version('v1alpha1', 'old', false), version('v1', 'new', true)],
  },
} as unknown as Crd;

function gauge(apiVersion: string, spec: object): KubeObject {
  return { apiVersion, kind: 'Gauge', metadata: { name: 'a' }, spec };
}

test('an apply of a field that the version of another manager does not have fails', () => {
  const [alpha, beta] = customResources(CRD);
  if (!alpha || !beta) throw new Error('there are two versions');
  const managers = new FieldManagers(new ResourceRegistry([alpha, beta]));
  const write = { subresource: undefined, now: NOW };
  const made = managers.update(
    { ...write, resource: alpha, live: undefined, manager: 'other' },
    gauge('a.b/v1alpha1', { old: 'x' }),
  );
  const { managedFields } = made.metadata;
  expect(managedFields).toHaveLength(1);
  const seen = gauge('a.b/v1', {});
  const live = { ...seen, metadata: { ...seen.metadata, uid: 'u', managedFields: managedFields ?? [] } };
  const apply = () =>
    managers.apply({ ...write, resource: beta, live, manager: 'm' }, gauge('a.b/v1', { new: 'z' }), false);
  expect(apply).toThrow(
    expect.objectContaining({
      code: 500,
      message: 'failed to convert new object: .spec.new: field not declared in schema',
    }),
  );
});
