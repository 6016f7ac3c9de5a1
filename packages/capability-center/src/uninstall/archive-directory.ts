import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@capstan/base';
import { INSTALLER_CODES } from '../installer/codes.ts';
import type { PlanBlocker } from '../plan/types.ts';

/** Name of the file that says what an archive holds. Not YAML: `kubectl apply -f DIR` must not read it. */
export const INDEX_FILE = 'capstan-archive.index';

const MAX_INDEX_BYTES = 64 * 1024 * 1024;

/** What an archive holds. */
export interface ArchiveIndex {
  readonly format: 1;
  /** Digest of the plan of the removal that wrote it. */
  readonly plan: string;
  /** By file name; each object by its identity and uid. */
  readonly files: Readonly<Record<string, readonly ArchivedObject[]>>;
  /** Objects that are not saved, because what controls them is, and makes them again. */
  readonly remade: readonly ArchivedObject[];
}

/** One saved object. */
export interface ArchivedObject {
  readonly identity: string;
  readonly uid: string;
}

/** The index of an archive; undefined where there is none. Rejects for one that is damaged. */
export async function readArchiveIndex(directory: string): Promise<ArchiveIndex | undefined> {
  const path = join(directory, INDEX_FILE);
  const found = await stat(path).catch(() => undefined);
  if (!found) return undefined;
  if (found.size > MAX_INDEX_BYTES) throw new Error(`${path} is too large for an index`);
  const index = JSON.parse(await readFile(path, 'utf8')) as Partial<ArchiveIndex>;
  if (index.format !== 1 || typeof index.files !== 'object') throw new Error(`${path} is no index of an archive`);
  return index as ArchiveIndex;
}

/**
 * What forbids to write an archive into a directory: files are in it. Only a removal that goes on may find its own there,
 * for `resumes` is the digest of its plan.
 */
export async function archiveBlockers(
  directory: string | undefined,
  resumes: string | undefined,
): Promise<PlanBlocker[]> {
  if (directory === undefined) return [];
  const refuse = (why: string): PlanBlocker[] => [
    {
      code: INSTALLER_CODES.archiveFailed,
      message: `The objects cannot be saved in ${directory}: ${why}.`,
      hint: 'Name another directory; it is made where it does not exist.',
    },
  ];
  try {
    const files = await readdir(directory);
    if (files.length === 0) return [];
    const index = await readArchiveIndex(directory);
    // Without an index they are what the earlier run had written when it was stopped.
    const ours = resumes !== undefined && (index === undefined || index.plan === resumes);
    return ours ? [] : refuse('there are other files in it');
  } catch (error) {
    if (isMissing(error)) return [];
    return refuse(messageOf(error));
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
