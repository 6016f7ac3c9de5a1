import { CapstanError, EXIT, isCapstanError, messageOf, systemClock } from '@capstan/base';
import { versionLabel } from '@capstan/capability-model';
import type { CenterRecord } from '../center/types.ts';
import { CENTER_CODES } from '../codes.ts';
import { type CenterCache, cacheName, centerCache } from './cache.ts';
import { corrupt, jsonOptions, REPAIR, reasonOf } from './corrupt.ts';
import { directorySource } from './directory-source.ts';
import { httpSource } from './http-source.ts';
import { indexProblem, type RegistryIndex } from './index-file.ts';
import { manifestOf, ociSource } from './oci-source.ts';
import type { CredentialsFor } from './remote/credentials.ts';
import { RemoteFailure } from './remote/http.ts';
import { MAX_INDEX_BYTES, type RegistryAccess, type RegistrySnapshot, type RegistrySource } from './source.ts';
import { parseSourceText } from './source-text.ts';

/** A registry as it was found, and the way to the rest of its files. */
export interface OpenedRegistry {
  readonly center: CenterRecord;
  readonly source: RegistrySource;
  readonly snapshot: RegistrySnapshot;
  /** When the snapshot was taken. */
  readonly fetchedAt: string;
  /** Why it is the cache's and not the registry's. */
  readonly offline?: string;
  /** Where its documents are kept; none for directories. */
  readonly cache: CenterCache | undefined;
}

/** The snapshot that the cache holds of a center, with its age. */
interface CachedSnapshot {
  readonly location: string;
  readonly fetchedAt: string;
  readonly snapshot: RegistrySnapshot;
}

/**
 * Reads a center's index, and its signatures where its policy asks for them or the caller wants them. A center that is
 * away is read from the cache. Rejects with CAPSTAN_REGISTRY_UNREADABLE, or with CAPSTAN_CENTER_CREDENTIALS_MISSING.
 */
export async function openRegistry(
  center: CenterRecord,
  access: RegistryAccess,
  options: { readonly signatures?: boolean } = {},
): Promise<OpenedRegistry> {
  const { clock = systemClock } = access;
  const cache = center.type === 'directory' ? undefined : (access.cache ?? centerCache());
  const source = sourceOf(center, access);
  const cached = await readCached(cache, center);
  const signatures = options.signatures ?? center.verify !== undefined;
  const { snapshot, offline } = await readSnapshot({ center, source, cached, signatures }, access);
  if (offline !== undefined && cached) return { center, source, snapshot, fetchedAt: cached.fetchedAt, offline, cache };
  return { center, source, snapshot, fetchedAt: new Date(clock.now()).toISOString(), cache };
}

/** Keeps what a center said, once it was found to be whole. */
export async function keepSnapshot({ center, cache, snapshot, fetchedAt, offline }: OpenedRegistry): Promise<void> {
  if (offline !== undefined) return;
  const cached: CachedSnapshot = { location: center.location, fetchedAt, snapshot };
  await cache?.keepText('indexes', indexName(center), JSON.stringify(cached));
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
  question: {
    readonly center: CenterRecord;
    readonly source: RegistrySource;
    readonly cached: CachedSnapshot | undefined;
    readonly signatures: boolean;
  },
  { signal }: RegistryAccess,
): Promise<{ snapshot: RegistrySnapshot; offline?: string }> {
  const { center, source, cached, signatures } = question;
  const previous = cached === undefined ? {} : { previous: cached.snapshot };
  try {
    return { snapshot: await source.snapshot({ signatures, ...previous }) };
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
export function isTransient(error: unknown): boolean {
  if (!(error instanceof RemoteFailure)) return false;
  const { status, cause } = error;
  return status === undefined ? cause !== undefined : status === 404 || status === 429 || status >= 500;
}

/** What the center's signature is about: the manifest of an artifact, else the index file. */
export function signedBytes(center: CenterRecord, snapshot: RegistrySnapshot): Buffer {
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

const indexName = ({ type, location }: CenterRecord): string => `${cacheName(type, location)}.json`;

/** The index that a registry says; throws CAPSTAN_REGISTRY_CORRUPT. */
export function parseIndex(source: RegistrySource, text: string): RegistryIndex {
  const parsed = parseSourceText(text, jsonOptions(source.place('index.json')));
  const problem = indexProblem(parsed.value);
  if (problem) throw corrupt(parsed, problem.path, problem.message);
  return parsed.value as RegistryIndex;
}
