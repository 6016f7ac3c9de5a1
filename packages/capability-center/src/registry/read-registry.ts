import { CapstanError, EXIT, isCapstanError, systemClock } from '@capstan/base';
import { digestOf, digestOfText, MODEL_CODES, parsePackage, versionLabel } from '@capstan/capability-model';
import type { CenterRecord } from '../center/types.ts';
import { CENTER_CODES } from '../codes.ts';
import { mapLimit } from '../plan/parallel.ts';
import type { CatalogEntry, CatalogSource } from './catalog.ts';
import { corrupt, jsonOptions, REPAIR, reasonOf } from './corrupt.ts';
import { type IndexedVersion, metadataPath } from './index-file.ts';
import { RemoteFailure } from './remote/http.ts';
import { requireSignature } from './signature/policy.ts';
import { isTransient, keepSnapshot, type OpenedRegistry, openRegistry, parseIndex, signedBytes } from './snapshot.ts';
import { MAX_METADATA_BYTES, type RegistryAccess } from './source.ts';
import { parseSourceText, type SourceText } from './source-text.ts';

/** What one center offers, and where and when that was read. */
export interface RegistryContent {
  readonly entries: readonly CatalogEntry[];
  readonly source: CatalogSource;
  /** `name@version` of what is written in a newer format, and what it says. */
  readonly skipped: readonly SkippedVersion[];
}

/** A version that this Capstan cannot read, though nothing is wrong with it. */
export interface SkippedVersion {
  readonly label: string;
  readonly message: string;
}

/**
 * Every package version that a center offers. A center that cannot be reached is read from the cache, with its age in
 * `source`. Rejects with CAPSTAN_REGISTRY_UNREADABLE when there is no index to read, with CAPSTAN_REGISTRY_CORRUPT
 * (file, line, column, reason) when a file is damaged, is not what the index says, or is missing though the index lists
 * it, and with CAPSTAN_REGISTRY_UNTRUSTED when no key of the center's policy signed it.
 */
export async function readRegistry(center: CenterRecord, access: RegistryAccess = {}): Promise<RegistryContent> {
  const { clock = systemClock } = access;
  const opened = await openRegistry(center, access);
  const { source, snapshot, fetchedAt, offline } = opened;
  const signed = signedBytes(center, snapshot);
  const signedBy = requireSignature(center, signed, snapshot.signatures);
  const index = parseIndex(source, snapshot.index);
  const listed = Object.entries(index.packages).flatMap(([name, list]) => list.map((version) => ({ name, version })));
  const read = await mapLimit(listed, 8, ({ name, version }) => readOrSkip(opened, name, version));
  await keepSnapshot(opened);
  return {
    entries: read.flatMap((one) => ('metadata' in one ? [one] : [])),
    skipped: read.flatMap((one) => ('label' in one ? [one] : [])),
    source: {
      center: center.name,
      type: center.type,
      location: center.location,
      digest: digestOfText(signed),
      fetchedAt,
      ageMs: Math.max(0, clock.now() - Date.parse(fetchedAt)),
      ...(offline === undefined ? {} : { offline }),
      ...(signedBy === undefined ? {} : { signedBy }),
    },
  };
}

/** A version for newer Capstans must not take away what older ones can read. */
async function readOrSkip(
  opened: OpenedRegistry,
  name: string,
  listed: IndexedVersion,
): Promise<CatalogEntry | SkippedVersion> {
  try {
    return await readEntry(opened, name, listed);
  } catch (error) {
    if (!isCapstanError(error, MODEL_CODES.packageTooNew)) throw error;
    return { label: `${name}@${versionLabel(listed)}`, message: error.message };
  }
}

async function readEntry(opened: OpenedRegistry, name: string, listed: IndexedVersion): Promise<CatalogEntry> {
  const text = await documentText(opened, metadataPath(name, listed), listed.digest, parseListed);
  const source = parseSourceText(text, jsonOptions(opened.source.place(metadataPath(name, listed))));
  const metadata = parseListed(source);
  if (metadata.name !== name) throw corrupt(source, ['name'], `is not ${name}, as the index says`);
  for (const field of ['version', 'release'] as const) {
    if (metadata[field] !== listed[field]) throw corrupt(source, [field], `is not ${listed[field]}, as the index says`);
  }
  const lifecycle = { ...metadata.lifecycle, ...listed.lifecycle };
  return { center: opened.center.name, metadata: { ...metadata, lifecycle }, digest: listed.digest };
}

/**
 * The text of a document that the index lists, from the cache where it is there. Rejects with
 * CAPSTAN_REGISTRY_CORRUPT when it is missing, is no JSON or does not have the digest that the index lists; `check` may
 * throw before that, with a better reason.
 */
export async function documentText(
  opened: OpenedRegistry,
  path: string,
  digest: string,
  check: (source: SourceText) => unknown = () => undefined,
): Promise<string> {
  const { cache, source } = opened;
  const kept = `${digest.replace(':', '-')}.json`;
  const cached = await cache?.text('documents', kept, MAX_METADATA_BYTES);
  if (cached !== undefined && hasDigest(cached, digest)) return cached;
  const text = await readListed(opened, path);
  const parsed = parseSourceText(text, jsonOptions(source.place(path)));
  check(parsed);
  const found = digestOf(parsed.value);
  if (found !== digest) throw corrupt(parsed, [], `has digest ${short(found)}, but the index lists ${short(digest)}`);
  await cache?.keepText('documents', kept, text);
  return text;
}

function hasDigest(text: string, digest: string): boolean {
  try {
    return digestOf(JSON.parse(text)) === digest;
  } catch {
    return false;
  }
}

async function readListed({ source, snapshot }: OpenedRegistry, path: string): Promise<string> {
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

function short(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 12);
}
