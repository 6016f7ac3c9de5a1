import { CapstanError, EXIT } from '@capstan/base';
import { YOU } from '../installer/askers.ts';
import { INSTALLER_CODES } from '../installer/codes.ts';
import { commandLine, type InstallerContext } from '../installer/context.ts';
import { type InstallerState, readState } from '../installer/state.ts';
import { buildPlan } from './build-plan.ts';
import { pausedBlocker } from './paused.ts';
import type { InstallGoal, InstallPlan, UpgradeRequest } from './types.ts';

/**
 * What an upgrade would do: the named packages go to the newest version that fits, or to `to`, and everything else stays
 * unless a clause forces it. A package that is named loses the range that a user gave earlier; what CapabilitySets ask
 * for stays in force, and with `all` every range does. Values are kept unless new ones are given. Throws as `planInstall`,
 * and CAPSTAN_CAP_NOT_INSTALLED for a name that is not installed.
 */
export async function planUpgrade(context: InstallerContext, request: UpgradeRequest): Promise<InstallPlan> {
  const state = await readState(context);
  const all = request.packages === 'all';
  const names = request.packages === 'all' ? Object.keys(state.lock.packages).sort() : request.packages;
  requireOne(request, names);
  for (const name of names) requireInstalled(context, state, name);
  const paused = names.filter((name) => state.installs.get(name)?.spec.paused === true);
  const lifted = names.filter((name) => !paused.includes(name));
  return buildPlan(context, state, {
    operation: 'upgrade',
    goals: names.map((name) => upgradeGoal(state, name, paused.includes(name) ? { packages: 'all' } : request)),
    borrowed: names.filter((name) => state.lock.packages[name]?.askedBy[YOU] === undefined),
    policy: { lift: lifted, ...(request.allowDowngrade === true ? { allowDowngrade: true } : {}) },
    allowStandIns: request.allowStandIns ?? false,
    adopt: false,
    blockers: all ? [] : paused.map((name) => pausedBlocker(context, name)),
    warnings: all ? paused.map((name) => `${name} is paused and stays as it is.`) : [],
  });
}

function upgradeGoal({ lock, installs }: InstallerState, name: string, request: UpgradeRequest): InstallGoal {
  const kept = request.packages === 'all' ? lock.packages[name]?.askedBy[YOU] : undefined;
  const { center } = installs.get(name)?.spec ?? {};
  return {
    package: name,
    range: request.to ?? kept ?? '*',
    ...(center === undefined ? {} : { center }),
    ...(request.values === undefined ? {} : { values: request.values }),
  };
}

function requireOne({ to, values }: UpgradeRequest, names: readonly string[]): void {
  if (names.length === 1 || (to === undefined && values === undefined)) return;
  throw new CapstanError(INSTALLER_CODES.notInstalled, 'A version or values can be given for one package only.', {
    hint: 'Name the one package that is meant.',
    exit: EXIT.usage,
  });
}

function requireInstalled(context: InstallerContext, { lock }: InstallerState, name: string): void {
  if (lock.packages[name]) return;
  const known = Object.keys(lock.packages).sort();
  throw new CapstanError(INSTALLER_CODES.notInstalled, `${name} is not installed, so it cannot be upgraded.`, {
    hint: known.length > 0 ? `Installed are: ${known.slice(0, 10).join(', ')}.` : 'No capability is installed.',
    next: [commandLine(context, `cap install ${name}`)],
    exit: EXIT.failed,
    fields: { package: name },
  });
}
