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

/**
 * Where a chart really comes from: the first mirror that holds `<name>/<version>`, else the repository that the package
 * names. Rejects with CAPSTAN_CHART_DIRECTORY_INVALID when a mirror holds something else under that name, and when the
 * directory is unsafe (`directoryDigest`).
 */
export async function resolveChart(chart: ChartReference, mirrors: readonly MirrorRecord[]): Promise<ResolvedChart> {
  const { name, version, repository, digest } = chart;
  for (const part of [name, version]) {
    if (!PATH_SEGMENT.test(part)) throw invalid(`"${part}" cannot be part of a chart's path.`);
  }
  for (const mirror of mirrors) {
    const path = join(mirror.directory, name, version);
    const found = await readChartYaml(join(path, 'Chart.yaml'));
    if (found === undefined) continue;
    if (found.name !== name || (found.version !== version && found.version !== `${version}${STAND_IN}`)) {
      throw invalid(`${path} holds chart ${String(found.name)} ${String(found.version)}, not ${name} ${version}.`);
    }
    const standIn = found.version !== version;
    return {
      kind: 'directory',
      path,
      mirror: mirror.name,
      name,
      version: found.version,
      standIn,
      digest: await directoryDigest(path),
    };
  }
  return { kind: 'repository', repository, name, version, standIn: false, ...(digest === undefined ? {} : { digest }) };
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
