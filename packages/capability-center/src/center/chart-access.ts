import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CapstanError, isCapstanError, messageOf } from '@capstan/base';
import { type ChartReference, digestOfText } from '@capstan/capability-model';
import type { Helm, PullFlags } from '@capstan/helm-ts';
import { CENTER_CODES } from '../codes.ts';
import { type ArchiveFile, readArchive } from '../registry/archive.ts';
import { type CenterCache, cacheName } from '../registry/cache.ts';
import type { CredentialsFor } from '../registry/remote/credentials.ts';
import { isLoopback } from '../registry/remote/http.ts';
import { CHART_LIMITS, directoryDigest, filesDigest } from './directory-digest.ts';
import { hostOf } from './hosts.ts';
import type { ChartAccess } from './resolve-chart.ts';

const MAX_ARCHIVE_BYTES = 64 * 1024 * 1024;
const TIME_LIMIT_MS = 120_000;
const ARCHIVE = 'archive.tgz';
const FILES = 'files';
/** Digest of the files. */
const DIGEST = 'digest';

/** What fetching charts takes. */
export interface ChartFetchOptions {
  readonly cache: CenterCache;
  /** Pulls charts from repositories; without it only archives on this machine are read. */
  readonly helm?: Helm;
  readonly credentials?: CredentialsFor;
  /** OCI registries are spoken to without TLS; loopback addresses always are. */
  readonly plainHttp?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Charts from repositories, which Helm pulls, and from archives in directories; both are unpacked safely into the cache.
 * What was fetched once is taken from there: a published chart does not change, and planning works while its repository
 * is away. Rejects with CAPSTAN_CHART_UNAVAILABLE when a chart cannot be had, and with CAPSTAN_ARCHIVE_INVALID when its
 * archive is refused.
 */
export function chartAccess(options: ChartFetchOptions): ChartAccess {
  const { cache } = options;
  return {
    async fetch(chart) {
      const name = cacheName(chart.repository, chart.name, chart.version);
      const digest = (await cache.text('chart-names', name, 200))?.trim();
      const known = digest === undefined ? undefined : await cachedChart(chart, digest, cache);
      if (known) return known;
      const found = await unpack(chart, await pull(chart, options), cache);
      await cache.keepText('chart-names', name, found.archive.digest);
      return found;
    },
    async unpack(chart, archive) {
      const { size } = await stat(archive);
      if (size > MAX_ARCHIVE_BYTES) throw refused(archive, 'is larger than 64 MiB');
      return unpack(chart, await readFile(archive), cache);
    },
  };
}

async function unpack(chart: ChartReference, bytes: Buffer, cache: CenterCache) {
  const digest = digestOfText(bytes);
  const known = await cachedChart(chart, digest, cache);
  if (known) return known;
  const files = await chartFiles(bytes, chart);
  const content = files.map(({ path, bytes: text }) => ({ path: path.slice(chart.name.length + 1), bytes: text }));
  try {
    const folder = await cache.keepFolder('charts', folderName(digest), [
      { path: ARCHIVE, bytes },
      { path: DIGEST, bytes: Buffer.from(filesDigest(content)) },
      ...files.map((file) => ({ ...file, path: `${FILES}/${file.path}` })),
    ]);
    return fetched(folder, chart.name, digest);
  } catch (cause) {
    throw new CapstanError(CENTER_CODES.chartUnavailable, `The chart ${chart.name} ${chart.version} cannot be kept.`, {
      hint: `The cache directory cannot be written: ${messageOf(cause)}.`,
      cause,
    });
  }
}

/** The chart in the cache, as long as its files are those that were in its archive. */
async function cachedChart(chart: ChartReference, digest: string, cache: CenterCache) {
  const name = folderName(digest);
  const folder = await cache.folder('charts', name);
  if (folder === undefined) return undefined;
  const found = fetched(folder, chart.name, digest);
  const [kept, present] = await Promise.all([
    cache.text('charts', join(name, DIGEST), 200),
    directoryDigest(found.path).catch(() => undefined),
  ]);
  if (kept !== undefined && kept === present) return found;
  await cache.dropFolder('charts', name);
  return undefined;
}

/** The files of a chart's archive, all below a folder of the chart's name; rejects with CAPSTAN_ARCHIVE_INVALID. */
async function chartFiles(bytes: Uint8Array, { name, version }: ChartReference): Promise<ArchiveFile[]> {
  const label = `${name}-${version}.tgz`;
  const files = await readArchive(bytes, CHART_LIMITS, label);
  const stray = files.find(({ path }) => !path.startsWith(`${name}/`));
  if (stray) throw refused(label, `holds ${JSON.stringify(stray.path)}, which is outside of the folder ${name}`);
  return files;
}

function fetched(folder: string, name: string, digest: string) {
  return { path: join(folder, FILES, name), archive: { path: join(folder, ARCHIVE), digest } };
}

const folderName = (digest: string): string => digest.replace(':', '-');

function refused(archive: string, why: string): CapstanError {
  return new CapstanError(CENTER_CODES.archiveInvalid, `The archive ${archive} ${why}.`, {
    hint: "A chart's archive has everything in one folder of the chart's name.",
  });
}

async function pull(chart: ChartReference, options: ChartFetchOptions): Promise<Buffer> {
  const { helm, signal } = options;
  const { repository, name, version } = chart;
  if (!helm) throw unavailable(chart, 'repositories are not read here');
  const reference = repository.startsWith('oci://')
    ? { name: `${repository}/${name}`, version }
    : { name, repository, version };
  const destination = await mkdtemp(join(tmpdir(), 'capstan-chart-'));
  try {
    const flags: PullFlags = { destination, maxBytes: MAX_ARCHIVE_BYTES, timeLimitMs: TIME_LIMIT_MS };
    const login = await options.credentials?.(hostOf(repository));
    const basic = login && 'token' in login ? { username: 'token', password: login.token } : login;
    const { path } = await helm.pull(reference, {
      ...flags,
      ...(basic ? { credentials: basic } : {}),
      ...(isPlain(repository, options.plainHttp) ? { plainHttp: true } : {}),
      ...(signal ? { signal } : {}),
    });
    return await readFile(path);
  } catch (error) {
    signal?.throwIfAborted();
    if (!isCapstanError(error)) throw error;
    throw unavailable(chart, error.message, error);
  } finally {
    await rm(destination, { recursive: true, force: true });
  }
}

function unavailable({ name, version, repository }: ChartReference, why: string, cause?: CapstanError): CapstanError {
  const message = `The chart ${name} ${version} cannot be had from ${repository}: ${why}.`;
  return new CapstanError(CENTER_CODES.chartUnavailable, message, {
    hint: cause?.hint ?? 'Look whether the repository can be reached, or add a mirror that holds the chart.',
    fields: { chart: name, version, repository },
    ...(cause ? { cause, exit: cause.exit } : {}),
  });
}

function isPlain(repository: string, plainHttp = false): boolean {
  return repository.startsWith('oci://') && (plainHttp || isLoopback(hostOf(repository).replace(/:\d+$/, '')));
}
