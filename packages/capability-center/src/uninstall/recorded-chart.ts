import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseManifest } from '@capstan/helm-ts';
import type { StoredRelease } from '../adopt/types.ts';

/** Writes a chart that renders to what a release is by its own record, hooks included, without its CRDs. */
export async function writeRecordedChart(directory: string, release: StoredRelease): Promise<void> {
  const { name, version, appVersion } = release.chart;
  const metadata = { apiVersion: 'v2', name, version, ...(appVersion === undefined ? {} : { appVersion }) };
  await mkdir(join(directory, 'templates'));
  await writeFile(join(directory, 'Chart.yaml'), JSON.stringify(metadata));
  const documents = [...release.manifest.flatMap(withoutCrds), ...release.hooks];
  const templates = documents.map((text) => `---\n${asTemplate(text)}\n`).join('');
  await writeFile(join(directory, 'templates', 'recorded.yaml'), templates, { mode: 0o600 });
}

/** Text that renders to itself. */
function asTemplate(text: string): string {
  return text.replaceAll('{{', '{{ "{{" }}');
}

/** A document as it is written, unless it has CRDs: then what else is in it. */
function withoutCrds(text: string): string[] {
  const objects = parseManifest(text);
  const others = objects.filter(({ kind }) => kind !== 'CustomResourceDefinition');
  return others.length === objects.length ? [text] : others.map((object) => JSON.stringify(object));
}
