import { existsSync, globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../../packages/base/src/index.ts';
import {
  readContractFolder,
  readPackageDocuments,
} from '../../packages/capability-center/src/registry/package-folder.ts';
import {
  type CapabilityPackage,
  configuredObjects,
  configuredValues,
  type HelmUnit,
  helmUnits,
  parsePackage,
  unitValues,
} from '../../packages/capability-model/src/index.ts';
import type { Helm } from '../../packages/helm-ts/src/index.ts';

const root = dirname(dirname(import.meta.dirname));

/** A folder of charts, `<chart>/<version>/`. */
export interface ChartFolder {
  readonly name: 'stand-ins' | 'upstream';
  readonly directory: string;
}

/** The charts that come with Capstan. */
export const STAND_INS: ChartFolder = { name: 'stand-ins', directory: join(root, 'charts', 'stand-ins') };

/** The unpacked upstream charts that CAPSTAN_CHARTS names, or undefined when it names none. */
export function upstreamCharts(env: NodeJS.ProcessEnv = process.env): ChartFolder | undefined {
  const directory = env['CAPSTAN_CHARTS'];
  return directory ? { name: 'upstream', directory } : undefined;
}

/** Every version of the packages of plugins/, or of those named; the newest of each first. */
export async function packageVersions(
  only?: readonly string[],
): Promise<ReadonlyMap<string, readonly CapabilityPackage[]>> {
  const contracts = await readContractFolder(join(root, 'contracts'));
  const all = globSync('plugins/*/capability.yaml', { cwd: root }).sort().map(dirname);
  const folders = only === undefined ? all : all.filter((folder) => only.includes(basename(folder)));
  const versions = await Promise.all(
    folders.map(async (folder) => {
      const documents = await readPackageDocuments(join(root, folder), { contracts });
      return documents.map((document) => parsePackage(document));
    }),
  );
  return new Map(versions.map((one) => [one[0]?.name ?? '', one]));
}

/** Where a unit's chart lies in a folder. */
export function chartPath(folder: ChartFolder, { chart }: HelmUnit): string {
  return join(folder.directory, chart.name, chart.version);
}

/** The units of a version whose chart a folder lacks. */
export function missingCharts(folder: ChartFolder, metadata: CapabilityPackage): string[] {
  const paths = helmUnits(metadata).map((unit) => chartPath(folder, unit));
  return paths.filter((path) => !existsSync(join(path, 'Chart.yaml')));
}

/** What the charts of a version render with its default configuration. */
export interface RenderedPackage {
  readonly crds: readonly KubernetesObject[];
  readonly objects: readonly KubernetesObject[];
  /** Objects of its manifests units. */
  readonly manifests: readonly KubernetesObject[];
}

/** Renders a version's charts out of a folder, CRDs switched on, and its manifests units. */
export async function renderPackage(
  helm: Helm,
  folder: ChartFolder,
  metadata: CapabilityPackage,
): Promise<RenderedPackage> {
  const configuration = configuredValues(metadata);
  const rendered: KubernetesObject[] = [];
  for (const unit of helmUnits(metadata)) {
    const values = unitValues(unit, configuration, unit.crds?.extractValues ?? {});
    const namespace = unit.namespace ?? metadata.install.namespace;
    rendered.push(
      ...(await helm.template(unit.release, chartPath(folder, unit), { namespace, values, includeCrds: true })),
    );
  }
  const manifests = metadata.install.units.flatMap((unit) => {
    return unit.type === 'manifests' ? configuredObjects(unit, configuration) : [];
  });
  const own = metadata.install.crds.flatMap(({ object }) => (object === undefined ? [] : [object]));
  return {
    crds: [...own, ...rendered, ...manifests].filter(isCrd),
    objects: rendered.filter((object) => !isCrd(object)),
    manifests: manifests.filter((object) => !isCrd(object)),
  };
}

/**
 * CRDs that upstream's programs make at run time and no chart has: `crds/<name>/<version>/*.yaml` below the folder. The
 * newest version, or the oldest.
 */
export async function runtimeCrds(folder: ChartFolder, which: 'newest' | 'oldest'): Promise<KubernetesObject[]> {
  const files = globSync('crds/*/*/*.yaml', { cwd: folder.directory }).sort((one, other) =>
    one.localeCompare(other, 'en', { numeric: true }),
  );
  const byName = Map.groupBy(files, (file) => file.split('/')[1] ?? '');
  const chosen = [...byName.values()].flatMap((versions) => {
    const version = dirname((which === 'newest' ? versions.at(-1) : versions[0]) ?? '');
    return versions.filter((file) => dirname(file) === version);
  });
  const objects = await Promise.all(chosen.map((file) => readObjects(join(folder.directory, file))));
  return objects.flat().filter(isCrd);
}

/** Rendered objects of a golden file, with where they stand. */
export interface GoldenObject {
  readonly file: string;
  readonly object: KubernetesObject;
}

/** What the golden files of plugins, or of those named, say that is rendered: the documents after the line `# rendered`. */
export async function goldenObjects(only: readonly string[] = ['*']): Promise<GoldenObject[]> {
  const patterns = only.map((plugin) => `plugins/${plugin}/test/golden/*.yaml`);
  const files = globSync(patterns, { cwd: root }).sort();
  const objects = await Promise.all(
    files.map(async (file) => {
      const [, rendered = ''] = (await readFile(join(root, file), 'utf8')).split(/^# rendered.*$/m);
      return documentsOf(rendered, file).map((object) => ({ file, object }));
    }),
  );
  return objects.flat();
}

async function readObjects(file: string): Promise<KubernetesObject[]> {
  return documentsOf(await readFile(file, 'utf8'), file);
}

function documentsOf(text: string, file: string): KubernetesObject[] {
  return parseAllDocuments(text).flatMap((document) => {
    if (document.errors[0]) throw new Error(`${file}: ${document.errors[0].message}`);
    const value = document.toJS() as KubernetesObject | null;
    return value === null ? [] : [value];
  });
}

const isCrd = ({ kind }: KubernetesObject): boolean => kind === 'CustomResourceDefinition';
