import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A directory that goes when the test ends. */
export async function aDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'capstan-helm-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Writes a chart into a directory that goes when the test ends; files by their path in the chart. */
export async function aChart(files: Readonly<Record<string, string>>, metadata = ''): Promise<string> {
  const directory = await aDirectory();
  const all = { 'Chart.yaml': `apiVersion: v2\nname: sample\nversion: 1.2.3+test\n${metadata}`, ...files };
  for (const [path, text] of Object.entries(all)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
  return directory;
}

/** A ConfigMap named like the release, whose data is a value. */
export const CONFIG_MAP = `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  text: {{ .Values.text | default "none" | quote }}
`;
