import { Buffer } from 'node:buffer';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { recordName } from '@capstan/capability-model';
import type { KubeClient } from '@capstan/kube';
import { directoryDigest } from '../center/directory-digest.ts';
import { PLAN_ANNOTATION } from './labels.ts';
import { loadPieces, storePieces } from './pieces.ts';
import { invalidRecord } from './secrets.ts';

const pack = promisify(gzip);
const unpack = promisify(gunzip);
const MAX_UNPACKED_BYTES = 64 * 1024 * 1024;

/** A file of a chart; `text` is false where the content is base64. */
interface PackedFile {
  readonly path: string;
  readonly text: boolean;
  readonly content: string;
}

/**
 * Keeps a chart of a plan in the cluster under the digest of its files, so that going back to it needs no registry.
 * Keeping it again changes nothing.
 */
export async function storeChart(
  client: KubeClient,
  chart: { readonly path: string; readonly digest: string },
  planDigest: string,
): Promise<void> {
  const entries = await readdir(chart.path, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = await Promise.all(paths.sort().map((path) => packFile(chart.path, path)));
  const bytes = await pack(JSON.stringify(files));
  const annotations = { [PLAN_ANNOTATION]: recordName('plan', planDigest) };
  await storePieces(client, { kind: 'payload', id: chart.digest }, bytes, { annotations });
}

const unpacked = new Map<string, Promise<string | undefined>>();

/**
 * The directory of a chart that is kept in the cluster, or undefined when none is kept under this digest. It lies in a
 * temporary directory of this process until it ends. Throws RECORD_INVALID when the content does not fit the digest.
 */
export async function loadChart(client: KubeClient, digest: string): Promise<string | undefined> {
  const known = await unpacked.get(digest);
  if (known !== undefined) return known;
  const loading = unpackChart(client, digest);
  unpacked.set(digest, loading);
  // Neither a failure nor an absence is remembered.
  loading.then(
    (path) => path === undefined && unpacked.delete(digest),
    () => unpacked.delete(digest),
  );
  return loading;
}

async function unpackChart(client: KubeClient, digest: string): Promise<string | undefined> {
  const bytes = await loadPieces(client, { kind: 'payload', id: digest });
  if (!bytes) return undefined;
  const directory = await mkdtemp(join(tmpdir(), 'capstan-chart-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  try {
    const text = (await unpack(bytes, { maxOutputLength: MAX_UNPACKED_BYTES })).toString('utf8');
    for (const file of JSON.parse(text) as readonly PackedFile[]) await writeInside(directory, file);
    if ((await directoryDigest(directory)) !== digest) throw new Error('its content has another digest');
    return directory;
  } catch (error) {
    throw invalidRecord(`payload ${digest}`, 'The chart kept there is not the one that was stored.', error);
  }
}

async function packFile(root: string, file: string): Promise<PackedFile> {
  const path = relative(root, file).split(sep).join('/');
  const bytes = await readFile(file);
  const content = bytes.toString('utf8');
  const text = Buffer.from(content, 'utf8').equals(bytes);
  return { path, text, content: text ? content : bytes.toString('base64') };
}

async function writeInside(directory: string, { path, text, content }: PackedFile): Promise<void> {
  const target = join(directory, path);
  // A record may have been changed by hand: nothing is written outside.
  if (!target.startsWith(`${directory}${sep}`)) throw new Error(`the path ${path} leads out of the chart`);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, Buffer.from(content, text ? 'utf8' : 'base64'));
}
