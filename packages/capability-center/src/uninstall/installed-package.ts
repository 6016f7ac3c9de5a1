import type { InstallerContext } from '../installer/context.ts';
import { stoppedAt } from '../installer/journal.ts';
import { notInstalled } from '../installer/not-installed.ts';
import { readPlannedPackage } from '../installer/plan-record.ts';
import type { InstallerState } from '../installer/state.ts';
import type { PackagePlan } from '../plan/types.ts';

/** A package as it was installed, with the digest of the plan that did it. */
export interface InstalledPackagePlan {
  readonly planned: PackagePlan;
  readonly planDigest: string;
}

/**
 * What is recorded of an installed package, also of one whose installation or removal stopped half way. Throws
 * NOT_INSTALLED, with the nearest installed names, when there is no trace of it.
 */
export async function installedPackage(
  context: Pick<InstallerContext, 'client' | 'command'>,
  state: InstallerState,
  name: string,
): Promise<InstalledPackagePlan> {
  const planDigest =
    state.lock.packages[name]?.planDigest ?? state.installs.get(name)?.status?.planDigest ?? openDigest(state, name);
  if (planDigest === undefined) throw notInstalled(context, state, name);
  return { planned: await readPlannedPackage(context.client, planDigest, name), planDigest };
}

function openDigest({ journals }: InstallerState, name: string): string | undefined {
  const journal = journals.get(name);
  return journal && journal.operation !== 'uninstall' && stoppedAt(journal) ? journal.planDigest : undefined;
}
