import { rename, rm, writeFile } from 'node:fs/promises';
import { CapstanError, EXIT, messageOf } from '@capstan/base';
import { digestOfText, versionLabel } from '@capstan/capability-model';
import { accessOf } from '../center/add-center.ts';
import { readCenters } from '../center/center-records.ts';
import { CENTER_CODES } from '../codes.ts';
import type { InstallerContext } from '../installer/context.ts';
import { planInstall } from '../plan/plan-install.ts';
import type { InstallPlan, PackagePlan, PlanRequest } from '../plan/types.ts';
import { centerCache } from '../registry/cache.ts';
import type { CatalogEntry } from '../registry/catalog.ts';
import {
  type BundleFiles,
  collectCharts,
  collectRegistry,
  collectSignatures,
  jsonFile,
  openRegistries,
  repositoryFolder,
} from './collect.ts';
import {
  BUNDLE_API_VERSION,
  BUNDLE_KIND,
  BUNDLE_LIST,
  type BundledImage,
  type BundledPackage,
  type BundleList,
} from './format.ts';
import { packArchive } from './pack.ts';

/** What `writeBundle` is asked. */
export interface WriteBundleOptions extends Pick<PlanRequest, 'goals' | 'allowStandIns'> {
  /** Path of the file that is written. */
  readonly file: string;
  /** Directory of the registry shipped with Capstan. */
  readonly bundled: string;
  /** As for `openCenter`. */
  readonly cacheDirectory?: string;
  readonly signal?: AbortSignal;
}

/** A bundle that was written. */
export interface WrittenBundle {
  readonly file: string;
  readonly bytes: number;
  /** `sha256:` digest of the file. */
  readonly digest: string;
  readonly list: BundleList;
  /** What the plan warns of and what forbids to carry it out here; the bundle is written all the same. */
  readonly warnings: readonly string[];
}

/**
 * Writes everything that installing the goals takes into one file: the metadata of the chosen packages and of those that
 * they need, their contracts and charts, the list of images, the centers' signatures, and the plan's digest with the
 * decisions behind it. Planning the same goals from the bundle gives that digest again. The same input makes the same
 * bytes. Rejects as `planInstall` and `resolveChart` do, and with CAPSTAN_BUNDLE_INVALID when the file cannot be written.
 */
export async function writeBundle(context: InstallerContext, options: WriteBundleOptions): Promise<WrittenBundle> {
  const { goals, allowStandIns = false, file, bundled, cacheDirectory, signal } = options;
  const plan = await planInstall(context, { goals, allowStandIns });
  const aborts = signal ? { signal } : {};
  const centers = await readCenters(context.client, { bundled, ...aborts });
  const access = accessOf(context.client, { bundled, cache: centerCache(cacheDirectory), ...aborts });
  const entries = plan.packages.flatMap((planned) => entriesOf(planned, context));
  const opened = await openRegistries(entries, centers, access);
  const files: BundleFiles = new Map();
  await collectRegistry(files, entries, opened);
  collectSignatures(files, opened);
  const packages: BundledPackage[] = [];
  for (const entry of entries) {
    const { name, version, release } = entry.metadata;
    const charts = await collectCharts(files, context, entry);
    packages.push({ name, version, release, digest: entry.digest, center: entry.center, charts });
  }
  const images = imagesOf(plan, entries);
  files.set('images.txt', Buffer.from(images.map(imageLine).join(''), 'utf8'));
  const list = listOf(plan, packages, images, files);
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, bytes]) => ({ path, bytes }));
  const archive = await packArchive([{ path: BUNDLE_LIST, bytes: jsonFile(list) }, ...sorted]);
  await writeWhole(file, archive);
  const warnings = [...plan.warnings, ...plan.blockers.map(({ message }) => message)];
  return { file, bytes: archive.length, digest: digestOfText(archive), list, warnings };
}

/** The version that is planned, from a center that offers it now, and those that later plans must go through. */
function entriesOf(planned: PackagePlan, { catalog }: InstallerContext): CatalogEntry[] {
  const { metadata, metadataDigest: digest, hops = [] } = planned;
  const offered = catalog.entries.find((entry) => entry.metadata.name === planned.name && entry.digest === digest);
  const { center } = offered ?? planned;
  const later = catalog.entries.filter(
    (entry) => entry.metadata.name === planned.name && hops.includes(versionLabel(entry.metadata)),
  );
  return [{ center, metadata, digest }, ...later];
}

function listOf(
  plan: InstallPlan,
  packages: readonly BundledPackage[],
  images: readonly BundledImage[],
  files: BundleFiles,
): BundleList {
  const repositories = new Set(packages.flatMap(({ charts }) => charts.map(({ repository }) => repository)));
  return {
    apiVersion: BUNDLE_API_VERSION,
    kind: BUNDLE_KIND,
    goals: plan.goals.map(({ package: name, range, center }) => ({
      package: name,
      ...(range === undefined ? {} : { range }),
      ...(center === undefined ? {} : { center }),
    })),
    plan: { digest: plan.digest, kubernetes: plan.cluster.version, cluster: plan.cluster.uid },
    resolution: plan.resolution.changes,
    packages,
    images,
    repositories: Object.fromEntries([...repositories].map((one) => [one, repositoryFolder(one)])),
    files: Object.fromEntries([...files].map(([path, bytes]) => [path, digestOfText(bytes)])),
  };
}

/** The images that the charts render here, and those that the packages list, with their digests. */
function imagesOf(plan: InstallPlan, entries: readonly CatalogEntry[]): BundledImage[] {
  const users = new Map<string, Set<string>>();
  const digests = new Map<string, string>();
  const add = (ref: string, user: string) => users.set(ref, (users.get(ref) ?? new Set()).add(user));
  for (const { name, images } of plan.packages) for (const ref of images) add(ref, name);
  for (const { metadata } of entries) {
    for (const { ref, digest } of metadata.install.images) {
      add(ref, metadata.name);
      if (digest !== undefined) digests.set(ref, digest);
    }
  }
  return [...users.keys()].sort().map((ref) => {
    const digest = digests.get(ref);
    return { ref, ...(digest === undefined ? {} : { digest }), packages: [...(users.get(ref) ?? [])].sort() };
  });
}

/** One image a line, as tools that copy images take it. */
function imageLine({ ref, digest }: BundledImage): string {
  return `${digest === undefined || ref.includes('@') ? ref : `${ref}@${digest}`}\n`;
}

async function writeWhole(file: string, bytes: Buffer): Promise<void> {
  const draft = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(draft, bytes);
    await rename(draft, file);
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw new CapstanError(
      CENTER_CODES.bundleInvalid,
      `The bundle cannot be written to ${file}: ${messageOf(cause)}.`,
      {
        hint: 'Name a file in a folder that is there and has room.',
        exit: EXIT.failed,
        cause,
      },
    );
  }
}
