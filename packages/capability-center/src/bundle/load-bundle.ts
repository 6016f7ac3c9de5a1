import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { CapstanError, EXIT, messageOf } from '@capstan/base';
import { digestOfText } from '@capstan/capability-model';
import type { KubeClient } from '@capstan/kube';
import { type AddedCenter, addCenter, type ManageCentersOptions } from '../center/add-center.ts';
import { readCenters } from '../center/center-records.ts';
import { chartAccess } from '../center/chart-access.ts';
import { resolveChart } from '../center/resolve-chart.ts';
import type { DirectoryCenter, RewriteMirror, VerifyPolicy } from '../center/types.ts';
import { CENTER_CODES } from '../codes.ts';
import { type ArchiveFile, readArchive, writeFiles } from '../registry/archive.ts';
import { centerCache } from '../registry/cache.ts';
import { readRegistry } from '../registry/read-registry.ts';
import { checkSignatures, type SignedPart } from './check-signatures.ts';
import {
  BUNDLE_LIMITS,
  BUNDLE_LIST,
  BUNDLE_REGISTRY,
  type BundleList,
  invalidBundle,
  parseBundleList,
} from './format.ts';

/** Before the centers of the site: what was brought on purpose wins where both offer the same version. */
const BUNDLE_PRIORITY = 1000;

/** What `loadBundle` is asked. */
export interface LoadBundleOptions extends ManageCentersOptions {
  /** Absolute folder below which the bundle's files are kept; the center stays there. */
  readonly into: string;
  /** Name of the center; default: `bundle-` and the beginning of the file's digest. */
  readonly name?: string;
  /** Public keys that must have signed what the bundle's centers said, beside those of recorded centers. */
  readonly verify?: VerifyPolicy;
}

/** A bundle that was loaded. */
export interface LoadedBundle extends AddedCenter {
  readonly record: DirectoryCenter;
  readonly list: BundleList;
  /** `sha256:` digest of the file. */
  readonly digest: string;
  /** The centers whose signatures were checked, with the key that signed. */
  readonly signed: readonly SignedPart[];
}

/**
 * Checks every digest of a bundle, and the signatures that recorded centers or the caller ask for, keeps its files in a
 * folder and records it as a directory center whose mirrors stand for its chart repositories. Rejects with
 * CAPSTAN_BUNDLE_INVALID, CAPSTAN_ARCHIVE_INVALID or CAPSTAN_REGISTRY_UNTRUSTED; then nothing is recorded.
 */
export async function loadBundle(client: KubeClient, file: string, options: LoadBundleOptions): Promise<LoadedBundle> {
  const { into, verify, name, ...managing } = options;
  const bytes = await readBundle(file);
  const digest = digestOfText(bytes);
  const files = await readArchive(bytes, BUNDLE_LIMITS, file);
  const list = parseBundleList(files);
  requireWhole(list, files);
  const { bundled, signal } = managing;
  const centers = await readCenters(client, { bundled, ...(signal ? { signal } : {}) });
  const signed = checkSignatures(list, files, centers, verify);
  const { folder, isNew } = await keep(files, join(into, digest.slice('sha256:'.length, 'sha256:'.length + 16)));
  const record: DirectoryCenter = {
    name: name ?? `bundle-${digest.slice('sha256:'.length, 'sha256:'.length + 8)}`,
    type: 'directory',
    location: join(folder, BUNDLE_REGISTRY),
    mirrors: mirrorsOf(list, folder),
    priority: BUNDLE_PRIORITY,
  };
  try {
    await requireContent(record, list);
    const added = await addCenter(client, record, { ...managing, keepBundled: false });
    return { ...added, record, list, digest, signed };
  } catch (error) {
    // What was there before belongs to a center that an earlier load recorded.
    if (isNew) await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function readBundle(file: string): Promise<Buffer> {
  try {
    const { size } = await stat(file);
    if (size > BUNDLE_LIMITS.bytes) throw new Error(`it is larger than ${BUNDLE_LIMITS.bytes / 1024 / 1024} MiB`);
    return await readFile(file);
  } catch (cause) {
    throw new CapstanError(CENTER_CODES.bundleInvalid, `The bundle ${file} cannot be read: ${messageOf(cause)}.`, {
      hint: 'Name a file that `capstan cap bundle` wrote.',
      exit: EXIT.usage,
      cause,
    });
  }
}

/** Every file is listed with its digest, and every listed file is there. */
function requireWhole(list: BundleList, files: readonly ArchiveFile[]): void {
  const listed = new Map(Object.entries(list.files));
  for (const { path, bytes } of files) {
    if (path === BUNDLE_LIST) continue;
    const digest = listed.get(path);
    if (digest === undefined) throw invalidBundle(`${JSON.stringify(path)} is not in its list`);
    if (digest !== digestOfText(bytes))
      throw invalidBundle(`${JSON.stringify(path)} does not have the digest of its list`);
    listed.delete(path);
  }
  const [missing] = listed.keys();
  if (missing !== undefined) throw invalidBundle(`${JSON.stringify(missing)} is missing`);
}

/** Keeps the files in a folder, whole or not at all; a folder of that name holds the same. */
async function keep(files: readonly ArchiveFile[], folder: string): Promise<{ folder: string; isNew: boolean }> {
  if (!isAbsolute(folder)) throw new RangeError('the folder of a bundle must be an absolute path');
  const isNew = await stat(folder).then(
    () => false,
    () => true,
  );
  const draft = `${folder}.${process.pid}`;
  try {
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { recursive: true });
    await writeFiles(draft, files);
    // What an earlier load left may have been changed since.
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
  } catch (cause) {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined);
    throw new CapstanError(CENTER_CODES.bundleInvalid, `The bundle cannot be kept in ${folder}: ${messageOf(cause)}.`, {
      hint: 'Name a folder that has room with --into.',
      cause,
    });
  }
  return { folder, isNew };
}

function mirrorsOf({ repositories }: BundleList, folder: string): RewriteMirror[] {
  return Object.entries(repositories).map(([from, path]) => ({ name: 'bundle', from, to: join(folder, path) }));
}

/** The registry offers what the list says, and each chart has the digest that the plan was made with. */
async function requireContent(record: DirectoryCenter, list: BundleList): Promise<void> {
  const { entries } = await readRegistry(record);
  for (const { name, version, digest, charts } of list.packages) {
    const offered = entries.find(({ metadata }) => metadata.name === name && metadata.version === version);
    if (!offered || offered.digest !== digest)
      throw invalidBundle(`its registry does not hold ${name} ${version} as listed`);
    for (const chart of charts) {
      const { repository, version: wanted } = chart;
      const reference = { repository, name: chart.name, version: wanted };
      const resolved = await resolveChart(reference, record.mirrors, chartAccess({ cache: centerCache() }));
      if (resolved.digest !== chart.digest)
        throw invalidBundle(`its chart ${chart.name} ${wanted} is not the listed one`);
    }
  }
}
