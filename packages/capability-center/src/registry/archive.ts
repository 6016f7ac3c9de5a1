import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CapstanError, messageOf } from '@capstan/base';
import { CENTER_CODES } from '../codes.ts';

/** One file of an archive. */
export interface ArchiveFile {
  /** Relative, with `/`; never leads out of the archive. */
  readonly path: string;
  readonly bytes: Buffer;
}

/** What an archive may hold at most. */
export interface ArchiveLimits {
  readonly files: number;
  /** All files together, unpacked. */
  readonly bytes: number;
}

/** How many times larger than its compressed form an archive may become; the most repetitive charts reach 60. */
const MAX_RATIO = 250;
/** Below this no archive is called a bomb. */
const RATIO_FREE_BYTES = 4 * 1024 * 1024;
const MAX_PATH_BYTES = 1024;
const MAX_SEGMENT_BYTES = 255;
const GZIP_MAGIC = 0x1f8b;

/**
 * The files of a tar archive, compressed with gzip or not, in its order. Rejects with CAPSTAN_ARCHIVE_INVALID when it
 * is damaged, larger than the limits, or holds what could reach outside of its folder: absolute paths, `..`, links,
 * devices, a path twice.
 */
export async function readArchive(bytes: Uint8Array, limits: ArchiveLimits, name: string): Promise<ArchiveFile[]> {
  try {
    return await read(bytes, limits);
  } catch (error) {
    const cause = messageOf(error).replace(/[.?]+$/, '');
    throw new CapstanError(CENTER_CODES.archiveInvalid, `The archive ${name} is refused: ${cause}.`, {
      hint: 'Nothing of it was used. Get it again from its source, or have it packed again.',
      cause: error,
    });
  }
}

/** Writes files into a new, empty folder. Existing files are never replaced. */
export async function writeFiles(folder: string, files: readonly ArchiveFile[]): Promise<void> {
  for (const { path, bytes } of files) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes, { flag: 'wx' });
  }
}

/** What is wrong with a path inside an archive; undefined when it stays inside on every system. */
export function pathProblem(path: string): string | undefined {
  if (path === '' || Buffer.byteLength(path) > MAX_PATH_BYTES) return 'has an empty or very long path';
  if (/[\0\\]/.test(path)) return 'has a path with a backslash or a null character';
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'has an absolute path';
  for (const segment of path.split('/')) {
    if (segment === '..') return 'has a path that leads out of the archive';
    if (segment === '' || segment === '.') return 'has a path that is not normal';
    if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES) return 'has a very long name';
  }
  return undefined;
}

async function read(bytes: Uint8Array, limits: ArchiveLimits): Promise<ArchiveFile[]> {
  const { extract } = await import('./tar.ts');
  const files: ArchiveFile[] = [];
  const seen = new Map<string, 'file' | 'folder'>();
  const unpacked = extract();
  const compressed = bytes.length > 1 && Buffer.from(bytes).readUInt16BE(0) === GZIP_MAGIC;
  const source = compressed ? createGunzip() : undefined;
  const guard = sizeGuard(bytes.length, limits, compressed);
  const fail = (error: Error) => unpacked.destroy(error);
  source?.on('error', fail);
  source?.on('data', (chunk: Buffer) => {
    const problem = guard(chunk.length);
    if (problem === undefined) return;
    source.destroy();
    fail(new Error(problem));
  });
  if (source) {
    (source as Readable).pipe(unpacked as unknown as NodeJS.WritableStream);
    source.end(bytes);
  } else {
    const problem = guard(bytes.length);
    if (problem !== undefined) throw new Error(problem);
    unpacked.end(Buffer.from(bytes));
  }
  try {
    for await (const entry of unpacked) {
      const path = checkedPath(entry.header);
      if (entry.header.type === 'directory') {
        entry.resume();
        continue;
      }
      requireNew(path, seen);
      if (files.length >= limits.files) throw new Error(`it has more than ${limits.files} files`);
      files.push({ path, bytes: await collect(entry) });
    }
  } finally {
    source?.destroy();
  }
  if (files.length === 0) throw new Error('it holds no file');
  return files;
}

function checkedPath(header: { readonly name: string; readonly type?: string | null | undefined }): string {
  const { type } = header;
  if (type !== 'file' && type !== 'contiguous-file' && type !== 'directory') {
    throw new Error(`${shown(header.name)} is a ${String(type)}, neither a file nor a directory`);
  }
  const path = header.name.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
  // Archives that were made with `tar -C folder .` begin with the folder itself.
  if (type === 'directory' && (path === '' || path === '.')) return path;
  const problem = pathProblem(path);
  if (problem !== undefined) throw new Error(`${shown(header.name)} ${problem}`);
  return path;
}

/** Notes a file and its folders; throws when the path is taken, or is a folder in one place and a file in another. */
function requireNew(path: string, seen: Map<string, 'file' | 'folder'>): void {
  if (seen.get(path) === 'file') throw new Error(`${shown(path)} is there twice`);
  if (seen.has(path)) throw new Error(`${shown(path)} is a file and a folder`);
  seen.set(path, 'file');
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    const folder = path.slice(0, end);
    if (seen.get(folder) === 'file') throw new Error(`${shown(folder)} is a file and a folder`);
    seen.set(folder, 'folder');
  }
}

function sizeGuard(packed: number, limits: ArchiveLimits, compressed: boolean) {
  // Headers and padding: at most 1.5 KiB for a file and as much for its long name.
  const most = limits.bytes + limits.files * 4096;
  let size = 0;
  return (more: number): string | undefined => {
    size += more;
    if (size > most) return `it unpacks to more than ${Math.floor(limits.bytes / 1024 / 1024)} MiB`;
    const bomb = compressed && size > RATIO_FREE_BYTES && size > packed * MAX_RATIO;
    return bomb ? `it unpacks to more than ${MAX_RATIO} times its size` : undefined;
  };
}

async function collect(entry: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of entry) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

/** A name from an archive, fit to be printed. */
function shown(name: string): string {
  return JSON.stringify(name.slice(0, 200));
}
