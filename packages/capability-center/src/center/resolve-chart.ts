import { join } from 'node:path';
import { CapstanError, messageOf } from '@capstan/base';
import type { ChartReference } from '@capstan/capability-model';
import { CENTER_CODES } from '../codes.ts';
import { readBounded } from '../registry/bounded-read.ts';
import { parseSourceText } from '../registry/source-text.ts';
import { directoryDigest } from './directory-digest.ts';
import type { MirrorRecord, ResolvedChart } from './types.ts';

const MAX_CHART_YAML_BYTES = 256 * 1024;
/** Build metadata that marks a stand-in: a description of the chart without its programs. */
const STAND_IN = '+standin';
const PATH_SEGMENT = /^[A-Za-z0-9][A-Za-z0-9._+-]*$/;

/** Brings a chart of a repository to this machine; answers the directory of its files. */
export type FetchChart = (chart: ChartReference) => Promise<string>;

/**
 * A chart as local files: from the first mirror that holds `<name>/<version>`, else fetched from the repository that the
 * package names. Rejects with CAPSTAN_CHART_DIRECTORY_INVALID when the files are another chart's or unsafe
 * (`directoryDigest`), and with CAPSTAN_CHART_UNAVAILABLE when there is no mirror and nothing that fetches.
 */
export async function resolveChart(
  chart: ChartReference,
  mirrors: readonly MirrorRecord[],
  fetchChart: FetchChart = unavailable,
): Promise<ResolvedChart> {
  for (const part of [chart.name, chart.version]) {
    if (!PATH_SEGMENT.test(part)) throw invalid(`"${part}" cannot be part of a chart's path.`);
  }
  for (const mirror of mirrors) {
    const found = await readChart(chart, join(mirror.directory, chart.name, chart.version));
    if (found) return { ...found, mirror: mirror.name };
  }
  const path = await fetchChart(chart);
  const found = await readChart(chart, path);
  if (found) return found;
  throw invalid(`${path} has no Chart.yaml.`);
}

async function readChart(
  { name, version, repository }: ChartReference,
  path: string,
): Promise<ResolvedChart | undefined> {
  const found = await readChartYaml(join(path, 'Chart.yaml'));
  if (found === undefined) return undefined;
  const standIn = found.version === `${version}${STAND_IN}`;
  if (found.name !== name || !(standIn || found.version === version)) {
    throw invalid(`${path} holds chart ${String(found.name)} ${String(found.version)}, not ${name} ${version}.`);
  }
  const digest = await directoryDigest(path);
  return { name, version: standIn ? `${version}${STAND_IN}` : version, standIn, path, digest, repository };
}

async function unavailable({ name, version, repository }: ChartReference): Promise<never> {
  throw new CapstanError(CENTER_CODES.chartUnavailable, `The chart ${name} ${version} is in no mirror.`, {
    hint: `It comes from ${repository}, which is not read here. Add a mirror that holds it.`,
  });
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
