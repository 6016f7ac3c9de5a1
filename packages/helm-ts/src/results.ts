import { CapstanError, type JsonObject, type KubernetesObject, messageOf } from '@capstan/base';
import { parse, parseAllDocuments } from 'yaml';
import { HELM_CODES } from './codes.ts';
import type { ChartMetadata, ListedRelease, Release, ReleaseStatus, Revision } from './types.ts';

/**
 * The objects of a rendered manifest, `List`s taken apart, empty documents left out. YAML 1.2: a bare `=` or `on` is a
 * string, as the charts of Prometheus need. Rejects with OUTPUT_UNREADABLE when a document is no Kubernetes object.
 */
export function parseManifest(text: string): KubernetesObject[] {
  // Helm has refused duplicate keys already; looking for them again would double the time of a large chart.
  const documents = parseAllDocuments(text, { version: '1.2', merge: false, prettyErrors: false, uniqueKeys: false });
  const objects: KubernetesObject[] = [];
  for (const document of documents) {
    const error = document.errors[0];
    if (error) throw unreadable('the rendered manifest', error);
    const value: unknown = document.toJS({ maxAliasCount: 1000 });
    if (value === null || value === undefined) continue;
    for (const item of itemsOf(value)) {
      if (!isKubernetesObject(item)) throw unreadable('the rendered manifest', 'a document is no Kubernetes object');
      objects.push(item);
    }
  }
  return objects;
}

function itemsOf(value: unknown): unknown[] {
  if (isRecord(value) && value['kind'] === 'List' && Array.isArray(value['items'])) return value['items'];
  return [value];
}

function isKubernetesObject(value: unknown): value is KubernetesObject {
  return isRecord(value) && typeof value['apiVersion'] === 'string' && typeof value['kind'] === 'string';
}

function isRecord(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads Helm's `-o json`. Helm prints `null` where there is nothing. */
function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(what, error);
  }
}

/** The release that install, upgrade and status print. */
export function readRelease(text: string): Release {
  const release = parseJson(text, 'the release');
  if (!isRecord(release) || !isRecord(release['info'])) throw unreadable('the release', 'it has no info');
  const info = release['info'];
  const notes = textOf(info['notes']);
  return {
    name: textOf(release['name']),
    namespace: textOf(release['namespace']),
    revision: Number(release['version']),
    status: textOf(info['status']) as ReleaseStatus,
    description: textOf(info['description']),
    firstDeployed: textOf(info['first_deployed']),
    lastDeployed: textOf(info['last_deployed']),
    ...(notes === '' ? {} : { notes }),
    manifest: textOf(release['manifest']),
    values: isRecord(release['config']) ? release['config'] : {},
  };
}

/** What list prints. */
export function readList(text: string): ListedRelease[] {
  return rows(text, 'the list of releases').map((row) => ({
    name: textOf(row['name']),
    namespace: textOf(row['namespace']),
    ...readRow(row),
  }));
}

/** What history prints. */
export function readHistory(text: string): Revision[] {
  return rows(text, 'the history').map((row) => ({ ...readRow(row), description: textOf(row['description']) }));
}

function readRow(row: JsonObject) {
  return {
    revision: Number(row['revision']),
    status: textOf(row['status']) as ReleaseStatus,
    chart: textOf(row['chart']),
    appVersion: textOf(row['app_version']),
    updated: textOf(row['updated']),
  };
}

/** What get values prints. */
export function readValues(text: string): JsonObject {
  const values = parseJson(text, 'the values');
  return isRecord(values) ? values : {};
}

/** What show chart prints. */
export function readChart(text: string): ChartMetadata {
  const chart: unknown = parse(text, { version: '1.2' });
  if (!isRecord(chart) || typeof chart['name'] !== 'string' || typeof chart['version'] !== 'string') {
    throw unreadable('Chart.yaml', 'it has no name or version');
  }
  const { name, version } = chart;
  const optional = ['appVersion', 'kubeVersion', 'description', 'dependencies'] as const;
  const rest = Object.fromEntries(optional.filter((key) => chart[key] !== undefined).map((key) => [key, chart[key]]));
  return { ...rest, name, version };
}

function rows(text: string, what: string): JsonObject[] {
  const value = parseJson(text, what) ?? [];
  if (!Array.isArray(value)) throw unreadable(what, 'it is no list');
  return value.filter(isRecord);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function unreadable(what: string, cause: unknown): CapstanError {
  return new CapstanError(HELM_CODES.outputUnreadable, `helm printed ${what} in a form that cannot be read`, {
    hint: messageOf(cause),
    cause,
  });
}
