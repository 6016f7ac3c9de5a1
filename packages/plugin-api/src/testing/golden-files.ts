import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { KubernetesObject } from '@capstan/base';
import { parseAllDocuments } from 'yaml';

/** A golden file: what a component states, and what comes of it. */
export interface GoldenFile {
  /** The file's name without its ending. */
  readonly name: string;
  /** The documents under the first heading, `# input`. */
  readonly input: readonly KubernetesObject[];
  /** The documents under `# rendered`. */
  readonly rendered: readonly KubernetesObject[];
  /** The documents under another heading; none where the file has none of that name. */
  section(heading: string): readonly KubernetesObject[];
}

/**
 * Every golden file (`*.yaml`) of a folder, by name. A file has headings of one word, `# input`, `# rendered` and what a
 * plugin needs beside these, each followed by YAML documents.
 */
export async function goldenFilesIn(folder: string): Promise<GoldenFile[]> {
  const files = globSync('*.yaml', { cwd: folder }).sort();
  return Promise.all(
    files.map(async (file) => read(basename(file, '.yaml'), await readFile(join(folder, file), 'utf8'))),
  );
}

function read(name: string, text: string): GoldenFile {
  const [, ...parts] = text.split(/^# (\w+)$/m);
  const section = (heading: string) => {
    const at = parts.findIndex((part, index) => index % 2 === 0 && part === heading);
    return at < 0 ? [] : documents(parts[at + 1] ?? '');
  };
  return { name, input: section('input'), rendered: section('rendered'), section };
}

function documents(text: string): KubernetesObject[] {
  return parseAllDocuments(text).flatMap((document) => (document.toJS() as KubernetesObject | null) ?? []);
}
