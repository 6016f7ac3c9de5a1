import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CapstanError } from '@capstan/base';
import {
  assertContractGrows,
  type CapabilityContract,
  type CapabilityPackage,
  canonicalJson,
  compareVersionIds,
  digestOf,
  type PackageDocument,
  parseContract,
  versionLabel,
} from '@capstan/capability-model';
import { CENTER_CODES } from '../codes.ts';
import { readBounded } from './bounded-read.ts';
import {
  contractPath,
  EMPTY_INDEX,
  type IndexedVersion,
  metadataPath,
  type RegistryIndex,
  withVersion,
} from './index-file.ts';

/** What can be published: a document, or metadata with its defaults filled in. */
export type PublishedPackage = PackageDocument | CapabilityPackage;

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
  /** Contracts that are published with the packages; versions are added to those that are there. */
  readonly contracts?: readonly CapabilityContract[];
}

const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Adds package versions and contracts to a directory registry, metadata before the index. What is published never
 * changes: rejects with CAPSTAN_REGISTRY_PUBLISHED, before anything is written, when a version is there, or listed, with
 * other content, and with CAPSTAN_CONTRACT_INVALID when a published version of a contract would change.
 */
export async function publishToDirectory(
  directory: string,
  packages: readonly PublishedPackage[],
  options: PublishOptions = {},
): Promise<Publication> {
  const files = packages.map(fileOf(directory));
  const index = await readIndex(directory);
  const missing: RegistryFile[] = [];
  for (const file of files) {
    const published = await readIfThere(file.path);
    if (published === undefined) missing.push(file);
    const listed = listedAs(index, file);
    if ((published ?? file.text) !== file.text || (listed?.digest ?? file.digest) !== file.digest) throw changed(file);
  }
  const contracts = await newContracts(directory, options.contracts ?? []);
  const added = files.filter((file) => !listedAs(index, file));
  const grown = contracts.reduce(withContract, added.reduce(indexed, index));
  if (!options.dryRun) {
    for (const { path, text } of [...missing, ...contracts]) await writeWhole(path, text);
    if (grown !== index) await writeWhole(join(directory, 'index.json'), registryText(grown));
  }
  const labels = new Set([...missing, ...added, ...contracts].map(({ label }) => label));
  return { added: [...labels], unchanged: files.map(({ label }) => label).filter((label) => !labels.has(label)) };
}

/** The contracts whose files would be new or longer. */
async function newContracts(directory: string, contracts: readonly CapabilityContract[]): Promise<ContractFile[]> {
  const files: ContractFile[] = [];
  for (const contract of contracts) {
    const file = contractFile(directory, contract);
    const published = await readIfThere(file.path);
    if (published === file.text) continue;
    if (published !== undefined) assertContractGrows(parseContract(JSON.parse(published)), contract);
    files.push(file);
  }
  return files;
}

type ContractFile = ReturnType<typeof contractFile>;

function contractFile(directory: string, contract: CapabilityContract) {
  const { id, versions } = contract;
  return {
    id,
    digest: digestOf(contract),
    label: `contract ${id}@${versions.at(-1)?.version}`,
    path: join(directory, contractPath(id)),
    text: registryText(contract),
  };
}

function withContract(index: RegistryIndex, { id, digest }: ContractFile): RegistryIndex {
  return { ...index, contracts: { ...index.contracts, [id]: { digest } } };
}

function fileOf(directory: string) {
  return (document: PublishedPackage) => {
    const { name, version, release = 0 } = document;
    const id = { version, release };
    return {
      name,
      id,
      digest: digestOf(document),
      label: `${name}@${versionLabel(id)}`,
      path: join(directory, metadataPath(name, id)),
      text: registryText(document),
    };
  };
}

type RegistryFile = ReturnType<ReturnType<typeof fileOf>>;

function listedAs(index: RegistryIndex, { name, id }: RegistryFile): IndexedVersion | undefined {
  return (index.packages[name] ?? []).find((listed) => compareVersionIds(listed, id) === 0);
}

function indexed(index: RegistryIndex, { name, id, digest }: RegistryFile): RegistryIndex {
  return withVersion(index, name, { ...id, digest });
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

function changed({ label, path, id }: RegistryFile): CapstanError {
  return new CapstanError(CENTER_CODES.registryPublished, `${label} is published already, with other content.`, {
    hint: `Published files never change. Set release: ${id.release + 1} in capability.yaml to publish a repackaging.`,
    fields: { path },
  });
}
