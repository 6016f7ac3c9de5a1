import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { defaultCacheDirectory } from '@capstan/helm-ts';
import { type ArchiveFile, writeFiles } from './archive.ts';
import { readBounded } from './bounded-read.ts';

/**
 * Files that were read from elsewhere, below the user's cache directory. They are named by their content or are checked
 * against it, and nothing is lost when they are deleted.
 */
export interface CenterCache {
  /** The text that was kept under a name; undefined when there is none that can be read. */
  text(kind: CacheKind, name: string, maxBytes: number): Promise<string | undefined>;
  /** Keeps a text, whole or not at all. What cannot be kept (a full disk, a read-only home) is left out. */
  keepText(kind: CacheKind, name: string, text: string): Promise<void>;
  /** A folder that was kept under a name. */
  folder(kind: CacheKind, name: string): Promise<string | undefined>;
  /** Forgets a folder that is not what it should be any more. */
  dropFolder(kind: CacheKind, name: string): Promise<void>;
  /** Keeps files as a folder, whole or not at all; answers the folder. Rejects when they cannot be written. */
  keepFolder(kind: CacheKind, name: string, files: readonly ArchiveFile[]): Promise<string>;
}

/** `indexes`: what a registry said last; `documents`: metadata by digest; `charts`: by digest of their archive. */
export type CacheKind = 'indexes' | 'documents' | 'charts' | 'chart-names';

/** A name for the cache that stands for any words. */
export function cacheName(...words: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(words)).digest('hex').slice(0, 40);
}

/** The cache in a directory; default: `capstan/center` in the user's cache directory. */
export function centerCache(directory?: string): CenterCache {
  const root = directory ?? join(defaultCacheDirectory(process.env), 'center');
  const at = (kind: CacheKind, name: string) => join(root, kind, name);
  return {
    async text(kind, name, maxBytes) {
      try {
        return await readBounded(at(kind, name), maxBytes);
      } catch {
        return undefined;
      }
    },
    async keepText(kind, name, text) {
      const file = at(kind, name);
      const draft = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`;
      try {
        await mkdir(dirname(file), { recursive: true, mode: 0o700 });
        await writeFile(draft, text, { mode: 0o600 });
        await rename(draft, file);
      } catch {
        await rm(draft, { force: true }).catch(() => undefined);
      }
    },
    async folder(kind, name) {
      const folder = at(kind, name);
      return (await exists(folder)) ? folder : undefined;
    },
    dropFolder: (kind, name) => rm(at(kind, name), { recursive: true, force: true }),
    async keepFolder(kind, name, files) {
      const folder = at(kind, name);
      await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
      const draft = await mkdtemp(`${folder}.`);
      try {
        await writeFiles(draft, files);
        await rename(draft, folder);
      } catch (error) {
        await rm(draft, { recursive: true, force: true });
        // Another process was faster: what it kept under this name is the same.
        if (!(await exists(folder))) throw error;
      }
      return folder;
    },
  };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
