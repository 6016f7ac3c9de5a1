import type { KubernetesObject } from '@capstan/base';
import { CONTROLLER_MANAGER } from './names.ts';
import { isObject, specOf } from './plain.ts';

/**
 * `spec.replicas` of a live object when somebody else set it (`kubectl scale`, an autoscaler). What our own last apply
 * left there does not count: it goes away when the component no longer states it.
 */
export function replicasOfOthers(live: KubernetesObject | undefined): number | undefined {
  if (!live) return undefined;
  const replicas = specOf(live)['replicas'];
  if (typeof replicas !== 'number') return undefined;
  const owners = (live.metadata.managedFields ?? []).filter((entry) => ownsReplicas(entry['fieldsV1']));
  const ours = owners.length > 0 && owners.every((entry) => entry['manager'] === CONTROLLER_MANAGER);
  return ours ? undefined : replicas;
}

function ownsReplicas(fields: unknown): boolean {
  return isObject(fields) && isObject(fields['f:spec']) && 'f:replicas' in fields['f:spec'];
}
