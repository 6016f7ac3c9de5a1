import { int32, record } from '../schema/build.ts';
import type { CustomResourceDefinition } from '../schema/types.ts';
import { ageColumn, conditions, oamCrd, reference } from './parts.ts';

/** The CRD of ManualScalerTrait. */
export function manualScalerTraitCrd(): CustomResourceDefinition {
  return oamCrd({
    kind: 'ManualScalerTrait',
    scope: 'Namespaced',
    description: 'Sets the number of replicas of a workload.',
    spec: record('How many replicas of what.', {
      'replicaCount!': int32('Number of replicas.', { minimum: 0 }),
      'workloadRef!': reference('The workload that is scaled; filled in by the application controller.'),
    }),
    status: record('What is observed of the trait.', { conditions }),
    columns: [{ name: 'REPLICAS', type: 'integer', jsonPath: '.spec.replicaCount' }, ageColumn],
  });
}
