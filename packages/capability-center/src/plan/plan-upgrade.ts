import { CapstanError, EXIT } from '@capstan/base';
import { YOU } from '../installer/askers.ts';
import { INSTALLER_CODES } from '../installer/codes.ts';
import { commandLine, type InstallerContext } from '../installer/context.ts';
import { notInstalled } from '../installer/not-installed.ts';
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
  for (const name of names) if (!state.lock.packages[name]) throw toInstallFirst(context, state, name);
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

/** What is offered can be installed instead. */
function toInstallFirst(context: InstallerContext, state: InstallerState, name: string): CapstanError {
  const { code, message, hint, next, exit, fields } = notInstalled(context, state, name);
  const offered = context.catalog.entries.some(({ metadata }) => metadata.name === name);
  return new CapstanError(code, message, {
    ...(hint === undefined ? {} : { hint }),
    next: offered ? [commandLine(context, `cap install ${name}`), ...next] : next,
    exit,
    fields,
  });
}
