import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CapstanError, EXIT, silentLogger } from '@capstan/base';
import { findHelm, readVersion } from './binary.ts';
import { callerOf, defaultCacheDirectory, helmEnvironment, helmHome } from './call.ts';
import type { HelmOptions } from './call-types.ts';
import { chartCommands } from './chart-commands.ts';
import { HELM_CODES } from './codes.ts';
import { pullCommand } from './pull.ts';
import { readCommands } from './read-commands.ts';
import { releaseCommands } from './release-commands.ts';
import { repositoryCommands } from './repository-commands.ts';
import type { Helm } from './types.ts';

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
    ...pullCommand(call, cacheDirectory),
    ...repositoryCommands(call),
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
