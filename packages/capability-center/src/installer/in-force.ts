import type { KubeClient } from '@capstan/kube';
import { mapLimit } from '../plan/parallel.ts';
import type { PackagePlan } from '../plan/types.ts';
import { readLock } from './lock.ts';
import { readLockedPackage } from './revisions.ts';

/** A package as it is in force, from its revision. */
export interface PackageInForce {
  readonly planned: PackagePlan;
  readonly planDigest: string;
}

/** Those of some packages that are in force, with their content. */
export async function packagesInForce(
  client: KubeClient,
  packages: readonly Pick<PackagePlan, 'name'>[],
): Promise<ReadonlyMap<string, PackageInForce>> {
  const lock = await readLock(client);
  const found = await mapLimit(packages, 8, async ({ name }) => {
    const locked = lock.packages[name];
    if (!locked) return [];
    return [[name, { planned: await readLockedPackage(client, name, locked), planDigest: locked.planDigest }] as const];
  });
  return new Map(found.flat());
}
