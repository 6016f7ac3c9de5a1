import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CapstanError, isCapstanError, messageOf } from '@capstan/base';
import type { ChartReference } from '@capstan/capability-model';
import { CENTER_CODES } from '../codes.ts';
import { readBounded } from '../registry/bounded-read.ts';
import { parseSourceText } from '../registry/source-text.ts';
import { directoryDigest } from './directory-digest.ts';
import type { ChartArchive, MirrorRecord, ResolvedChart } from './types.ts';

const MAX_CHART_YAML_BYTES = 256 * 1024;
/** Build metadata that marks a stand-in: a description of the chart without its programs. */
const STAND_IN = '+standin';
const PATH_SEGMENT = /^[A-Za-z0-9][A-Za-z0-9._+-]*$/;

/** A chart that was brought to this machine. */
export interface FetchedChart {
  /** Directory of its files. */
  readonly path: string;
  /** The archive that the files were in. */
  readonly archive?: ChartArchive;
}

/** How charts of repositories and archives become files on this machine. */
export interface ChartAccess {
  /** Brings a chart from a repository. */
  fetch(chart: ChartReference): Promise<FetchedChart>;
  /** Unpacks an archive that is on this machine. */
  unpack(chart: ChartReference, archive: string): Promise<FetchedChart>;
}

/**
 * A chart as local files: from the first mirror that has it or stands for its repository, else fetched from the
 * repository that the package names. Rejects with CAPSTAN_CHART_DIRECTORY_INVALID when the files are another chart's,
 * are unsafe (`directoryDigest`) or are not those that the package pins, and with CAPSTAN_CHART_UNAVAILABLE when no
 * place has them.
 */
export async function resolveChart(
  chart: ChartReference,
  mirrors: readonly MirrorRecord[],
  access: ChartAccess = NO_ACCESS,
): Promise<ResolvedChart> {
  for (const part of [chart.name, chart.version]) {
    if (!PATH_SEGMENT.test(part)) throw invalid(`"${part}" cannot be part of a chart's path.`);
  }
  let rewritten: string | undefined;
  for (const mirror of mirrors) {
    const place = placeIn(mirror, chart.repository);
    if (place === undefined) continue;
    const found = place.includes('://')
      ? await fetchFrom(chart, place, mirror.name, access)
      : await inDirectory(chart, place, access);
    if (found) return verified(chart, { ...found, mirror: mirror.name });
    if ('from' in mirror) rewritten = mirror.name;
  }
  if (rewritten !== undefined) throw absent(chart, `mirror ${rewritten}, which stands for its repository, lacks it`);
  const found = await readChart(chart, await access.fetch(chart));
  if (!found) throw invalid(`The archive of ${chart.name} ${chart.version} has no Chart.yaml.`);
  return verified(chart, found);
}

/** Where a mirror keeps the charts of a repository; undefined when it is not for them. */
function placeIn(mirror: MirrorRecord, repository: string): string | undefined {
  if ('directory' in mirror) return mirror.directory;
  const from = mirror.from.replace(/\/+$/, '');
  if (repository !== from && !repository.startsWith(`${from}/`)) return undefined;
  const rest = repository.slice(from.length).replace(/\/+$/, '');
  return `${mirror.to.replace(/\/+$/, '')}${mirror.to.includes('://') ? rest : ''}`;
}

async function fetchFrom(chart: ChartReference, repository: string, mirror: string, access: ChartAccess) {
  try {
    return await readChart(chart, await access.fetch({ ...chart, repository }));
  } catch (error) {
    if (!isCapstanError(error, CENTER_CODES.chartUnavailable)) throw error;
    throw absent(chart, `mirror ${mirror} stands for its repository, and ${error.message}`, error);
  }
}

/** `<chart>/<version>/`, else `<chart>-<version>.tgz`. */
async function inDirectory(chart: ChartReference, directory: string, access: ChartAccess) {
  const { name, version } = chart;
  const found = await readChart(chart, { path: join(directory, name, version) });
  if (found) return found;
  const archive = join(directory, `${name}-${version}.tgz`);
  return (await isFile(archive)) ? readChart(chart, await access.unpack(chart, archive)) : undefined;
}

async function readChart(chart: ChartReference, fetched: FetchedChart): Promise<ResolvedChart | undefined> {
  const { name, version, repository } = chart;
  const { path, archive } = fetched;
  const found = await readChartYaml(join(path, 'Chart.yaml'));
  if (found === undefined) return undefined;
  const standIn = found.version === `${version}${STAND_IN}`;
  if (found.name !== name || !(standIn || found.version === version)) {
    throw invalid(`${path} holds chart ${String(found.name)} ${String(found.version)}, not ${name} ${version}.`);
  }
  return {
    name,
    version: standIn ? `${version}${STAND_IN}` : version,
    standIn,
    path,
    digest: await directoryDigest(path),
    repository,
    ...(archive ? { archive } : {}),
  };
}

/** A pin names the archive, as a repository's index does, or the files in it. A stand-in is never what is pinned. */
function verified(chart: ChartReference, found: ResolvedChart): ResolvedChart {
  const resolved = { ...found, repository: chart.repository };
  if (chart.digest === undefined || found.standIn) return resolved;
  if ([found.digest, found.archive?.digest].includes(chart.digest)) return resolved;
  const has = found.archive?.digest ?? found.digest;
  throw invalid(`The chart ${chart.name} ${chart.version} has digest ${has}, but its package pins ${chart.digest}.`);
}

async function unavailable(chart: ChartReference): Promise<never> {
  throw absent(chart, `it is in no mirror, and ${chart.repository} is not read here`);
}

const NO_ACCESS: ChartAccess = { fetch: unavailable, unpack: unavailable };

function absent({ name, version, repository }: ChartReference, why: string, cause?: CapstanError): CapstanError {
  return new CapstanError(CENTER_CODES.chartUnavailable, `The chart ${name} ${version} cannot be had: ${why}.`, {
    hint: cause?.hint ?? 'Add a mirror that holds it (center add --mirror).',
    fields: { chart: name, version, repository },
    ...(cause ? { cause, exit: cause.exit } : {}),
  });
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

async function readChartYaml(
  file: string,
): Promise<{ readonly name?: unknown; readonly version?: unknown } | undefined> {
  let text: string;
  try {
    text = await readBounded(file, MAX_CHART_YAML_BYTES);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined;
    throw invalid(`${file} cannot be read: ${messageOf(error)}.`);
  }
  const { value } = parseSourceText(text, { file, code: CENTER_CODES.chartInvalid, hint: 'Helm reads this file too.' });
  return (value ?? {}) as { readonly name?: unknown; readonly version?: unknown };
}

function invalid(message: string): CapstanError {
  return new CapstanError(CENTER_CODES.chartInvalid, message, {
    hint: 'A mirror keeps each chart in <chart>/<version>/, with that name and version in its Chart.yaml.',
  });
}
