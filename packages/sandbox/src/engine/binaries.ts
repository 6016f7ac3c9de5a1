import { access, constants } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CapstanError } from '@capstan/base';
import { SANDBOX_CODES } from '../codes.ts';
import { BINARIES, type BinaryName } from './programs.ts';

/** Where the control plane's programs are, and who said so. */
export interface ControlPlaneBinaries {
  readonly directory: string;
  readonly source: 'CAPSTAN_CONTROL_PLANE_BIN' | 'KUBEBUILDER_ASSETS' | 'cache';
}

/**
 * The directory that the environment names, CAPSTAN_CONTROL_PLANE_BIN before KUBEBUILDER_ASSETS, or undefined when it
 * names none. Fails with CAPSTAN_SANDBOX_BINARIES_MISSING when programs are not in it.
 */
export async function binariesFromEnvironment(
  env: NodeJS.ProcessEnv = process.env,
): Promise<ControlPlaneBinaries | undefined> {
  for (const source of ['CAPSTAN_CONTROL_PLANE_BIN', 'KUBEBUILDER_ASSETS'] as const) {
    const named = env[source];
    if (!named) continue;
    const directory = resolve(named);
    const missing = await missingBinaries(directory);
    if (missing.length === 0) return { directory, source };
    throw new CapstanError(
      SANDBOX_CODES.binariesMissing,
      `${source} names ${directory}, which lacks ${missing.join(', ')}`,
      {
        hint: `The sandbox needs ${BINARIES.join(', ')} in that directory. Without the variable they are built with Go.`,
        fields: { source, directory, missing },
      },
    );
  }
  return undefined;
}

/** Which of the programs are not executable files of `directory`. */
export async function missingBinaries(directory: string): Promise<BinaryName[]> {
  const there = await Promise.all(
    BINARIES.map((name) =>
      access(join(directory, name), constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return BINARIES.filter((_name, index) => !there[index]);
}
