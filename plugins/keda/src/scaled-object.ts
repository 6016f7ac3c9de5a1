import type { KubernetesObject, Problem } from '@capstan/plugin-api';
import { isResourceTrigger, type Trigger } from './spec.ts';

/** Name of the raw trait's CRD and Definition. */
export const SCALED_OBJECT_DEFINITION = 'scaledobjects.keda.sh';

/**
 * What is wrong with a raw ScaledObject beyond its schema, as far as KEDA reports Ready for it nevertheless when its
 * webhook is absent.
 */
export function validateScaledObject(trait: KubernetesObject): Problem[] {
  const { triggers = [], minReplicaCount = 0 } = (trait['spec'] ?? {}) as {
    readonly triggers?: readonly Trigger[];
    readonly minReplicaCount?: number;
  };
  if (minReplicaCount > 0 || triggers.length === 0 || !triggers.every(isResourceTrigger)) return [];
  return [
    {
      path: 'spec.minReplicaCount',
      message: 'must be at least 1 when there are only cpu and memory triggers; without it, it is 0',
      hint: 'They measure running replicas: at 0 nothing would ever start one. Add another trigger, or set it to 1.',
    },
  ];
}
