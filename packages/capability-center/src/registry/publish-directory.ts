import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CapstanError } from '@capstan/base';
import {
  type CapabilityPackage,
  canonicalJson,
  compareVersionIds,
  digestOf,
  versionLabel,
} from '@capstan/capability-model';
import { CENTER_CODES } from '../codes.ts';
import { readBounded } from './bounded-read.ts';
import { EMPTY_INDEX, metadataPath, type RegistryIndex, withVersion } from './index-file.ts';

/** What publishing does, or would do. */
export interface Publication {
  /** `name@version` of what was not there before. */
  readonly added: readonly string[];
  /** `name@version` of what is published already, byte for byte. */
  readonly unchanged: readonly string[];
}

/** Options of `publishToDirectory`. */
export interface PublishOptions {
  /** Looks only; writes nothing. */
  readonly dryRun?: boolean;
}

const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Adds package versions to a directory registry, metadata before the index. What is published never changes: rejects
 * with CAPSTAN_REGISTRY_PUBLISHED, before anything is written, when a version is there with other content.
 */
export async function publishToDirectory(
  directory: string,
  packages: readonly CapabilityPackage[],
  options: PublishOptions = {},
): Promise<Publication> {
  const files = packages.map((metadata) => ({
    metadata,
    label: `${metadata.name}@${versionLabel(metadata)}`,
    path: join(directory, metadataPath(metadata.name, metadata)),
    text: registryText(metadata),
  }));
  const missing: typeof files = [];
  for (const file of files) {
    const published = await readIfThere(file.path);
    if (published === undefined) missing.push(file);
    else if (published !== file.text) throw changed(file.label, file.path, file.metadata.release);
  }
  const index = await readIndex(directory);
  const added = files.filter(({ metadata }) => !isListed(index, metadata));
  if (!options.dryRun) {
    for (const { path, text } of missing) await writeWhole(path, text);
    if (added.length > 0) await writeWhole(join(directory, 'index.json'), registryText(added.reduce(indexed, index)));
  }
  const labels = new Set([...missing, ...added].map(({ label }) => label));
  return { added: [...labels], unchanged: files.map(({ label }) => label).filter((label) => !labels.has(label)) };
}

function isListed(index: RegistryIndex, { name, version, release }: CapabilityPackage): boolean {
  return (index.packages[name] ?? []).some((listed) => compareVersionIds(listed, { version, release }) === 0);
}

function indexed(index: RegistryIndex, { metadata }: { readonly metadata: CapabilityPackage }): RegistryIndex {
  const { name, version, release } = metadata;
  return withVersion(index, name, { version, release, digest: digestOf(metadata) });
}

async function readIndex(directory: string): Promise<RegistryIndex> {
  const text = await readIfThere(join(directory, 'index.json'));
  return text === undefined ? EMPTY_INDEX : (JSON.parse(text) as RegistryIndex);
}

/** The one text of a value in a registry: members sorted, indented for reviews. */
function registryText(value: unknown): string {
  return `${JSON.stringify(JSON.parse(canonicalJson(value)), undefined, 2)}\n`;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readBounded(path, MAX_BYTES);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, text);
  await rename(temporary, path);
}

function changed(label: string, path: string, release: number): CapstanError {
  return new CapstanError(CENTER_CODES.registryPublished, `${label} is published already, with other content.`, {
    hint: `Published files never change. Set release: ${release + 1} in capability.yaml to publish a repackaging.`,
    fields: { path },
  });
}
