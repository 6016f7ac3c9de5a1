import { compareVersionIds, type VersionId } from '@capstan/capability-model';
import type { LockDifference } from './report-types.ts';
import type { LockAction, LockChange } from './types.ts';

/** What `diffLocks` compares: packages with their versions, in any order. */
export type VersionedPackages = readonly ({ readonly package: string } & VersionId)[];

/**
 * What moves between two locks, by name, with the clause that forced each change. `changes` are those of the resolution
 * that made `after`. Packages that stay are left out.
 */
export function diffLocks(
  before: VersionedPackages,
  after: VersionedPackages,
  changes: readonly LockChange[] = [],
): LockDifference[] {
  const names = [...new Set([...before, ...after].map((each) => each.package))].sort();
  return names.flatMap((name) => {
    const from = idOf(name, before);
    const to = idOf(name, after);
    const action = actionOf(from, to);
    if (action === 'keep') return [];
    const change = changes.find((each) => each.package === name);
    return [
      {
        package: name,
        action,
        ...(from ? { from } : {}),
        ...(to ? { to } : {}),
        ...(change?.hops ? { hops: change.hops } : {}),
        ...(change ? { because: change.because } : {}),
      },
    ];
  });
}

function idOf(name: string, lock: VersionedPackages): VersionId | undefined {
  const found = lock.find((each) => each.package === name);
  return found && { version: found.version, release: found.release };
}

function actionOf(from: VersionId | undefined, to: VersionId | undefined): LockAction {
  if (!from) return 'install';
  if (!to) return 'unneeded';
  const order = compareVersionIds(to, from);
  if (order === 0) return from.version === to.version ? 'keep' : 'upgrade';
  return order > 0 ? 'upgrade' : 'downgrade';
}
