import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CapstanError, EXIT, isCapstanError, silentLogger } from '@capstan/base';
import {
  listArguments,
  refuseCredentials,
  releaseArguments,
  templateArguments,
  uninstallArguments,
  upgradeArguments,
} from './arguments.ts';
import { findHelm, readVersion } from './binary.ts';
import { type Call, type Caller, callerOf, defaultCacheDirectory, helmEnvironment, helmHome } from './call.ts';
import { HELM_CODES } from './codes.ts';
import { pendingOperation } from './failures.ts';
import { parseManifest, readChart, readHistory, readList, readRelease, readValues } from './results.ts';
import type { CallOptions, ChartReference, Helm, HelmOptions, ReleaseFlags, UpgradeFlags } from './types.ts';

const WRITE_LIMIT_MS = 300_000;
const READ_LIMIT_MS = 60_000;

/**
 * A typed client for Helm: the `binary` option, `CAPSTAN_HELM`, `PATH`, or the bundled build. Rejects with NOT_FOUND or
 * TOO_OLD when there is none that works, and with KUBE_UNREACHABLE when `kubeconfig` names a file that cannot be read
 * (Helm itself would try localhost). Helm's own files are kept apart from the user's, below `cacheDirectory`.
 */
export async function createHelm(options: HelmOptions = {}): Promise<Helm> {
  const { env = process.env, log = silentLogger } = options;
  const cacheDirectory = options.cacheDirectory ?? defaultCacheDirectory(env);
  if (options.kubeconfig !== undefined) await requireFile(options.kubeconfig);
  const named = options.binary === undefined ? {} : { binary: options.binary };
  const binary = await findHelm({ env, cacheDirectory, ...named });
  log.debug('helm found', { ...binary });
  const environment = helmEnvironment(env, cacheDirectory, options);
  const emptyDirectory = join(helmHome(cacheDirectory), 'empty');
  await mkdir(emptyDirectory, { recursive: true });
  const call = callerOf(binary, environment, emptyDirectory);
  return {
    binary,
    version: () => readVersion(binary.path, environment),
    ...releaseCommands(call),
    ...readCommands(call),
    ...chartCommands(call),
  };
}

async function requireFile(path: string): Promise<void> {
  try {
    await access(path);
  } catch (cause) {
    throw new CapstanError(HELM_CODES.kubeUnreachable, `the kubeconfig ${path} cannot be read`, {
      hint: 'Check the path given with --kubeconfig.',
      cause,
      exit: EXIT.unreachable,
    });
  }
}

const readLimit = (flags: CallOptions): number => flags.timeLimitMs ?? READ_LIMIT_MS;
const writeLimit = (flags: CallOptions): number => flags.timeLimitMs ?? WRITE_LIMIT_MS;

/** The commands that write a release. */
function releaseCommands(call: Caller): Pick<Helm, 'install' | 'upgrade' | 'uninstall'> {
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
    async uninstall(release, flags = {}) {
      const limitMs = writeLimit(flags);
      await call({ command: 'uninstall', release, args: uninstallArguments(flags, limitMs), flags, limitMs });
    },
  };
}

/** Helm says "name in use" also of a release that another install is writing: the release itself tells. */
async function nameInUse(error: unknown, release: string, flags: CallOptions, call: Caller): Promise<unknown> {
  if (!isCapstanError(error, HELM_CODES.nameInUse)) return error;
  const { onOutput: _, ...quiet } = flags;
  const limitMs = readLimit({});
  const text = await call({ command: 'status', release, args: ['--output=json'], flags: quiet, limitMs });
  const { status } = readRelease(text);
  return status.startsWith('pending-') ? pendingOperation({ ...error.fields, release, status }) : error;
}

/** The commands that read releases. */
function readCommands(call: Caller): Pick<Helm, 'status' | 'list' | 'history' | 'get'> {
  const json = (command: string, release: string | undefined, flags: CallOptions, args: string[] = []) => {
    const of = release === undefined ? {} : { release };
    return call({ command, ...of, args: ['--output=json', ...args], flags, limitMs: readLimit(flags) });
  };
  return {
    async status(name, flags = {}) {
      const args = flags.revision === undefined ? [] : [`--revision=${flags.revision}`];
      return readRelease(await json('status', name, flags, args));
    },
    list: async (flags = {}) => readList(await json('list', undefined, flags, listArguments(flags))),
    history: async (name, flags = {}) => readHistory(await json('history', name, flags)),
    get: {
      async manifest(release, flags = {}) {
        return parseManifest(await call({ command: 'get manifest', release, flags, limitMs: readLimit(flags) }));
      },
      values: async (name, flags = {}) => readValues(await json('get values', name, flags, flags.all ? ['--all'] : [])),
    },
  };
}

/** The commands that need no cluster. */
function chartCommands(call: Caller): Pick<Helm, 'template' | 'package' | 'show' | 'repo'> {
  const run = (flags: CallOptions, rest: Omit<Call, 'flags' | 'limitMs'>) =>
    call({ ...rest, flags, limitMs: readLimit(flags) });
  return {
    async template(release, chart, flags = {}) {
      const { values } = flags;
      return parseManifest(
        await run(flags, { command: 'template', release, chart, args: templateArguments(flags), values }),
      );
    },
    async package(directory, flags) {
      const args = [`--destination=${flags.destination}`];
      if (flags.version !== undefined) args.push(`--version=${flags.version}`);
      if (flags.appVersion !== undefined) args.push(`--app-version=${flags.appVersion}`);
      const output = await run(flags, { command: 'package', chart: directory, args });
      return output.trim().replace(/^.*saved it to: /s, '');
    },
    show: {
      chart: async (chart, flags = {}) => readChart(await run(flags, { command: 'show chart', chart })),
      crds: async (chart, flags = {}) => parseManifest(await run(flags, { command: 'show crds', chart })),
    },
    repo: {
      async add(name, url, flags = {}) {
        refuseCredentials(url);
        const { username, password = '' } = flags;
        const args = ['--force-update'];
        if (username !== undefined) args.push(`--username=${username}`, '--password-stdin');
        await run(flags, {
          command: 'repo add',
          operands: [name, url],
          args,
          input: username === undefined ? '' : password,
        });
      },
    },
  };
}
