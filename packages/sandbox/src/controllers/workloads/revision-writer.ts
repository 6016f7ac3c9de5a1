import { isCapstanError } from '@capstan/base';
import { KUBE_CODES } from '@capstan/kube';
import type { SimulatedCluster } from '../frame/cluster.ts';
import { deepEqual } from '../model/equality.ts';
import { controllerOf } from '../model/meta.ts';
import type { ControllerRevision } from '../model/workload-types.ts';
import type { RevisionChoice } from './revision-history.ts';

/** Writes what a choice asks for. `collision`: the name belongs to something else, so that another hash is needed. */
export async function writeRevision(
  { revisions }: SimulatedCluster,
  { revision, write }: RevisionChoice,
): Promise<ControllerRevision | 'collision'> {
  if (write === undefined) return revision;
  if (write === 'update') return revisions.update(revision);
  try {
    return await revisions.create(revision);
  } catch (error) {
    if (!isCapstanError(error, KUBE_CODES.conflict)) throw error;
    const { name, namespace } = revision.metadata;
    const known = revisions.get(name, namespace);
    const same = known && controllerOf(known)?.uid === controllerOf(revision)?.uid;
    if (same && deepEqual(known.data, revision.data)) return known;
    return 'collision';
  }
}
