import type { KubernetesObject } from '@capstan/base';
import { CONTROLLER_MANAGER, REPLICAS_MANAGER } from './names.ts';
import { isObject, specOf } from './plain.ts';

/**
 * `spec.replicas` of a live workload when somebody else set it (`kubectl scale`, an autoscaler). What our own last apply
 * left there does not count: it goes away when the component no longer states it. Nor does what it only shows.
 */
export function replicasOfOthers(live: KubernetesObject | undefined): number | undefined {
  if (!live || ownReplicas(live, [CONTROLLER_MANAGER, REPLICAS_MANAGER])) return undefined;
  return replicasOf(live);
}

/**
 * The number that `spec.replicas` of a workload is to show where its component states none: what the child that has its
 * pods is asked for. Undefined when it does already, or when somebody set it, for then the child follows the workload;
 * where a trait decides, it always shows the child's.
 */
export function replicasToShow(
  workload: KubernetesObject,
  child: KubernetesObject,
  replicasOwned: boolean,
): number | undefined {
  const replicas = replicasOf(child);
  const shown = replicasOf(workload);
  if (replicas === undefined || replicas === shown) return undefined;
  const isOurs = shown === undefined || replicasOwned || ownReplicas(workload, [REPLICAS_MANAGER]);
  return isOurs ? replicas : undefined;
}

/**
 * The replicas of a live object that would fall back to the API server's default (1) if this object were applied: until
 * now we stated them, now nobody does.
 */
export function replicasLetGo(live: KubernetesObject, object: KubernetesObject): number | undefined {
  return replicasOf(object) === undefined && ownReplicas(live, [CONTROLLER_MANAGER]) ? replicasOf(live) : undefined;
}

function replicasOf(object: KubernetesObject): number | undefined {
  const replicas = specOf(object)['replicas'];
  return typeof replicas === 'number' ? replicas : undefined;
}

/** Whether the field has owners, and all of them are among these. */
function ownReplicas(live: KubernetesObject, managers: readonly string[]): boolean {
  const owners = (live.metadata.managedFields ?? []).filter((entry) => ownsReplicas(entry['fieldsV1']));
  return owners.length > 0 && owners.every((entry) => managers.includes(String(entry['manager'])));
}

function ownsReplicas(fields: unknown): boolean {
  return isObject(fields) && isObject(fields['f:spec']) && 'f:replicas' in fields['f:spec'];
}
