import { CapstanError, EXIT } from '@capstan/base';
import { CENTER_CODES } from '../codes.ts';
import { type ArchiveFile, type ArchiveLimits, pathProblem } from '../registry/archive.ts';
import type { LockChange } from '../resolver/types.ts';

/** `apiVersion` of a bundle's list. */
export const BUNDLE_API_VERSION = 'bundle.capstan.dev/v1';

/** `kind` of a bundle's list. */
export const BUNDLE_KIND = 'CapabilityBundle';

/** Path of the list in a bundle; the first file of the archive. */
export const BUNDLE_LIST = 'bundle.json';

/** Folder of the bundle's registry: a directory center. */
export const BUNDLE_REGISTRY = 'registry';

/** What a bundle may hold at most. */
export const BUNDLE_LIMITS: ArchiveLimits = { files: 20_000, bytes: 512 * 1024 * 1024 };

/** A chart in a bundle. */
export interface BundledChart {
  readonly name: string;
  /** As the package names it; a stand-in has more in its own Chart.yaml. */
  readonly version: string;
  readonly repository: string;
  /** Digest of its files. */
  readonly digest: string;
  readonly standIn: boolean;
}

/** A package version in a bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly release: number;
  /** Digest of the published metadata. */
  readonly digest: string;
  /** The center that offered it; `signatures/<center>.json` is what that center said. */
  readonly center: string;
  readonly charts: readonly BundledChart[];
}

/** An image that the packages run. */
export interface BundledImage {
  readonly ref: string;
  /** Where the package pins it. */
  readonly digest?: string;
  readonly packages: readonly string[];
}

/** The list of a bundle: what it holds and what it was made for. It has no times, paths or names of machines. */
export interface BundleList {
  readonly apiVersion: typeof BUNDLE_API_VERSION;
  readonly kind: typeof BUNDLE_KIND;
  /** What was asked for; values are left out, they can be secret. */
  readonly goals: readonly { readonly package: string; readonly range?: string; readonly center?: string }[];
  /** The plan that these goals had when the bundle was made, and the facts that it was made for. */
  readonly plan: { readonly digest: string; readonly kubernetes: string; readonly cluster: string };
  /** What was decided, with the clause that forced each choice. */
  readonly resolution: readonly LockChange[];
  readonly packages: readonly BundledPackage[];
  readonly images: readonly BundledImage[];
  /** Folder of each chart repository, for the mirrors. */
  readonly repositories: Readonly<Record<string, string>>;
  /** Digest of every other file of the bundle. */
  readonly files: Readonly<Record<string, string>>;
}

/** Checks a bundle's list; throws CAPSTAN_BUNDLE_INVALID. Unknown fields are tolerated. */
export function parseBundleList(files: readonly ArchiveFile[]): BundleList {
  const list = files.find(({ path }) => path === BUNDLE_LIST);
  if (!list) throw invalidBundle(`it has no ${BUNDLE_LIST}`);
  let value: unknown;
  try {
    value = JSON.parse(list.bytes.toString('utf8'));
  } catch {
    throw invalidBundle(`its ${BUNDLE_LIST} is not JSON`);
  }
  const problem = listProblem(value);
  if (problem !== undefined) throw invalidBundle(`its ${BUNDLE_LIST} ${problem}`);
  return value as BundleList;
}

/** The error for a bundle that cannot be used. */
export function invalidBundle(why: string): CapstanError {
  return new CapstanError(CENTER_CODES.bundleInvalid, `The bundle cannot be used: ${why}.`, {
    hint: 'Nothing was recorded. Copy the file again, or make a new bundle.',
    exit: EXIT.failed,
  });
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;

function listProblem(value: unknown): string | undefined {
  if (!isRecord(value)) return 'is not an object';
  const { apiVersion, kind, plan, packages, images, repositories, files, goals, resolution } = value;
  if (apiVersion !== BUNDLE_API_VERSION || kind !== BUNDLE_KIND)
    return `is not a ${BUNDLE_KIND} of ${BUNDLE_API_VERSION}`;
  if (!isRecord(plan) || typeof plan['digest'] !== 'string') return 'names no plan';
  if (![packages, images, goals, resolution].every(Array.isArray)) return 'lacks packages, images, goals or resolution';
  if (!(packages as unknown[]).every(isPackage))
    return 'lists a package without name, version, digest, center or charts';
  if (!(goals as unknown[]).every((goal) => isRecord(goal) && hasTexts(goal, ['package'])))
    return 'has a goal without name';
  if (!isRecord(repositories) || !Object.values(repositories).every(isPath)) return 'names a folder outside of it';
  if (!isRecord(files) || !Object.keys(files).every(isPath)) return 'lists a file outside of it';
  return Object.values(files).every((digest) => typeof digest === 'string' && DIGEST.test(digest))
    ? undefined
    : 'lists a file without its digest';
}

function isPackage(value: unknown): boolean {
  if (!isRecord(value) || !hasTexts(value, ['name', 'version', 'digest', 'center'])) return false;
  const { charts, release } = value;
  return Number.isSafeInteger(release) && Array.isArray(charts) && charts.every(isChart);
}

function isChart(value: unknown): boolean {
  return isRecord(value) && hasTexts(value, ['name', 'version', 'repository', 'digest']);
}

function hasTexts(value: Record<string, unknown>, names: readonly string[]): boolean {
  return names.every((name) => typeof value[name] === 'string');
}

const isPath = (path: unknown): boolean => typeof path === 'string' && pathProblem(path) === undefined;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
