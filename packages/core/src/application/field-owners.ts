import type { KubernetesObject } from '@capstan/base';
import { CONTROLLER_MANAGER } from './names.ts';
import { isObject, specOf } from './plain.ts';

/**
 * `spec.replicas` of a live object when somebody else set it (`kubectl scale`, an autoscaler). What our own last apply
 * left there does not count: it goes away when the component no longer states it.
 */
export function replicasOfOthers(live: KubernetesObject | undefined): number | undefined {
  const replicas = live && replicasOf(live);
  return replicas === undefined || onlyWeOwnReplicas(live) ? undefined : replicas;
}

/**
 * The replicas of a live object that would fall back to the API server's default (1) if this object were applied: until
 * now we stated them, now nobody does.
 */
export function replicasLetGo(live: KubernetesObject, object: KubernetesObject): number | undefined {
  return replicasOf(object) === undefined && onlyWeOwnReplicas(live) ? replicasOf(live) : undefined;
}

function replicasOf(object: KubernetesObject): number | undefined {
  const replicas = specOf(object)['replicas'];
  return typeof replicas === 'number' ? replicas : undefined;
}

function onlyWeOwnReplicas(live: KubernetesObject | undefined): boolean {
  const owners = (live?.metadata.managedFields ?? []).filter((entry) => ownsReplicas(entry['fieldsV1']));
  return owners.length > 0 && owners.every((entry) => entry['manager'] === CONTROLLER_MANAGER);
}

function ownsReplicas(fields: unknown): boolean {
  return isObject(fields) && isObject(fields['f:spec']) && 'f:replicas' in fields['f:spec'];
}
