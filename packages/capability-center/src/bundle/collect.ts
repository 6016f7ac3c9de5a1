import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CapstanError } from '@capstan/base';
import { type CapabilityPackage, canonicalJson, digestOf, type HelmUnit } from '@capstan/capability-model';
import type { CenterRecord, ResolvedChart } from '../center/types.ts';
import { CENTER_CODES } from '../codes.ts';
import type { InstallerContext } from '../installer/context.ts';
import type { ArchiveFile } from '../registry/archive.ts';
import type { CatalogEntry } from '../registry/catalog.ts';
import { contractPath, EMPTY_INDEX, metadataPath, type RegistryIndex, withVersion } from '../registry/index-file.ts';
import { documentText } from '../registry/read-registry.ts';
import { type OpenedRegistry, openRegistry, parseIndex } from '../registry/snapshot.ts';
import type { RegistryAccess } from '../registry/source.ts';
import { BUNDLE_REGISTRY, type BundledChart } from './format.ts';

/** The files of a bundle while they are brought together, by their path. */
export type BundleFiles = Map<string, Buffer>;

/** Puts the metadata of package versions and their contracts into the bundle as a directory registry. */
export async function collectRegistry(
  files: BundleFiles,
  entries: readonly CatalogEntry[],
  opened: ReadonlyMap<string, OpenedRegistry>,
): Promise<void> {
  let index: RegistryIndex = EMPTY_INDEX;
  const contracts = new Map<string, { readonly digest: string }>();
  for (const { center, metadata, digest } of entries) {
    const { name } = metadata;
    const path = metadataPath(name, metadata);
    const registry = opened.get(center);
    const text = registry ? await documentText(registry, path, digest) : recordedText(metadata, digest);
    files.set(`${BUNDLE_REGISTRY}/${path}`, Buffer.from(text, 'utf8'));
    const { version, release, lifecycle } = metadata;
    // What a center's index says of a version after its publication goes with it.
    index = withVersion(index, name, { version, release, digest, lifecycle });
    if (registry) await collectContracts(files, metadata, registry, contracts);
  }
  const listed = contracts.size === 0 ? {} : { contracts: Object.fromEntries([...contracts].sort()) };
  files.set(`${BUNDLE_REGISTRY}/index.json`, jsonFile({ ...index, ...listed }));
}

/** Opens the registries of the centers that entries came from; one that is gone is left out. */
export async function openRegistries(
  entries: readonly CatalogEntry[],
  centers: readonly CenterRecord[],
  access: RegistryAccess,
): Promise<Map<string, OpenedRegistry>> {
  const opened = new Map<string, OpenedRegistry>();
  for (const name of new Set(entries.map(({ center }) => center))) {
    const center = centers.find((candidate) => candidate.name === name);
    if (center) opened.set(name, await openRegistry(center, access, { signatures: true }));
  }
  return opened;
}

/** Puts what each center said, with its signatures, into the bundle. */
export function collectSignatures(files: BundleFiles, opened: ReadonlyMap<string, OpenedRegistry>): void {
  for (const [name, { center, snapshot }] of opened) {
    const { index, manifest, signatures } = snapshot;
    const said = { type: center.type, index, ...(manifest === undefined ? {} : { manifest }), signatures };
    if (signatures.length > 0) files.set(`signatures/${name}.json`, jsonFile(said));
  }
}

/** Puts a package's charts into the bundle; answers what they are. */
export async function collectCharts(
  files: BundleFiles,
  context: InstallerContext,
  { center, metadata }: CatalogEntry,
): Promise<BundledChart[]> {
  const charts: BundledChart[] = [];
  const units = metadata.install.units.filter((unit): unit is HelmUnit => unit.type === 'helm');
  for (const { chart } of units) {
    const resolved = await context.resolveChart(center, chart);
    const folder = repositoryFolder(chart.repository);
    for (const { path, bytes } of await chartFiles(resolved, chart)) files.set(`${folder}/${path}`, bytes);
    const { digest, standIn } = resolved;
    charts.push({ name: chart.name, version: chart.version, repository: chart.repository, digest, standIn });
  }
  return charts;
}

/** Folder of a repository's charts in a bundle. */
export function repositoryFolder(repository: string): string {
  const readable = repository.replace(/^[a-z]+:\/\//, '').replace(/[^A-Za-z0-9.-]+/g, '-');
  const hash = createHash('sha256').update(repository).digest('hex').slice(0, 8);
  return `charts/${readable.replace(/^[-.]+|[-.]+$/g, '').slice(0, 60)}-${hash}`;
}

/** JSON in its one form, indented for people. */
export function jsonFile(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(JSON.parse(canonicalJson(value)), undefined, 2)}\n`, 'utf8');
}

/** An archive stays the archive that its repository published; other charts go in file by file. */
async function chartFiles(
  resolved: ResolvedChart,
  { name, version }: { readonly name: string; readonly version: string },
): Promise<ArchiveFile[]> {
  if (resolved.archive) return [{ path: `${name}-${version}.tgz`, bytes: await readFile(resolved.archive.path) }];
  const found = await readdir(resolved.path, { recursive: true, withFileTypes: true });
  const files = found.filter((entry) => entry.isFile());
  return Promise.all(
    files.map(async (entry) => {
      const file = join(entry.parentPath, entry.name);
      const path = file.slice(resolved.path.length).replace(/^\//, '');
      return { path: `${name}/${version}/${path}`, bytes: await readFile(file) };
    }),
  );
}

async function collectContracts(
  files: BundleFiles,
  metadata: CapabilityPackage,
  registry: OpenedRegistry,
  contracts: Map<string, { readonly digest: string }>,
): Promise<void> {
  const { contracts: listed = {} } = parseIndex(registry.source, registry.snapshot.index);
  for (const { id } of metadata.provides.capabilities) {
    const contract = Object.hasOwn(listed, id) ? listed[id] : undefined;
    if (!contract || contracts.has(id)) continue;
    const text = await documentText(registry, contractPath(id), contract.digest);
    files.set(`${BUNDLE_REGISTRY}/${contractPath(id)}`, Buffer.from(text, 'utf8'));
    contracts.set(id, { digest: contract.digest });
  }
}

/** The metadata of an installed package whose center is gone. */
function recordedText(metadata: CapabilityPackage, digest: string): string {
  if (digestOf(metadata) === digest) return jsonFile(metadata).toString('utf8');
  throw new CapstanError(
    CENTER_CODES.registryUnreadable,
    `The metadata of ${metadata.name} ${metadata.version} cannot be bundled: no center that is recorded offers it.`,
    { hint: 'A bundle holds what a center published, unchanged. Record the center again, or upgrade the package.' },
  );
}
