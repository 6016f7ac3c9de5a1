import { expect, test } from 'vitest';
import { aTraitDefinition, aWorkloadDefinition } from '../../test/builders.ts';
import type { Definition } from '../kinds/index.ts';
import { normalizeDefinition } from './definition.ts';

test.each<[string, Definition, object, string[]]>([
  [
    'appliesTo alone',
    aTraitDefinition('routes.extended.oam.dev', { appliesTo: ['serving.knative.dev/v1.Service'] }),
    { appliesToWorkloads: ['serving.knative.dev/v1.Service'] },
    ['spec.appliesTo: appliesTo is read as appliesToWorkloads'],
  ],
  [
    'appliesTo beside appliesToWorkloads, each entry once',
    aTraitDefinition('x', { appliesTo: ['b', 'a'], appliesToWorkloads: ['a'] }),
    { appliesToWorkloads: ['a', 'b'] },
    ['spec.appliesTo: appliesTo is read as appliesToWorkloads'],
  ],
  [
    'an old CRD, in every place',
    aTraitDefinition('scaledobjects.keda.k8s.io', { conflictsWith: ['autoscaling/v2beta2.HorizontalPodAutoscaler'] }),
    { definitionRef: { name: 'scaledobjects.keda.sh' }, conflictsWith: ['autoscaling/v2.HorizontalPodAutoscaler'] },
    [
      'spec.definitionRef.name: scaledobjects.keda.k8s.io is read as scaledobjects.keda.sh',
      'spec.conflictsWith[0]: autoscaling/v2beta2.HorizontalPodAutoscaler is read as autoscaling/v2.HorizontalPodAutoscaler',
    ],
  ],
  ['a workload', aWorkloadDefinition('deployments.apps', { podSpecPath: 'spec' }), { podSpecPath: 'spec' }, []],
])('%s', (_what, definition, spec, warnings) => {
  const result = normalizeDefinition(definition);
  expect(result.object.metadata).toEqual(definition.metadata);
  expect(result.object.spec).toEqual({ definitionRef: definition.spec.definitionRef, ...spec });
  expect(result.warnings.map(({ path, message }) => `${path}: ${message}`)).toEqual(warnings);
});
