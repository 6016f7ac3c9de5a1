import { access, type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CapstanError, type KubernetesObject, messageOf } from '@capstan/base';
import { INSTALLER_CODES } from '../installer/codes.ts';
import { type ArchivedObject, type ArchiveIndex, INDEX_FILE, readArchiveIndex } from './archive-directory.ts';
import { archivedYaml } from './archive-object.ts';
import { identityOf } from './instances.ts';
import type { ArchiveSummary } from './types.ts';

const MAX_OBJECTS = 100_000;
const MAX_BYTES = 512 * 1024 * 1024;

/** The objects of one CRD, to be saved. */
export interface ArchiveKind {
  /** Name of the CRD. */
  readonly crd: string;
  readonly objects: readonly KubernetesObject[];
}

/** An archive on disk that grows while a removal goes on. */
export interface Archive {
  readonly directory: string;
  /** Whether an object is saved, or is made again by one that is. */
  has(object: KubernetesObject): boolean;
  /**
   * Saves what is not saved yet: one file for each kind, readable by this user only. When it answers, the files and the
   * index are on the disk. Rejects with ARCHIVE_FAILED, also above 100,000 objects or 512 MiB.
   */
  add(kinds: readonly ArchiveKind[]): Promise<void>;
  summary(): ArchiveSummary;
}

/**
 * Opens the archive of a removal: a new one, or the one that an earlier run began; `plan` is the digest of the plan with
 * which the removal began. Kinds are saved in the order in which `kubectl apply` must bring them back.
 */
export async function openArchive(directory: string, plan: string): Promise<Archive> {
  const found = await readIndex(directory);
  let index: ArchiveIndex = found?.plan === plan ? found : { format: 1, plan, files: {}, remade: [] };
  let saved = uidsOf(index);
  return {
    directory,
    has: ({ metadata }) => saved.has(metadata.uid ?? ''),
    async add(kinds) {
      const fresh = kinds.map(({ crd, objects }) => ({
        crd,
        objects: objects.filter(({ metadata }) => !saved.has(metadata.uid ?? '')),
      }));
      if (fresh.every(({ objects }) => objects.length === 0) && found) return;
      await writing(directory, async () => {
        await makeDirectory(directory);
        index = await writeKinds(directory, index, fresh, saved);
        // The index comes last: what it names is on the disk.
        await writeDurably(directory, INDEX_FILE, [`${JSON.stringify(index, undefined, 1)}\n`]);
      });
      saved = uidsOf(index);
    },
    summary() {
      const files = Object.keys(index.files).sort();
      const objects = Object.values(index.files).reduce((sum, list) => sum + list.length, 0);
      return { directory, files, objects, restore: `kubectl apply -f ${directory}` };
    },
  };
}

async function readIndex(directory: string): Promise<ArchiveIndex | undefined> {
  try {
    return await readArchiveIndex(directory);
  } catch (error) {
    throw archiveFailed(directory, error);
  }
}

async function writeKinds(
  directory: string,
  index: ArchiveIndex,
  kinds: readonly ArchiveKind[],
  saved: ReadonlySet<string>,
): Promise<ArchiveIndex> {
  const all = kinds.flatMap(({ objects }) => objects);
  if (all.length > MAX_OBJECTS) throw new Error(`there are ${all.length} objects, more than ${MAX_OBJECTS}`);
  const uids = new Set([...saved, ...all.map(({ metadata }) => metadata.uid ?? '')]);
  const files: Record<string, readonly ArchivedObject[]> = { ...index.files };
  const remade: ArchivedObject[] = [...index.remade];
  let bytes = 0;
  for (const [position, { crd, objects }] of kinds.entries()) {
    const again = objects.filter((object) => isMadeAgain(object, uids));
    remade.push(...again.map(archivedObject));
    const kept = objects.filter((object) => !again.includes(object));
    if (kept.length === 0) continue;
    const texts = kept.map(archivedYaml);
    bytes += texts.reduce((sum, text) => sum + text.length, 0);
    if (bytes > MAX_BYTES) throw new Error(`the objects take more than ${MAX_BYTES / 1024 / 1024} MiB`);
    const file = freeName(files, position, crd);
    await writeDurably(directory, file, texts);
    files[file] = kept.map(archivedObject);
  }
  return { ...index, files, remade };
}

/** `01-scaledobjects.keda.sh.yaml`; later additions of a removal get a further number. */
function freeName(files: Readonly<Record<string, unknown>>, position: number, crd: string): string {
  const name = `${String(position + 1).padStart(2, '0')}-${crd}`;
  for (let count = 1; ; count += 1) {
    const file = count === 1 ? `${name}.yaml` : `${name}.${count}.yaml`;
    if (!(file in files)) return file;
  }
}

/** What a saved object controls is made again by it, and would be in the way of that if it came back by itself. */
function isMadeAgain({ metadata }: KubernetesObject, saved: ReadonlySet<string>): boolean {
  return (metadata.ownerReferences ?? []).some(({ controller, uid }) => controller === true && saved.has(uid));
}

function archivedObject(object: KubernetesObject): ArchivedObject {
  const { name, namespace, uid = '' } = object.metadata;
  const { apiVersion, kind } = object;
  return { identity: identityOf({ apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) }), uid };
}

function uidsOf({ files, remade }: ArchiveIndex): ReadonlySet<string> {
  return new Set([...Object.values(files).flat(), ...remade].map(({ uid }) => uid));
}

/** Makes a directory and what is missing above it. `mkdir` with `recursive` never ends where a system makes none (/proc). */
async function makeDirectory(directory: string): Promise<void> {
  const missing: string[] = [];
  for (let path = directory; !(await exists(path)); path = dirname(path)) missing.push(path);
  for (const path of missing.toReversed()) await mkdir(path, { mode: 0o700 });
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

/** Writes a file under another name, flushes it to the disk, and only then gives it its name. */
async function writeDurably(directory: string, name: string, texts: readonly string[]): Promise<void> {
  const temporary = join(directory, `.${name}.${process.pid}.tmp`);
  await rm(temporary, { force: true });
  const file = await open(temporary, 'wx', 0o600);
  try {
    await writeAll(file, texts);
    await rename(temporary, join(directory, name));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  const folder = await open(directory);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function writeAll(file: FileHandle, texts: readonly string[]): Promise<void> {
  try {
    for (const text of texts) await file.write(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function writing(directory: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw archiveFailed(directory, error);
  }
}

function archiveFailed(directory: string, cause: unknown): CapstanError {
  return new CapstanError(INSTALLER_CODES.archiveFailed, `The objects cannot be saved in ${directory}.`, {
    hint: `${messageOf(cause)}. Nothing that is not saved has been deleted.`,
    fields: { directory },
    cause,
  });
}
