import { access, constants } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { CapstanError, EXIT, messageOf } from '@capstan/base';
import semver from 'semver';
import { bundledHelm } from './bundled.ts';
import type { HelmBinary } from './call-types.ts';
import { HELM_CODES } from './codes.ts';
import { runProcess } from './process.ts';

/** The oldest Helm that works: the waiting and server-side apply of Helm 4 are relied on. */
const OLDEST = '4.0.0';

const VERSION_LIMIT_MS = 20_000;

/** Where to look for Helm. */
export interface BinarySearch {
  readonly binary?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cacheDirectory: string;
}

/**
 * The first Helm of: the option, `CAPSTAN_HELM`, `PATH`, the bundled build. A Helm that was named but is not there or
 * too old is an error; one on `PATH` that is too old is passed over where the bundled build is available.
 */
export async function findHelm(search: BinarySearch): Promise<HelmBinary> {
  const named = namedBinary(search);
  if (named) return { ...named, version: requireNewEnough(await readVersion(named.path, search.env), named.path) };
  const onPath = await searchPath(search.env);
  const version = onPath === undefined ? undefined : await readVersion(onPath, search.env);
  if (onPath !== undefined && version !== undefined && semver.gte(version, OLDEST)) {
    return { path: onPath, version, from: 'PATH' };
  }
  const bundled = await bundledHelm(search.cacheDirectory);
  if (bundled !== undefined) return { ...bundled, from: 'bundled' };
  if (onPath !== undefined && version !== undefined) requireNewEnough(version, onPath);
  throw notFound(`no Helm was found on PATH, and none is bundled for ${process.platform} ${process.arch}`);
}

function namedBinary(search: BinarySearch): Pick<HelmBinary, 'path' | 'from'> | undefined {
  if (search.binary) return { path: resolve(search.binary), from: 'option' };
  const path = search.env['CAPSTAN_HELM'];
  return path ? { path: resolve(path), from: 'CAPSTAN_HELM' } : undefined;
}

async function searchPath(env: BinarySearch['env']): Promise<string | undefined> {
  for (const directory of (env['PATH'] ?? '').split(delimiter)) {
    if (directory === '') continue;
    const path = join(directory, 'helm');
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The version of the Helm at `path`. Rejects with NOT_FOUND when it cannot be run or does not answer as Helm does. */
export async function readVersion(path: string, env: BinarySearch['env']): Promise<string> {
  // Helm 2 reads --short as Helm 4 does; a template would differ.
  const request = { file: path, args: ['version', '--short'], env, limitMs: VERSION_LIMIT_MS, maxOutputBytes: 4096 };
  const result = await runProcess(request).catch((error: unknown) => {
    throw notFound(`${path} cannot be run: ${messageOf(error)}`);
  });
  const version = semver.clean(result.stdout.replace(/^.*?(v?\d)/s, '$1').split(/[\s+]/)[0] ?? '');
  if (result.code !== 0 || version === null) throw notFound(`${path} does not answer "version" as Helm does`);
  return version;
}

function requireNewEnough(version: string, path: string): string {
  if (semver.gte(version, OLDEST)) return version;
  throw new CapstanError(HELM_CODES.tooOld, `${path} is Helm ${version}; Capstan needs Helm ${OLDEST} or newer`, {
    hint: 'Install Helm 4, or set CAPSTAN_HELM to the path of one.',
    fields: { found: version, needed: `>=${OLDEST}`, path },
    exit: EXIT.blocked,
    terminal: true,
  });
}

function notFound(message: string): CapstanError {
  return new CapstanError(HELM_CODES.notFound, message, {
    hint: 'Install Helm 4 (https://helm.sh/docs/intro/install), or set CAPSTAN_HELM to the path of its binary.',
    exit: EXIT.blocked,
    terminal: true,
  });
}
