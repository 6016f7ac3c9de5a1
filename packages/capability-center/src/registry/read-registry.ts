import { CapstanError, EXIT, isCapstanError, messageOf, systemClock } from '@capstan/base';
import {
  digestOf,
  digestOfText,
  type FieldPath,
  fieldName,
  MODEL_CODES,
  parsePackage,
  versionLabel,
} from '@capstan/capability-model';
import type { CenterRecord } from '../center/types.ts';
import { CENTER_CODES } from '../codes.ts';
import { mapLimit } from '../plan/parallel.ts';
import { type CenterCache, cacheName, centerCache } from './cache.ts';
import type { CatalogEntry, CatalogSource } from './catalog.ts';
import { directorySource } from './directory-source.ts';
import { httpSource } from './http-source.ts';
import { type IndexedVersion, indexProblem, metadataPath, type RegistryIndex } from './index-file.ts';
import { manifestOf, ociSource } from './oci-source.ts';
import type { CredentialsFor } from './remote/credentials.ts';
import { RemoteFailure } from './remote/http.ts';
import { requireSignature } from './signature/policy.ts';
import {
  MAX_INDEX_BYTES,
  MAX_METADATA_BYTES,
  type RegistryAccess,
  type RegistrySnapshot,
  type RegistrySource,
} from './source.ts';
import { parseSourceText, type SourceText } from './source-text.ts';

/** What one center offers, and where and when that was read. */
export interface RegistryContent {
  readonly entries: readonly CatalogEntry[];
  readonly source: CatalogSource;
}

/** The snapshot that the cache holds of a center, with its age. */
interface CachedSnapshot {
  readonly location: string;
  readonly fetchedAt: string;
  readonly snapshot: RegistrySnapshot;
}

/**
 * Every package version that a center offers. A center that cannot be reached is read from the cache, with its age in
 * `source`. Rejects with CAPSTAN_REGISTRY_UNREADABLE when there is no index to read, with CAPSTAN_REGISTRY_CORRUPT
 * (file, line, column, reason) when a file is damaged, is not what the index says, or is missing though the index lists
 * it, and with CAPSTAN_REGISTRY_UNTRUSTED when no key of the center's policy signed it.
 */
export async function readRegistry(center: CenterRecord, access: RegistryAccess = {}): Promise<RegistryContent> {
  const { clock = systemClock } = access;
  const cache = center.type === 'directory' ? undefined : (access.cache ?? centerCache());
  const source = sourceOf(center, access);
  const cached = await readCached(cache, center);
  const read = await readSnapshot(center, source, cached, access);
  const { snapshot, offline } = read;
  const fetchedAt = offline === undefined ? new Date(clock.now()).toISOString() : (cached?.fetchedAt ?? '');
  const signedBy = requireSignature(center, signedBytes(center, snapshot), snapshot.signatures);
  const index = parseIndex(source, snapshot.index);
  const reader: DocumentReader = { center, source, snapshot, cache };
  const listed = Object.entries(index.packages).flatMap(([name, list]) => list.map((version) => ({ name, version })));
  const entries = await mapLimit(listed, 8, ({ name, version }) => readEntry(reader, name, version));
  if (offline === undefined) await keep(cache, center, { location: center.location, fetchedAt, snapshot });
  return {
    entries,
    source: {
      center: center.name,
      type: center.type,
      location: center.location,
      digest: digestOfText(signedBytes(center, snapshot)),
      fetchedAt,
      ageMs: Math.max(0, clock.now() - Date.parse(fetchedAt)),
      ...(offline === undefined ? {} : { offline }),
      ...(signedBy === undefined ? {} : { signedBy }),
    },
  };
}

/** What the cache knows of a center. */
export interface CachedRegistry {
  readonly fetchedAt: string;
  /** `name@version` of every version that its index listed. */
  readonly versions: readonly string[];
}

/** What a center on another machine said when it was read last; reads the cache only. */
export async function cachedRegistry(
  center: CenterRecord,
  access: RegistryAccess = {},
): Promise<CachedRegistry | undefined> {
  const cached = await readCached(access.cache ?? centerCache(), center);
  if (!cached) return undefined;
  const { packages } = parseIndex(sourceOf(center, access), cached.snapshot.index);
  const versions = Object.entries(packages).flatMap(([name, list]) =>
    list.map((version) => `${name}@${versionLabel(version)}`),
  );
  return { fetchedAt: cached.fetchedAt, versions };
}

const NO_CREDENTIALS: CredentialsFor = async () => undefined;

function sourceOf(center: CenterRecord, { credentials, signal }: RegistryAccess): RegistrySource {
  const found = credentials?.(center) ?? NO_CREDENTIALS;
  switch (center.type) {
    case 'directory':
      return directorySource(center.location);
    case 'http':
      return httpSource(center.location, found, signal);
    case 'oci':
      return ociSource(center, found, signal);
  }
}

/** The registry's snapshot, or the cache's with the reason why it is not the registry's. */
async function readSnapshot(
  center: CenterRecord,
  source: RegistrySource,
  cached: CachedSnapshot | undefined,
  { signal }: RegistryAccess,
): Promise<{ snapshot: RegistrySnapshot; offline?: string }> {
  const previous = cached === undefined ? {} : { previous: cached.snapshot };
  try {
    return { snapshot: await source.snapshot({ signatures: center.verify !== undefined, ...previous }) };
  } catch (error) {
    signal?.throwIfAborted();
    if (isCapstanError(error)) throw error;
    const reason = reasonOf(error, source.place('index.json'));
    if (cached && isTransient(error)) return { snapshot: cached.snapshot, offline: reason };
    throw new CapstanError(CENTER_CODES.registryUnreadable, `The center ${center.name} cannot be read: ${reason}.`, {
      hint: HINTS[center.type],
      cause: error,
      fields: { center: center.name, location: center.location },
      exit: center.type === 'directory' ? EXIT.failed : EXIT.unreachable,
    });
  }
}

const HINTS = {
  directory: 'A center is a directory with index.json and packages/.',
  http: 'Look whether the address serves index.json and packages/, and whether it asks for credentials.',
  oci: 'Look whether the repository and its tag exist, and whether it asks for credentials.',
} as const;

/** No answer, or an answer that says nothing about the content: the center is away, not changed. */
function isTransient(error: unknown): boolean {
  if (!(error instanceof RemoteFailure)) return false;
  const { status, cause } = error;
  return status === undefined ? cause !== undefined : status === 404 || status === 429 || status >= 500;
}

/** What the center's signature is about: the manifest of an artifact, else the index file. */
function signedBytes(center: CenterRecord, snapshot: RegistrySnapshot): Buffer {
  if (center.type !== 'oci') return Buffer.from(snapshot.index, 'utf8');
  try {
    return manifestOf(snapshot).bytes;
  } catch (error) {
    throw new CapstanError(CENTER_CODES.registryCorrupt, `The center ${center.name} is corrupt: ${messageOf(error)}.`, {
      hint: REPAIR,
      cause: error,
    });
  }
}

async function readCached(cache: CenterCache | undefined, center: CenterRecord): Promise<CachedSnapshot | undefined> {
  const text = await cache?.text('indexes', indexName(center), 4 * MAX_INDEX_BYTES);
  if (text === undefined) return undefined;
  try {
    const cached = JSON.parse(text) as CachedSnapshot;
    const { snapshot, fetchedAt, location } = cached;
    const whole = typeof snapshot?.index === 'string' && Array.isArray(snapshot.signatures);
    return whole && location === center.location && !Number.isNaN(Date.parse(fetchedAt)) ? cached : undefined;
  } catch {
    return undefined;
  }
}

async function keep(cache: CenterCache | undefined, center: CenterRecord, cached: CachedSnapshot): Promise<void> {
  await cache?.keepText('indexes', indexName(center), JSON.stringify(cached));
}

const indexName = ({ type, location }: CenterRecord): string => `${cacheName(type, location)}.json`;

function parseIndex(source: RegistrySource, text: string): RegistryIndex {
  const parsed = parseSourceText(text, jsonOptions(source.place('index.json')));
  const problem = indexProblem(parsed.value);
  if (problem) throw corrupt(parsed, problem.path, problem.message);
  return parsed.value as RegistryIndex;
}

interface DocumentReader {
  readonly center: CenterRecord;
  readonly source: RegistrySource;
  readonly snapshot: RegistrySnapshot;
  readonly cache: CenterCache | undefined;
}

async function readEntry(reader: DocumentReader, name: string, listed: IndexedVersion): Promise<CatalogEntry> {
  const { center, cache } = reader;
  const path = metadataPath(name, listed);
  const kept = `${listed.digest.replace(':', '-')}.json`;
  const cached = await cache?.text('documents', kept, MAX_METADATA_BYTES);
  const known = cached === undefined ? undefined : valueWithDigest(cached, listed.digest);
  const file = reader.source.place(path);
  const text = known ?? (await readListed(reader, path));
  const source = parseSourceText(text, jsonOptions(file));
  const digest = known === undefined ? digestOf(source.value) : listed.digest;
  const metadata = parseListed(source);
  if (digest !== listed.digest) {
    throw corrupt(source, [], `has digest ${short(digest)}, but the index lists ${short(listed.digest)}`);
  }
  if (metadata.name !== name) throw corrupt(source, ['name'], `is not ${name}, as the index says`);
  for (const field of ['version', 'release'] as const) {
    if (metadata[field] !== listed[field]) throw corrupt(source, [field], `is not ${listed[field]}, as the index says`);
  }
  if (known === undefined) await cache?.keepText('documents', kept, text);
  return { center: center.name, metadata, digest };
}

function valueWithDigest(text: string, digest: string): string | undefined {
  try {
    return digestOf(JSON.parse(text)) === digest ? text : undefined;
  } catch {
    return undefined;
  }
}

async function readListed({ source, snapshot }: DocumentReader, path: string): Promise<string> {
  const file = source.place(path);
  try {
    return await source.document(snapshot, path);
  } catch (error) {
    if (isCapstanError(error)) throw error;
    const away = error instanceof RemoteFailure && isTransient(error);
    const code = away ? CENTER_CODES.registryUnreadable : CENTER_CODES.registryCorrupt;
    throw new CapstanError(code, `${file} cannot be read, but the index lists it: ${reasonOf(error, file)}.`, {
      hint: away ? 'Try again when the center answers.' : REPAIR,
      cause: error,
      source: { file },
    });
  }
}

function parseListed(source: SourceText): CatalogEntry['metadata'] {
  try {
    return parsePackage(source.value, { origin: source.origin });
  } catch (error) {
    if (!isCapstanError(error, MODEL_CODES.packageInvalid)) throw error;
    const { line = 1, column = 1 } = error.source ?? {};
    const { file } = source.origin;
    throw new CapstanError(CENTER_CODES.registryCorrupt, `${file}:${line}:${column} is corrupt: ${error.message}`, {
      hint: REPAIR,
      cause: error,
      exit: EXIT.usage,
      fields: error.fields,
      source: { file, line, column },
    });
  }
}

const REPAIR = 'Published files never change: restore the registry from its source.';

const jsonOptions = (file: string) => ({ file, code: CENTER_CODES.registryCorrupt, hint: REPAIR, json: true });

function corrupt({ origin }: SourceText, path: FieldPath, message: string): CapstanError {
  const { line, column } = origin.positionOf(path) ?? { line: 1, column: 1 };
  const what = path.length > 0 ? `${fieldName(path)} ` : 'the file ';
  const at = `${origin.file}:${line}:${column}`;
  return new CapstanError(CENTER_CODES.registryCorrupt, `${at} is corrupt: ${what}${message}.`, {
    hint: REPAIR,
    exit: EXIT.usage,
    source: { file: origin.file, line, column },
  });
}

function reasonOf(error: unknown, file: string): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') return `there is no ${file}`;
  if (code === 'EACCES') return `no permission to read ${file}`;
  return messageOf(error);
}

function short(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 12);
}
