import { type CapstanError, isCapstanError } from '@capstan/base';
import { type CapabilityPackage, compareVersionIds, digestOf, versionLabel } from '@capstan/capability-model';
import type { CenterRecord } from '../center/types.ts';
import { CENTER_CODES } from '../codes.ts';
import { readDirectoryRegistry } from './directory-registry.ts';

/** One version of a package as a center offers it. */
export interface CatalogEntry {
  readonly center: string;
  readonly metadata: CapabilityPackage;
  /** Digest of the published metadata: the package's identity is `center/name@version#digest`. */
  readonly digest: string;
}

/** Something that a catalog lacks, and why. */
export interface CatalogWarning {
  readonly center: string;
  readonly message: string;
  /** What cannot be seen because of it, in words. */
  readonly hides: string;
}

/** What all centers offer at one moment. Everything after loading is pure. */
export interface Catalog {
  /** By name, then newest first. Of several centers with the same version the one of higher priority is kept. */
  readonly entries: readonly CatalogEntry[];
  readonly centers: readonly string[];
  readonly warnings: readonly CatalogWarning[];
  /** Changes when anything that is offered changes: plans bind it. */
  readonly digest: string;
}

/** A package that is installed, and the center it came from. */
export interface InstalledFrom {
  readonly package: string;
  readonly center?: string;
}

/**
 * What the centers offer together. A center that cannot be read is a warning that names what it hides; when none can be
 * read, rejects with CAPSTAN_REGISTRY_UNREADABLE. Damaged files reject with CAPSTAN_REGISTRY_CORRUPT: a catalog with
 * holes could resolve to something that nobody wanted.
 */
export async function loadCatalog(
  centers: readonly CenterRecord[],
  installed: readonly InstalledFrom[] = [],
): Promise<Catalog> {
  const entries: CatalogEntry[] = [];
  const failures: { center: string; error: CapstanError }[] = [];
  for (const center of inOrder(centers)) {
    try {
      entries.push(...(await readDirectoryRegistry(center)));
    } catch (error) {
      if (!isCapstanError(error, CENTER_CODES.registryUnreadable)) throw error;
      failures.push({ center: center.name, error });
    }
  }
  const [first] = failures;
  if (first && failures.length === centers.length) throw first.error;
  const warnings = failures.map(({ center, error }) => ({
    center,
    message: error.message,
    hides: whatIsHidden(center, installed),
  }));
  return catalogOf(
    entries,
    inOrder(centers).map(({ name }) => name),
    warnings,
  );
}

/** A catalog of entries that are at hand; of equal versions the first is kept. */
export function catalogOf(
  offered: readonly CatalogEntry[],
  centers: readonly string[],
  warnings: readonly CatalogWarning[] = [],
): Catalog {
  const kept = new Map<string, CatalogEntry>();
  for (const entry of offered) {
    const key = `${entry.metadata.name}@${versionLabel(entry.metadata)}`;
    if (!kept.has(key)) kept.set(key, entry);
  }
  const entries = [...kept.values()].sort(
    (a, b) => compareText(a.metadata.name, b.metadata.name) || compareVersionIds(b.metadata, a.metadata),
  );
  const identity = entries.map(({ center, metadata, digest }) => [
    center,
    metadata.name,
    versionLabel(metadata),
    digest,
  ]);
  return { entries, centers, warnings, digest: digestOf(identity) };
}

/** Centers by priority, highest first, then by name. */
function inOrder(centers: readonly CenterRecord[]): CenterRecord[] {
  return [...centers].sort((a, b) => (b.priority ?? 0) - (a.priority ?? 0) || compareText(a.name, b.name));
}

function whatIsHidden(center: string, installed: readonly InstalledFrom[]): string {
  const from = installed.filter((each) => each.center === center).map((each) => each.package);
  const known = from.length > 0 ? `, among them ${from.sort().join(', ')} (installed from it)` : '';
  return `every package that only ${center} offers${known}`;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
