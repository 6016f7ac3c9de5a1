import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHelm } from '@capstan/helm-ts';
import { expect, onTestFinished, test } from 'vitest';
import type { StoredRelease } from '../adopt/types.ts';
import { writeRecordedChart } from './recorded-chart.ts';

const CRD = 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a.b.org}\n';
const MAP = `# Source: c/templates/map.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: m}
data:
  template: "{{ .Values.x }} {{- printf \\"%s\\" . }}"
`;
const LIST = `apiVersion: v1\nkind: List\nitems:\n- ${CRD.trim().replaceAll('\n', '\n  ')}\n- {apiVersion: v1, kind: Secret, metadata: {name: s}}\n`;
const HOOK = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: h\n  annotations: {helm.sh/hook: pre-delete}\n';

test('a release becomes a chart that renders to the same without its CRDs', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'capstan-recorded-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const release = { chart: { name: 'c', version: '1.0.0' }, manifest: [CRD, MAP, LIST], hooks: [HOOK] };
  await writeRecordedChart(directory, release as unknown as StoredRelease);
  const objects = await (await createHelm()).template('r', directory);
  expect(objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`).sort()).toEqual([
    'ConfigMap/h',
    'ConfigMap/m',
    'Secret/s',
  ]);
  const map = objects.find(({ metadata }) => metadata.name === 'm');
  expect(map?.['data']).toEqual({ template: '{{ .Values.x }} {{- printf "%s" . }}' });
  expect(await readFile(join(directory, 'Chart.yaml'), 'utf8')).toContain('"c"');
});
