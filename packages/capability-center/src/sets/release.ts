import type { InstallerContext } from '../installer/context.ts';
import { takeInstallLease } from '../installer/install-lease.ts';
import { type ClusterLock, type LockedPackage, writeLock } from '../installer/lock.ts';

/** Who asks for a package, as its lock remembers. */
export function askersOf({ askedBy }: Pick<LockedPackage, 'askedBy'>): readonly string[] {
  return Object.keys(askedBy);
}

/** The packages that an owner asks for. */
export function ownedBy(lock: ClusterLock, owner: string): string[] {
  return Object.entries(lock.packages)
    .filter(([, locked]) => askersOf(locked).includes(owner))
    .map(([name]) => name)
    .sort();
}

/** Packages and everything that they need, by name. */
export function withNeeds(lock: ClusterLock, names: readonly string[]): Set<string> {
  const found = new Set<string>();
  const pending = [...names];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    pending.push(...(lock.packages[name]?.requires ?? []));
  }
  return found;
}

/** Of these packages those that are installed, asked for by nobody, and needed by no other. */
export function unneededOf(lock: ClusterLock, names: readonly string[]): string[] {
  const needed = new Set(Object.values(lock.packages).flatMap(({ requires }) => requires));
  return [...new Set(names)]
    .filter((name) => {
      const locked = lock.packages[name];
      return locked !== undefined && askersOf(locked).length === 0 && !needed.has(name);
    })
    .sort();
}

/**
 * An owner asks for these packages no more: the lock forgets it, under the install Lease. What is installed stays. Throws
 * BUSY while another process has the Lease.
 */
export async function releaseGoals(
  context: InstallerContext,
  owner: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const lease = await takeInstallLease(context, signal);
  try {
    await writeLock(context.client, lease.fencing, (lock) => ({ ...lock, packages: without(lock, owner, names) }));
  } finally {
    await lease.release();
  }
}

function without({ packages }: ClusterLock, owner: string, names: readonly string[]): ClusterLock['packages'] {
  return Object.fromEntries(
    Object.entries(packages).map(([name, locked]) => {
      if (!names.includes(name)) return [name, locked];
      const { [owner]: _, ...askedBy } = locked.askedBy;
      return [name, { ...locked, askedBy, goal: Object.keys(askedBy).length > 0 }];
    }),
  );
}
