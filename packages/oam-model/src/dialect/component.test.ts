import { describe, expect, test } from 'vitest';
import { aCatalog, aComponent, aCrd, aWorkloadDefinition } from '../../test/builders.ts';
import type { Component } from '../kinds/index.ts';
import { normalizeComponent, resolveWorkloadType } from './component.ts';

const catalog = {
  ...aCatalog(
    [
      aWorkloadDefinition('foo', { definitionRef: { name: 'foos.example.com' } }),
      aWorkloadDefinition('old', { definitionRef: { name: 'foos.example.com', version: 'v1beta1' } }),
      aWorkloadDefinition('newer', { definitionRef: { name: 'foos.example.com', version: 'v3' } }),
      aWorkloadDefinition('deployments.apps'),
      aWorkloadDefinition('core', { definitionRef: { name: 'pods.' } }),
      aWorkloadDefinition('found', { definitionRef: { name: 'things.example.com' } }),
      aWorkloadDefinition('gone', { definitionRef: { name: 'gones.example.com' } }),
    ],
    [aCrd('foos.example.com', 'Foo', ['v1beta1', 'v1', 'v2alpha1', 'v1beta2'])],
  ),
  kinds: new Map([['things.example.com', { apiVersion: 'example.com/v7', kind: 'Thing' }]]),
};

const typed = (type: unknown, more: object = {}) => aComponent('c', { type, ...more } as never);

describe('a workload of a type', () => {
  test.each<[string, string, string]>([
    ['foo', 'example.com/v1', 'Foo'],
    ['old', 'example.com/v1beta1', 'Foo'],
    ['deployments.apps', 'apps/v1', 'Deployment'],
    ['core', 'v1', 'Pod'],
    ['found', 'example.com/v7', 'Thing'],
  ])('%s is %s %s', (type, apiVersion, kind) => {
    const { object, problems } = resolveWorkloadType(typed(type, { spec: { a: 1 } }), catalog);
    expect(problems).toEqual([]);
    expect(object.spec.workload).toEqual({
      apiVersion,
      kind,
      metadata: { labels: { 'workload.oam.dev/type': type } },
      spec: { a: 1 },
    });
  });

  test("takes the Component's namespace, labels and annotations for its own, but not what tools note there", () => {
    const component = typed('foo', { metadata: { name: 'w', labels: { own: '1' }, annotations: { own: '1' } } });
    component.metadata = {
      name: 'c',
      namespace: 'ns',
      labels: { a: 'b', 'workload.oam.dev/type': 'x' },
      annotations: { c: 'd', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
    };
    expect(resolveWorkloadType(component, catalog).object.spec.workload.metadata).toEqual({
      name: 'w',
      namespace: 'ns',
      labels: { a: 'b', 'workload.oam.dev/type': 'foo' },
      annotations: { c: 'd' },
    });
  });

  test.each<[string, Component, string, string]>([
    ['of no text', typed(5), 'InvalidWorkload', 'workload content has an unknown type field'],
    ['of nobody', typed('fo'), 'WorkloadDefinitionMissing', 'workloaddefinitions.core.oam.dev "fo" not found'],
    ['of a CRD that is gone', typed('gone'), 'WorkloadKindUnknown', 'no matches for gones.example.com'],
    [
      'of a version that is not served',
      typed('newer'),
      'WorkloadKindUnknown',
      'no matches for foos.example.com in version v3',
    ],
  ])('%s is a problem, and stays', (_what, component, reason, message) => {
    const result = resolveWorkloadType(component, catalog);
    expect(result.problems).toMatchObject([{ component: 'c', path: 'spec.workload.type', reason, message }]);
    expect(result.object).toEqual(component);
  });
});

describe('the metadata of the talks', () => {
  const component = (metadata: object) =>
    ({ ...aComponent('c', { apiVersion: 'v1', kind: 'Pod' }), metadata: { name: 'c', ...metadata } }) as Component;

  test.each<[string, object, object, string[]]>([
    [
      'a version',
      { version: 'v1' },
      { annotations: { version: 'v1' } },
      ['metadata.version is read as the annotation version'],
    ],
    [
      'beside annotations',
      { description: 'D', annotations: { a: 'b' } },
      { annotations: { a: 'b', description: 'D' } },
      ['metadata.description is read as the annotation description'],
    ],
    [
      'and the annotation, which wins',
      { version: 'v1', annotations: { version: 'v2' } },
      { annotations: { version: 'v2' } },
      ['metadata.version is read as the annotation version, which says v2 here and wins'],
    ],
    [
      'a number',
      { version: 1.5 },
      { annotations: { version: '1.5' } },
      ['metadata.version is read as the annotation version'],
    ],
    ['nothing', { version: '', description: null }, {}, []],
  ])('%s', (_what, written, expected, warnings) => {
    const result = normalizeComponent(component(written), catalog);
    expect(result.object.metadata).toEqual({ name: 'c', ...expected });
    expect(result.warnings.map(({ message }) => message)).toEqual(warnings);
  });

  test('becomes an annotation of a typed workload too', () => {
    const written = { ...typed('foo'), metadata: { name: 'c', version: 'v1' } } as unknown as Component;
    expect(normalizeComponent(written, catalog).object.spec.workload.metadata).toMatchObject({
      annotations: { version: 'v1' },
    });
  });
});

test('an old kind as workload is read as the one of today', () => {
  const component = aComponent('c', {
    apiVersion: 'keda.k8s.io/v1alpha1',
    kind: 'ScaledObject',
    spec: { scaleTargetRef: { deploymentName: 'd', containerName: 'c' } },
  });
  const { object, warnings } = normalizeComponent(component, catalog);
  expect(object.spec.workload).toEqual({
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    spec: { scaleTargetRef: { name: 'd', envSourceContainerName: 'c' } },
  });
  expect(warnings).toEqual([
    {
      component: 'c',
      path: 'spec.workload.apiVersion',
      message: 'keda.k8s.io/v1alpha1 ScaledObject is read as keda.sh/v1alpha1 ScaledObject',
    },
  ]);
});
