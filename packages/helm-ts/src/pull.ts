import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CapstanError } from '@capstan/base';
import { chartName, pullArguments, refuseCredentials, serverArguments } from './arguments.ts';
import { type Caller, type Environment, helmHome } from './call.ts';
import type { ChartReference, Credentials, PulledChart, PullFlags } from './chart-types.ts';
import { HELM_CODES } from './codes.ts';
import { inOwnHome } from './own-home.ts';
import type { Helm } from './types.ts';

const PULL_LIMIT_MS = 120_000;
const MAX_BYTES = 64 * 1024 * 1024;

/** What `repo.add` calls the repository of a pull with credentials; the alias lives as long as the call. */
const ALIAS = 'capstan-pull';

/** The command that fetches a chart's archive. */
export function pullCommand(call: Caller, cacheDirectory: string): Pick<Helm, 'pull'> {
  return {
    async pull(chart, flags) {
      await mkdir(flags.destination, { recursive: true });
      const into = await mkdtemp(join(flags.destination, '.pull-'));
      try {
        await fetchInto(call, cacheDirectory, into, chart, flags);
        return await takeArchive(into, chart, flags);
      } finally {
        await rm(into, { recursive: true, force: true });
      }
    },
  };
}

function fetchInto(
  call: Caller,
  cacheDirectory: string,
  into: string,
  chart: ChartReference,
  flags: PullFlags,
): Promise<string> {
  const limitMs = flags.timeLimitMs ?? PULL_LIMIT_MS;
  const pull = (reference: ChartReference, env: Environment, server: PullFlags) =>
    call({ command: 'pull', chart: reference, args: pullArguments(into, server), flags, limitMs, env });
  if (isAlias(chart)) return pull(chart, {}, flags);
  return inOwnHome(cacheDirectory, async (home) => {
    const { credentials } = flags;
    // A login of this client holds for its pulls too, unless the call brings its own credentials.
    const logins = join(helmHome(cacheDirectory), 'config', 'registry', 'config.json');
    if (!credentials) return pull(chart, { ...home, HELM_REGISTRY_CONFIG: logins }, flags);
    const oci = ociAddress(chart);
    if (oci !== undefined) {
      const config = await writeRegistryLogin(home, new URL(oci).host, credentials);
      return pull(chart, { ...home, HELM_REGISTRY_CONFIG: config }, flags);
    }
    const { name, repository, version } = repositoryOf(chart);
    refuseCredentials(repository);
    const args = [`--username=${credentials.username}`, '--password-stdin', ...serverArguments(flags)];
    const input = credentials.password;
    await call({ command: 'repo add', operands: [ALIAS, repository], args, input, flags, limitMs, env: home });
    const reference = { name: `${ALIAS}/${name}`, ...(version === undefined ? {} : { version }) };
    // The repository's entry has the rest of how it is reached.
    const { destination, provenance = false, keyring } = flags;
    return pull(reference, home, { destination, provenance, ...(keyring === undefined ? {} : { keyring }) });
  });
}

function isAlias(chart: ChartReference): boolean {
  const { name, repository } = typeof chart === 'string' ? { name: chart } : chart;
  return repository === undefined && /^[^/.][^/]*\/[^/]+$/.test(name);
}

function ociAddress(chart: ChartReference): string | undefined {
  const { name, repository } = typeof chart === 'string' ? { name: chart } : chart;
  return [repository, name].find((address) => address?.startsWith('oci://'));
}

function repositoryOf(chart: ChartReference): { name: string; repository: string; version?: string } {
  if (typeof chart === 'object' && chart.repository !== undefined) return { ...chart, repository: chart.repository };
  throw new CapstanError(HELM_CODES.chartNotFound, `${chartName(chart)} names no repository to sign in to`, {
    hint: 'Credentials are for charts of a repository or of an OCI registry: give name and repository.',
    terminal: true,
  });
}

/** Writes the file in which Helm looks for the login of a registry; answers its path. */
async function writeRegistryLogin(home: Environment, host: string, credentials: Credentials): Promise<string> {
  const config = join(home['HELM_CONFIG_HOME'] ?? '', 'registry', 'config.json');
  await mkdir(dirname(config), { recursive: true, mode: 0o700 });
  const auth = Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64');
  await writeFile(config, JSON.stringify({ auths: { [host]: { auth } } }), { mode: 0o600 });
  return config;
}

async function takeArchive(into: string, chart: ChartReference, flags: PullFlags): Promise<PulledChart> {
  const files = await readdir(into);
  const archive = files.find((file) => file.endsWith('.tgz'));
  if (archive === undefined) {
    throw new CapstanError(HELM_CODES.outputUnreadable, `helm pull wrote no archive of ${chartName(chart)}`);
  }
  const { size } = await stat(join(into, archive));
  const maxBytes = flags.maxBytes ?? MAX_BYTES;
  if (size > maxBytes) {
    throw new CapstanError(
      HELM_CODES.outputTooLarge,
      `the archive of ${chartName(chart)} has ${size} bytes, more than ${maxBytes}`,
      { terminal: true },
    );
  }
  const path = await moveTo(join(into, archive), flags.destination);
  const signed = files.find((file) => file.endsWith('.prov'));
  const provenance = signed === undefined ? undefined : await moveTo(join(into, signed), flags.destination);
  return {
    path,
    digest: await digestOfFile(path),
    ...(provenance === undefined ? {} : { provenance }),
  };
}

async function moveTo(path: string, directory: string): Promise<string> {
  const target = join(directory, basename(path));
  await rename(path, target);
  return target;
}

async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return `sha256:${hash.digest('hex')}`;
}
