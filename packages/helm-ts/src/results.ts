import type { JsonObject, KubernetesObject } from '@capstan/base';
import { parse, parseAllDocuments } from 'yaml';
import type { ChartMetadata } from './chart-types.ts';
import { indentContinuations } from './continuation-lines.ts';
import { isRecord, parseJson, rowsOf, textOf, unreadable } from './output.ts';
import type {
  ListedRelease,
  Release,
  ReleaseMetadata,
  ReleaseRecord,
  ReleaseStatus,
  Revision,
} from './release-types.ts';

/**
 * The objects of a rendered manifest, `List`s taken apart, empty documents left out. YAML 1.2: a bare `=` or `on` is a
 * string, as the charts of Prometheus need. Rejects with OUTPUT_UNREADABLE when a document is no Kubernetes object.
 */
export function parseManifest(text: string): KubernetesObject[] {
  const strict = documentsOf(text);
  const isSound = strict.every(({ errors }) => errors.length === 0);
  const documents = isSound ? strict : documentsOf(indentContinuations(text));
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

// Helm has refused duplicate keys already; looking for them again would double the time of a large chart.
function documentsOf(text: string) {
  return parseAllDocuments(text, { version: '1.2', merge: false, prettyErrors: false, uniqueKeys: false });
}

function itemsOf(value: unknown): unknown[] {
  if (isRecord(value) && value['kind'] === 'List' && Array.isArray(value['items'])) return value['items'];
  return [value];
}

function isKubernetesObject(value: unknown): value is KubernetesObject {
  return isRecord(value) && typeof value['apiVersion'] === 'string' && typeof value['kind'] === 'string';
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
  return rowsOf(text, 'the list of releases').map((row) => ({
    name: textOf(row['name']),
    namespace: textOf(row['namespace']),
    ...readRow(row),
  }));
}

/** What history prints. */
export function readHistory(text: string): Revision[] {
  return rowsOf(text, 'the history').map((row) => ({ ...readRow(row), description: textOf(row['description']) }));
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

/** What get metadata prints. */
export function readMetadata(text: string): ReleaseMetadata {
  const metadata = parseJson(text, "the release's metadata");
  if (!isRecord(metadata)) throw unreadable("the release's metadata", 'it is no object');
  const labels = Object.entries(isRecord(metadata['labels']) ? metadata['labels'] : {});
  const applyMethod = { ssa: 'server-side', csa: 'client-side' }[textOf(metadata['applyMethod'])];
  return {
    name: textOf(metadata['name']),
    namespace: textOf(metadata['namespace']),
    revision: Number(metadata['revision']),
    status: textOf(metadata['status']) as ReleaseStatus,
    chart: textOf(metadata['chart']),
    chartVersion: textOf(metadata['version']),
    appVersion: textOf(metadata['appVersion']),
    deployedAt: textOf(metadata['deployedAt']),
    ...(applyMethod === undefined ? {} : { applyMethod }),
    labels: Object.fromEntries(labels.map(([key, value]) => [key, textOf(value)])),
  };
}

/** Metadata, and of what status prints the rest. */
export function readRecord(metadata: ReleaseMetadata, text: string): ReleaseRecord {
  const { values, notes, manifest } = readRelease(text);
  const status = parseJson(text, 'the release');
  const hooks = isRecord(status) && Array.isArray(status['hooks']) ? status['hooks'].filter(isRecord) : [];
  return {
    ...metadata,
    values,
    ...(notes === undefined ? {} : { notes }),
    manifest: parseManifest(manifest),
    hooks: hooks.flatMap((hook) => parseManifest(textOf(hook['manifest']))),
  };
}

/** What get notes prints: a heading, then the notes. */
export function readNotes(text: string): string {
  return text.replace(/^NOTES:\n/, '').trim();
}
