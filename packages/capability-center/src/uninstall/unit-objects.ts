import type { ObjectReference } from '@capstan/base';
import type { KubeClient } from '@capstan/kube';
import { mapLimit } from '../plan/parallel.ts';
import type { HelmUnitPlan, UnitPlan } from '../plan/types.ts';

/** Kinds of hook objects that are only means to an end; others may hold something that was made once. */
const TOOLS = ['Job', 'Pod', 'Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding', 'ServiceAccount'];

/** Whether what a hook made goes with its release; else it stays and is named. */
export function isHookTool({ kind }: Pick<ObjectReference, 'kind'>): boolean {
  return TOOLS.includes(kind);
}

/** What the hooks of a release make, last first. */
export function hookObjects(client: KubeClient, unit: HelmUnitPlan): Promise<ObjectReference[]> {
  return placed(client, unit, unit.hooks);
}

/** What a unit brings, last first. */
export function unitObjects(client: KubeClient, unit: UnitPlan): Promise<ObjectReference[]> {
  return placed(client, unit, unit.objects);
}

/** Where a chart names no namespace it is the unit's; which kinds have one was not known before their CRDs were there. */
function placed(
  client: KubeClient,
  { namespace }: UnitPlan,
  planned: readonly { readonly object: ObjectReference }[],
): Promise<ObjectReference[]> {
  return mapLimit(planned.toReversed(), 4, async ({ object }) => {
    if (object.namespace !== undefined) return object;
    const served = await client.discovery.find(object);
    return served?.namespaced ? { ...object, namespace } : object;
  });
}
