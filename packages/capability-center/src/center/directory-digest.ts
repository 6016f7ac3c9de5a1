import { createHash } from 'node:crypto';
import { opendir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CapstanError } from '@capstan/base';
import { digestOf } from '@capstan/capability-model';
import { CENTER_CODES } from '../codes.ts';

const MAX_FILES = 2000;
const MAX_BYTES = 32 * 1024 * 1024;

/** What a chart may hold at most, packed or not. */
export const CHART_LIMITS = { files: MAX_FILES, bytes: MAX_BYTES } as const;

/**
 * Digest of a directory's content: paths and bytes, nothing else. Rejects with CAPSTAN_CHART_DIRECTORY_INVALID at
 * symbolic links and other special files, which could lead out of the directory, and above 2,000 files or 32 MiB.
 */
export async function directoryDigest(directory: string): Promise<string> {
  const files: [path: string, sha256: string][] = [];
  let bytes = 0;
  const pending = [''];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    for await (const entry of await opendir(join(directory, folder))) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) pending.push(path);
      else if (entry.isFile()) {
        bytes += (await stat(join(directory, path))).size;
        if (files.length >= MAX_FILES || bytes > MAX_BYTES) throw tooLarge(directory);
        files.push([path, sha256(await readFile(join(directory, path)))]);
      } else throw special(join(directory, path));
    }
  }
  return digestOfFiles(files);
}

/** What `directoryDigest` answers for a directory with these files. */
export function filesDigest(files: readonly { readonly path: string; readonly bytes: Uint8Array }[]): string {
  return digestOfFiles(files.map(({ path, bytes }) => [path, sha256(bytes)]));
}

function digestOfFiles(files: [path: string, sha256: string][]): string {
  return digestOf(files.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function tooLarge(directory: string): CapstanError {
  return new CapstanError(CENTER_CODES.chartInvalid, `The chart in ${directory} is too large.`, {
    hint: `A chart directory holds at most ${MAX_FILES} files and ${MAX_BYTES / 1024 / 1024} MiB.`,
  });
}

function special(path: string): CapstanError {
  return new CapstanError(CENTER_CODES.chartInvalid, `${path} is neither a file nor a directory.`, {
    hint: 'Symbolic links in charts are refused: they could lead out of the chart.',
  });
}
