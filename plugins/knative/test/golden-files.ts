import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { KubernetesObject } from '@capstan/plugin-api';
import { parseAllDocuments } from 'yaml';

/** A golden file: the workload that an application states, and what comes of it. */
export interface Golden {
  readonly name: string;
  readonly input: readonly KubernetesObject[];
  readonly rendered: readonly KubernetesObject[];
}

/** Every golden file of this plugin. */
export async function goldenFiles(): Promise<Golden[]> {
  const folder = join(import.meta.dirname, 'golden');
  return Promise.all(
    globSync('*.yaml', { cwd: folder })
      .sort()
      .map(async (file) => {
        const [input = '', rendered = ''] = (await readFile(join(folder, file), 'utf8')).split(/^# rendered$/m);
        return { name: basename(file, '.yaml'), input: documents(input), rendered: documents(rendered) };
      }),
  );
}

function documents(text: string): KubernetesObject[] {
  return parseAllDocuments(text).flatMap((document) => (document.toJS() as KubernetesObject | null) ?? []);
}
