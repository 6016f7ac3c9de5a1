import { flag, freeObject, list, record, text, textMap } from '../schema/build.ts';
import type { CustomResourceDefinition } from '../schema/types.ts';
import { ageColumn, definitionColumn, definitionReference, oamCrd } from './parts.ts';

const columns = [definitionColumn, ageColumn];
const extension = freeObject('Free for platform builders.');

const traitExtension = freeObject(
  'Free for platform builders. Capstan reads `target` (`child`: the trait works on the child of the workload whose kind appliesToWorkloads names), `owns` (fields of the workload that the trait decides: replicas, hosts) and `onePerComponent`.',
);

const workloadRules = (description: string) => list(description, { type: 'string' });

/** The CRD of WorkloadDefinition. */
export function workloadDefinitionCrd(): CustomResourceDefinition {
  return oamCrd({
    kind: 'WorkloadDefinition',
    scope: 'Cluster',
    description: 'Registers a kind as a workload.',
    columns,
    spec: record('The kind and how to treat it.', {
      'definitionRef!': definitionReference,
      childResourceKinds: list(
        'Kinds of the objects that the workload makes.',
        record('One kind.', {
          'apiVersion!': text('API version of the kind.'),
          'kind!': text('The kind.'),
          selector: textMap('Labels by which objects of the kind are found.'),
        }),
      ),
      revisionLabel: text('Label of the pods that tells revisions of the workload apart.'),
      podSpecPath: text('Path of the pod template inside the workload, for instance spec.template.spec.'),
      extension,
    }),
  });
}

/** The CRD of TraitDefinition, with our conflictsWith, podDisruptive, appliesTo and extension.target. */
export function traitDefinitionCrd(): CustomResourceDefinition {
  return oamCrd({
    kind: 'TraitDefinition',
    scope: 'Cluster',
    description: 'Registers a kind as a trait.',
    columns,
    spec: record('The kind and how to treat it.', {
      'definitionRef!': definitionReference,
      revisionEnabled: flag('Whether the trait works with the revisions of a component.'),
      workloadRefPath: text('Path of the field of the trait that receives the reference to the workload.'),
      appliesToWorkloads: workloadRules(
        'Workloads that the trait may be attached to: names of WorkloadDefinitions or CRDs, *.<group>, or * for all. Empty means all.',
      ),
      appliesTo: workloadRules('Another name of appliesToWorkloads; also takes <group>/<version>.<Kind>.'),
      conflictsWith: list(
        'Traits that may not stand beside this one on a component: names of TraitDefinitions or CRDs, *.<group>, labelSelector:<labels>, or * for all others.',
        { type: 'string' },
      ),
      podDisruptive: flag('Whether adding or changing the trait restarts pods.'),
      extension: traitExtension,
    }),
  });
}

/** The CRD of ScopeDefinition. */
export function scopeDefinitionCrd(): CustomResourceDefinition {
  return oamCrd({
    kind: 'ScopeDefinition',
    scope: 'Cluster',
    description: 'Registers a kind as a scope.',
    columns,
    spec: record('The kind and how to treat it.', {
      'definitionRef!': definitionReference,
      workloadRefsPath: text('Path of the field of the scope that receives the references to its workloads.'),
      'allowComponentOverlap!': flag('Whether a component may be in several scopes of this kind.'),
      extension,
    }),
  });
}
