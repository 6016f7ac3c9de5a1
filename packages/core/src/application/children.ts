import type { KubernetesObject } from '@capstan/base';
import type { ChildResourceKind } from '@capstan/oam-model';
import { CONTAINERIZED_WORKLOAD, WORKLOAD_LABEL } from '../controllers/containerized-workload/names.ts';
import { childObjects, type Following } from './followings.ts';
import { kindKey } from './names.ts';

/**
 * Where the children of a workload are found. A Definition need not name labels; for the ContainerizedWorkload they are
 * known, so that not every Deployment of the cluster has to be followed.
 */
export function childrenFollowing(owner: KubernetesObject, kinds: readonly ChildResourceKind[]): Following[] {
  const own = kindKey(owner) === kindKey(CONTAINERIZED_WORKLOAD);
  return kinds.map((kind) => {
    const selector = Object.keys(kind.selector ?? {}).length > 0 || !own ? kind.selector : { [WORKLOAD_LABEL]: '' };
    return childObjects({ ...kind, ...(selector ? { selector } : {}) });
  });
}
