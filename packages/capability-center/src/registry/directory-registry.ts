import { join } from 'node:path';
import { CapstanError, EXIT, isCapstanError, messageOf } from '@capstan/base';
import { digestOf, type FieldPath, fieldName, MODEL_CODES, parsePackage } from '@capstan/capability-model';
import { CENTER_CODES } from '../codes.ts';
import { readBounded } from './bounded-read.ts';
import type { CatalogEntry } from './catalog.ts';
import { type IndexedVersion, indexProblem, metadataPath, type RegistryIndex } from './index-file.ts';
import { parseSourceText, type SourceText } from './source-text.ts';

const MAX_INDEX_BYTES = 16 * 1024 * 1024;
/** Metadata embeds CRDs; what is larger does not fit in the Secrets that carry it either. */
const MAX_METADATA_BYTES = 2 * 1024 * 1024;

/** How a registry is named in messages and where it is. */
export interface DirectoryRegistry {
  readonly name: string;
  readonly location: string;
}

/**
 * Every package version of a directory registry. Rejects with CAPSTAN_REGISTRY_UNREADABLE when there is no index to
 * read, and with CAPSTAN_REGISTRY_CORRUPT (file, line, column, reason) when a file is damaged, is not what the index
 * says, or is missing though the index lists it.
 */
export async function readDirectoryRegistry(registry: DirectoryRegistry): Promise<CatalogEntry[]> {
  const index = await readIndex(registry);
  const listed = Object.entries(index.packages).flatMap(([name, versions]) =>
    versions.map((version) => ({ name, version })),
  );
  const entries: CatalogEntry[] = [];
  for (const { name, version } of listed) entries.push(await readEntry(registry, name, version));
  return entries;
}

async function readIndex({ name, location }: DirectoryRegistry): Promise<RegistryIndex> {
  const file = join(location, 'index.json');
  let text: string;
  try {
    text = await readBounded(file, MAX_INDEX_BYTES);
  } catch (error) {
    throw new CapstanError(
      CENTER_CODES.registryUnreadable,
      `The center ${name} cannot be read: ${reasonOf(error, file)}.`,
      {
        hint: 'A center is a directory with index.json and packages/.',
        cause: error,
        fields: { center: name, location },
      },
    );
  }
  const source = parseSourceText(text, jsonOptions(file));
  const problem = indexProblem(source.value);
  if (problem) throw corrupt(source, problem.path, problem.message);
  return source.value as RegistryIndex;
}

async function readEntry(registry: DirectoryRegistry, name: string, listed: IndexedVersion): Promise<CatalogEntry> {
  const file = join(registry.location, metadataPath(name, listed));
  const source = parseSourceText(await readListed(file), jsonOptions(file));
  const digest = digestOf(source.value);
  const { metadata } = parseListed(source);
  if (digest !== listed.digest) {
    throw corrupt(source, [], `has digest ${short(digest)}, but the index lists ${short(listed.digest)}`);
  }
  if (metadata.name !== name) throw corrupt(source, ['name'], `is not ${name}, as the index says`);
  if (metadata.version !== listed.version)
    throw corrupt(source, ['version'], `is not ${listed.version}, as the index says`);
  if (metadata.release !== listed.release)
    throw corrupt(source, ['release'], `is not ${listed.release}, as the index says`);
  return { center: registry.name, metadata, digest };
}

async function readListed(file: string): Promise<string> {
  try {
    return await readBounded(file, MAX_METADATA_BYTES);
  } catch (error) {
    throw new CapstanError(
      CENTER_CODES.registryCorrupt,
      `${file} cannot be read, but the index lists it: ${reasonOf(error, file)}.`,
      {
        hint: REPAIR,
        cause: error,
        source: { file },
      },
    );
  }
}

function parseListed(source: SourceText): Pick<CatalogEntry, 'metadata'> {
  try {
    return { metadata: parsePackage(source.value, { origin: source.origin }) };
  } catch (error) {
    if (!isCapstanError(error, MODEL_CODES.packageInvalid)) throw error;
    const { line = 1, column = 1 } = error.source ?? {};
    throw new CapstanError(
      CENTER_CODES.registryCorrupt,
      `${source.origin.file}:${line}:${column} is corrupt: ${error.message}`,
      {
        hint: REPAIR,
        cause: error,
        exit: EXIT.usage,
        fields: error.fields,
        source: { file: source.origin.file, line, column },
      },
    );
  }
}

const REPAIR = 'Published files never change: restore the registry from its source.';

const jsonOptions = (file: string) => ({ file, code: CENTER_CODES.registryCorrupt, hint: REPAIR, json: true });

function corrupt({ origin }: SourceText, path: FieldPath, message: string): CapstanError {
  const { line, column } = origin.positionOf(path) ?? { line: 1, column: 1 };
  const what = path.length > 0 ? `${fieldName(path)} ` : 'the file ';
  return new CapstanError(
    CENTER_CODES.registryCorrupt,
    `${origin.file}:${line}:${column} is corrupt: ${what}${message}.`,
    {
      hint: REPAIR,
      exit: EXIT.usage,
      source: { file: origin.file, line, column },
    },
  );
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
