import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CapstanError, EXIT, type KubernetesObject } from '@capstan/base';
import {
  type CapabilityContract,
  type CapabilityPackage,
  type FieldPath,
  MODEL_CODES,
  mergePatch,
  type PackageDocument,
  parseContract,
  parsePackage,
  publishPackage,
  versionLabel,
} from '@capstan/capability-model';
import { readBounded } from './bounded-read.ts';
import { parseSourceText, type SourceText } from './source-text.ts';

const MAX_SOURCE_BYTES = 4 * 1024 * 1024;

/** Options of reading a plugin's folder. */
export interface PackageFolderOptions {
  /** What the package's claims are checked against; they are not checked without. */
  readonly contracts?: readonly CapabilityContract[];
}

/**
 * Every version of the package of a plugin's folder as it is published: capability.yaml first, then each
 * `versions/<version>.yaml`, a JSON merge patch (RFC 7386) over it; all with the objects of definitions/*.yaml and
 * crds/*.yaml embedded. Rejects with CAPSTAN_PACKAGE_INVALID or CAPSTAN_CONTRACT_INVALID, which name file, line and
 * column.
 */
export async function readPackageDocuments(
  folder: string,
  options: PackageFolderOptions = {},
): Promise<PackageDocument[]> {
  const main = await readYaml(join(folder, 'capability.yaml'));
  const older = await Promise.all((await yamlFiles(join(folder, 'versions'))).map(readYaml));
  const definitions = await readObjects(join(folder, 'definitions'));
  const crds = await readObjects(join(folder, 'crds'));
  const parts = { definitions, crds, ...options };
  const first = publishPackage({ source: main.value, origin: main.origin, ...parts });
  return [
    first,
    ...older.map((patch) => {
      const document = publishPackage({ ...patched(main, patch), ...parts });
      assertNamedAfterVersion(patch, document);
      return document;
    }),
  ];
}

/** The newest version that a plugin's folder describes, as a reader of its publication would see it. */
export async function readPackageFolder(folder: string): Promise<CapabilityPackage> {
  const [newest] = await readPackageDocuments(folder);
  return parsePackage(newest);
}

/** The source with a patch over it, and for each of its values the file that says it. */
function patched(main: SourceText, patch: SourceText) {
  const positionOf = (path: FieldPath) => {
    const { origin } = stepsIn(patch.value, path) >= stepsIn(main.value, path) ? patch : main;
    return { ...origin.positionOf(path), file: origin.file } as { line: number; column: number; file: string };
  };
  return { source: mergePatch(main.value, patch.value), origin: { file: patch.origin.file, positionOf } };
}

/** How many steps of a path exist in a value. */
function stepsIn(value: unknown, path: FieldPath): number {
  let at = value;
  for (const [index, step] of path.entries()) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return index;
    at = (at as Record<string | number, unknown>)[step];
  }
  return path.length;
}

function assertNamedAfterVersion({ origin }: SourceText, { version, release = 0 }: PackageDocument): void {
  const expected = versionLabel({ version, release });
  if (basename(origin.file).replace(/\.ya?ml$/, '') === expected) return;
  throw new CapstanError(
    MODEL_CODES.packageInvalid,
    `${basename(origin.file)} describes version ${expected}: its name must be ${expected}.yaml.`,
    {
      hint: 'The files of versions/ are named after what they describe, so that each is found.',
      exit: EXIT.usage,
      source: { file: origin.file, ...origin.positionOf(['version']) },
    },
  );
}

async function readObjects(folder: string): Promise<KubernetesObject[]> {
  return await Promise.all((await yamlFiles(folder)).map(async (file) => kubernetesObject(await readYaml(file))));
}

function kubernetesObject({ value, origin }: SourceText): KubernetesObject {
  const { apiVersion, kind, metadata } = (value ?? {}) as Partial<KubernetesObject>;
  const named = typeof metadata === 'object' && typeof metadata?.name === 'string';
  if (named && typeof apiVersion === 'string' && typeof kind === 'string') return value as KubernetesObject;
  throw new CapstanError(MODEL_CODES.packageInvalid, `${basename(origin.file)} holds no Kubernetes object.`, {
    hint: 'Each file of definitions/ and crds/ has one object with apiVersion, kind and metadata.name.',
    exit: EXIT.usage,
    source: { file: origin.file, ...origin.positionOf([]) },
  });
}

async function yamlFiles(folder: string): Promise<string[]> {
  const names = (await filesOf(folder)).filter((name) => /\.ya?ml$/.test(name)).sort();
  return names.map((name) => join(folder, name));
}

async function filesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

async function readYaml(file: string) {
  const text = await readBounded(file, MAX_SOURCE_BYTES);
  return parseSourceText(text, {
    file,
    code: MODEL_CODES.packageInvalid,
    hint: 'The file must hold one YAML document.',
  });
}

/** The contract documents of a folder, checked; rejects with CAPSTAN_CONTRACT_INVALID, which names file, line and column. */
export async function readContractFolder(folder: string): Promise<CapabilityContract[]> {
  const sources = await Promise.all((await yamlFiles(folder)).map(readYaml));
  return sources.map(({ value, origin }) => parseContract(value, origin));
}
