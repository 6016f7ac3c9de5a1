import type { ApiResource } from '../model/resource.ts';
import type { Caller, DeleteOptions, Target } from './operations.ts';

/** The finalizers that stand for the two slow kinds of propagation; the garbage collector acts on them. */
export const ORPHAN_FINALIZER = 'orphan';
export const FOREGROUND_FINALIZER = 'foregroundDeletion';

type Policy = 'Background' | 'Foreground' | 'Orphan';

/** Types whose dependents stay where nothing is said, for compatibility (rest.OrphanDependents). */
const ORPHANING = new Set(['replicationcontrollers.', 'jobs.batch']);

/** Types that the garbage collector does not look at (rest.Unsupported). */
const UNCOLLECTED = new Set(['events.', 'events.events.k8s.io']);

/**
 * The finalizers of an object that is to be deleted: those it has, with the one of the propagation policy in place of an
 * earlier one (registry store.go deletionFinalizersForGarbageCollection).
 */
export function deletionFinalizers(
  resource: ApiResource,
  finalizers: readonly string[],
  options: DeleteOptions,
): string[] {
  const key = `${resource.resource}.${resource.group}`;
  const others = finalizers.filter((one) => one !== ORPHAN_FINALIZER && one !== FOREGROUND_FINALIZER);
  if (UNCOLLECTED.has(key)) return others;
  const policy = askedPolicy(options) ?? finalizerPolicy(finalizers) ?? (ORPHANING.has(key) ? 'Orphan' : 'Background');
  if (policy === 'Orphan') return [...others, ORPHAN_FINALIZER];
  return policy === 'Foreground' ? [...others, FOREGROUND_FINALIZER] : others;
}

/** Tells a client that says nothing of it that the Pods of Jobs stay (pkg/registry/batch/job/storage). */
export function warnOfOrphans({ resource }: Target, options: DeleteOptions, caller: Pick<Caller, 'warn'>): void {
  if (resource.group !== 'batch' || resource.resource !== 'jobs' || askedPolicy(options) !== undefined) return;
  caller.warn(
    'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
  );
}

function askedPolicy(options: DeleteOptions): Policy | undefined {
  if (options.orphanDependents !== undefined) return options.orphanDependents ? 'Orphan' : 'Background';
  return options.propagationPolicy;
}

function finalizerPolicy(finalizers: readonly string[]): Policy | undefined {
  if (finalizers.includes(ORPHAN_FINALIZER)) return 'Orphan';
  return finalizers.includes(FOREGROUND_FINALIZER) ? 'Foreground' : undefined;
}
