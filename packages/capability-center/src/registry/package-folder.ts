import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubernetesObject } from '@capstan/base';
import {
  type CapabilityPackage,
  MODEL_CODES,
  type PackageDocument,
  parsePackage,
  publishPackage,
} from '@capstan/capability-model';
import { readBounded } from './bounded-read.ts';
import { parseSourceText } from './source-text.ts';

const MAX_SOURCE_BYTES = 4 * 1024 * 1024;

/**
 * The package of a plugin's folder as it is published: capability.yaml with the objects of definitions/*.yaml and
 * crds/*.yaml embedded. Rejects with CAPSTAN_PACKAGE_INVALID, which names file, line and column.
 */
export async function readPackageDocument(folder: string): Promise<PackageDocument> {
  const { value, origin } = await readYaml(join(folder, 'capability.yaml'));
  return publishPackage({
    source: value,
    origin,
    definitions: await readObjects(join(folder, 'definitions')),
    crds: await readObjects(join(folder, 'crds')),
  });
}

/** The metadata of a plugin's folder, as a reader of its publication would see it; rejects as `readPackageDocument`. */
export async function readPackageFolder(folder: string): Promise<CapabilityPackage> {
  return parsePackage(await readPackageDocument(folder));
}

async function readObjects(folder: string): Promise<KubernetesObject[]> {
  const files = (await filesOf(folder)).filter((name) => /\.ya?ml$/.test(name)).sort();
  const objects = await Promise.all(files.map(async (name) => (await readYaml(join(folder, name))).value));
  return objects as KubernetesObject[];
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
