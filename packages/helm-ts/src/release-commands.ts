import { isCapstanError } from '@capstan/base';
import { releaseArguments, rollbackArguments, uninstallArguments, upgradeArguments } from './arguments.ts';
import type { Caller } from './call.ts';
import type { CallOptions } from './call-types.ts';
import type { ChartReference } from './chart-types.ts';
import { HELM_CODES } from './codes.ts';
import { pendingOperation } from './failures.ts';
import { readLimit, writeLimit } from './limits.ts';
import type { Release, ReleaseFlags, UpgradeFlags } from './release-types.ts';
import { readRelease } from './results.ts';
import type { Helm } from './types.ts';

/** The commands that write a release. */
export function releaseCommands(call: Caller): Pick<Helm, 'install' | 'upgrade' | 'rollback' | 'uninstall'> {
  const deploy = async (
    command: string,
    release: string,
    chart: ChartReference,
    flags: ReleaseFlags,
    more: string[],
  ) => {
    const limitMs = writeLimit(flags);
    const args = ['--output=json', ...releaseArguments(flags, limitMs), ...more];
    return readRelease(await call({ command, release, chart, args, flags, limitMs, values: flags.values }));
  };
  return {
    install: (name, chart, flags = {}) =>
      deploy('install', name, chart, flags, []).catch(async (error: unknown) => {
        throw await nameInUse(error, name, flags, call);
      }),
    upgrade: (name, chart, flags: UpgradeFlags = {}) => deploy('upgrade', name, chart, flags, upgradeArguments(flags)),
    async rollback(release, revision, flags = {}) {
      const limitMs = writeLimit(flags);
      const operands = revision === undefined ? [] : [String(revision)];
      await call({ command: 'rollback', release, operands, args: rollbackArguments(flags, limitMs), flags, limitMs });
      return readStatus(call, release, flags);
    },
    async uninstall(release, flags = {}) {
      const limitMs = writeLimit(flags);
      await call({ command: 'uninstall', release, args: uninstallArguments(flags, limitMs), flags, limitMs });
    },
  };
}

/** Helm says "name in use" also of a release that another install is writing: the release itself tells. */
async function nameInUse(error: unknown, release: string, flags: CallOptions, call: Caller): Promise<unknown> {
  if (!isCapstanError(error, HELM_CODES.nameInUse)) return error;
  const { status } = await readStatus(call, release, flags);
  return status.startsWith('pending-') ? pendingOperation({ ...error.fields, release, status }) : error;
}

async function readStatus(call: Caller, release: string, flags: CallOptions): Promise<Release> {
  const { onOutput: _, ...quiet } = flags;
  const limitMs = readLimit({});
  return readRelease(await call({ command: 'status', release, args: ['--output=json'], flags: quiet, limitMs }));
}
