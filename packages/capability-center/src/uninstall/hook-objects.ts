import type { ObjectReference } from '@capstan/base';
import type { KubeClient } from '@capstan/kube';
import { mapLimit } from '../plan/parallel.ts';
import type { HelmUnitPlan } from '../plan/types.ts';

/** Kinds of hook objects that are only means to an end; others may hold something that was made once. */
const TOOLS = ['Job', 'Pod', 'Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding', 'ServiceAccount'];

/** Whether what a hook made goes with its release; else it stays and is named. */
export function isHookTool({ kind }: Pick<ObjectReference, 'kind'>): boolean {
  return TOOLS.includes(kind);
}

/** What the hooks of a release make, last first; where a chart names no namespace it is the release's. */
export async function hookObjects(client: KubeClient, unit: HelmUnitPlan): Promise<ObjectReference[]> {
  return mapLimit(unit.hooks.toReversed(), 4, async ({ object }) => {
    if (object.namespace !== undefined) return object;
    const served = await client.discovery.find(object);
    return served?.namespaced ? { ...object, namespace: unit.namespace } : object;
  });
}
