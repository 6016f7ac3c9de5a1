import { digestOf } from '@capstan/capability-model';
import { INSTALLER_CODES } from '../installer/codes.ts';
import { commandLine, type InstallerContext } from '../installer/context.ts';
import type { InstallerState } from '../installer/state.ts';
import { fits } from './resolution.ts';
import type { InstallGoal, PlanBlocker } from './types.ts';

/** Paused packages that the goals would move or give other values: each is a blocker that names it. */
export function pausedBlockers(
  context: Pick<InstallerContext, 'client' | 'command'>,
  { installs, lock }: InstallerState,
  goals: readonly InstallGoal[],
): PlanBlocker[] {
  return goals.flatMap(({ package: name, range = '*', values }) => {
    const spec = installs.get(name)?.spec;
    const locked = lock.packages[name];
    if (spec?.paused !== true || !locked) return [];
    const stays = fits(locked, range) && (!values || digestOf(values) === digestOf(spec.values ?? {}));
    return stays ? [] : [pausedBlocker(context, name)];
  });
}

/** The blocker for one paused package. */
export function pausedBlocker(context: Pick<InstallerContext, 'client' | 'command'>, name: string): PlanBlocker {
  return {
    code: INSTALLER_CODES.paused,
    message: `${name} is paused: nothing changes what is installed of it.`,
    hint: 'Somebody set spec.paused of its CapabilityInstall. Resume it first.',
    next: [commandLine(context, `cap resume ${name}`)],
  };
}
