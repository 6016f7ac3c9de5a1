import { CapstanError, type ExitCode, isCapstanError } from '@capstan/base';
import { type CapabilityPackage, compareVersionIds, digestOf, versionLabel } from '@capstan/capability-model';
import type { CenterRecord } from '../center/types.ts';
import { CENTER_CODES } from '../codes.ts';
import { readRegistry, type SkippedVersion } from './read-registry.ts';
import type { RegistryAccess } from './source.ts';

/** One version of a package as a center offers it. */
export interface CatalogEntry {
  readonly center: string;
  readonly metadata: CapabilityPackage;
  /** Digest of the published metadata: the package's identity is `center/name@version#digest`. */
  readonly digest: string;
}

/** Where and when a center's part of a catalog was read. */
export interface CatalogSource {
  readonly center: string;
  readonly type: CenterRecord['type'];
  readonly location: string;
  /** Digest of the index file, or of the artifact's manifest. */
  readonly digest: string;
  readonly fetchedAt: string;
  readonly ageMs: number;
  /** Why the center itself was not read; what it offers is then what it offered `ageMs` ago. */
  readonly offline?: string;
  /** The key that signed it, where the center's policy asks for one. */
  readonly signedBy?: string;
}

/** Something that a catalog lacks, and why. */
export interface CatalogWarning {
  readonly center: string;
  readonly message: string;
  /** What cannot be seen because of it, in words. */
  readonly hides: string;
  /** The error that a center which offers nothing was refused with. */
  readonly error?: { readonly code: string; readonly hint?: string; readonly exit: ExitCode };
}

/** What all centers offer at one moment. Everything after loading is pure. */
export interface Catalog {
  /** By name, then newest first. Of several centers with the same version the one of higher priority is kept. */
  readonly entries: readonly CatalogEntry[];
  readonly centers: readonly string[];
  readonly warnings: readonly CatalogWarning[];
  /** Of the centers that could be read, in their order. */
  readonly sources: readonly CatalogSource[];
  /** Changes when anything that is offered changes. */
  readonly digest: string;
}

/** A package that is installed, and the center it came from. */
export interface InstalledFrom {
  readonly package: string;
  readonly center?: string;
}

/** Options of `loadCatalog`. */
export interface LoadCatalogOptions extends RegistryAccess {
  /** What is installed, for warnings that name what they hide. */
  readonly installed?: readonly InstalledFrom[];
  /** Answers what can be read, even when no center can: a catalog without entries. */
  readonly tolerant?: boolean;
}

/**
 * What the centers offer together; they are read at the same time, and their order does not matter. A center that
 * cannot be read, is damaged or is not signed as its policy asks is a warning that names what it hides, and one that
 * was read from the cache is a warning that names its age. When no center can be read, rejects as `readRegistry` did
 * for the first, unless `tolerant`.
 */
export async function loadCatalog(
  centers: readonly CenterRecord[],
  options: LoadCatalogOptions = {},
): Promise<Catalog> {
  const { installed = [], tolerant = false, ...access } = options;
  const ordered = inOrder(centers);
  const read = await Promise.all(ordered.map((center) => readOrRefuse(center, access)));
  const contents = read.flatMap(({ content }) => content ?? []);
  const warnings = read.flatMap(({ center, content, error }): CatalogWarning[] => {
    if (error) return [refusal(center, error, installed)];
    const stale = content?.source.offline === undefined ? [] : [staleness(content.source)];
    return [...stale, ...(content?.skipped ?? []).map((one) => tooNew(center, one))];
  });
  const failed = read.find(({ error }) => error)?.error;
  if (failed && contents.length === 0 && !tolerant) throw failed;
  const entries = contents.flatMap((content) => content.entries);
  const catalog = catalogOf(
    entries,
    ordered.map(({ name }) => name),
    warnings,
  );
  return { ...catalog, sources: contents.map(({ source }) => source) };
}

async function readOrRefuse(center: CenterRecord, access: RegistryAccess) {
  const { name } = center;
  try {
    return { center: name, content: await readRegistry(center, access), error: undefined };
  } catch (error) {
    if (!isCapstanError(error) || !REFUSALS.includes(error.code)) throw error;
    return { center: name, content: undefined, error };
  }
}

/** What is wrong with one center must not stop what others offer. */
const REFUSALS: readonly string[] = [
  CENTER_CODES.registryUnreadable,
  CENTER_CODES.registryCorrupt,
  CENTER_CODES.registryUntrusted,
  CENTER_CODES.credentialsMissing,
];

function refusal(center: string, error: CapstanError, installed: readonly InstalledFrom[]): CatalogWarning {
  const { message, code, hint, exit } = error;
  const reason = { code, exit, ...(hint === undefined ? {} : { hint }) };
  return { center, message, hides: whatIsHidden(center, installed), error: reason };
}

function tooNew(center: string, { label, message }: SkippedVersion): CatalogWarning {
  return { center, message: `${label} of ${center} is left out: ${message}`, hides: label };
}

function staleness({ center, offline, fetchedAt, ageMs }: CatalogSource): CatalogWarning {
  return {
    center,
    message: `The center ${center} cannot be read: ${offline}. What it offered ${inWords(ageMs)} ago is used.`,
    hides: `what ${center} published after ${fetchedAt}`,
  };
}

/**
 * The error for a package that no center offers which could be read, when others were refused: one of them may offer
 * the package. All of them are named, and what the package may have been meant to be. Undefined when every center was
 * read.
 */
export function hiddenPackage(
  catalog: Pick<Catalog, 'warnings'>,
  name: string,
  near: readonly string[] = [],
): CapstanError | undefined {
  const refused = catalog.warnings.filter(({ error }) => error !== undefined);
  const [first] = refused;
  if (!first?.error) return undefined;
  const { code, exit, hint } = first.error;
  const why = refused.map(({ message }) => message).join(' ');
  const meant = near.length > 0 ? `Did you mean ${near.join(' or ')}?` : undefined;
  return new CapstanError(code, `No center that can be read offers ${name}. ${why}`, {
    exit,
    hint: [meant, hint].filter((part) => part !== undefined).join(' '),
    fields: { package: name, center: first.center, nearest: near },
  });
}

/** A length of time in the largest unit that fits: `3 minutes`. */
export function inWords(ms: number): string {
  const units = [
    ['day', 86_400_000],
    ['hour', 3_600_000],
    ['minute', 60_000],
    ['second', 1000],
  ] as const;
  for (const [unit, length] of units) {
    const count = Math.floor(ms / length);
    if (count > 0) return `${count} ${unit}${count === 1 ? '' : 's'}`;
  }
  return 'a moment';
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
  return { entries, centers, warnings, sources: [], digest: digestOf(identity) };
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
