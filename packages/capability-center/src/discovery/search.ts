import {
  type CapabilityPackage,
  type DefinitionOffer,
  type DefinitionRole,
  inRange,
  versionLabel,
} from '@capstan/capability-model';
import semver from 'semver';
import type { Catalog, CatalogEntry } from '../registry/catalog.ts';

/** Options of `searchCapabilities`. */
export interface SearchOptions {
  /** Only packages that bring such a Definition. */
  readonly kind?: DefinitionRole;
  /** Version by package. */
  readonly installed?: ReadonlyMap<string, string>;
  /** Version of the cluster: the newest version that runs there is shown. */
  readonly kubernetes?: string;
}

/** A package that a search found. */
export interface SearchHit {
  readonly name: string;
  /** The newest version that runs on the cluster, else the newest of all. */
  readonly version: string;
  readonly center: string;
  readonly kinds: readonly DefinitionRole[];
  readonly maturity: CapabilityPackage['maturity'];
  readonly summary: string;
  /** Contract ids. */
  readonly capabilities: readonly string[];
  /** Short names of the Definitions. */
  readonly adds: readonly string[];
  /** Version that is installed. */
  readonly installed?: string;
  /** Why no version could be installed in the cluster: `needs Kubernetes >=1.36`. */
  readonly blocked?: string;
}

/** A Definition that an application asks for, by any of its names. */
export interface DefinitionWish {
  readonly role?: DefinitionRole;
  /** Short name, or `<plural>.<group>`. */
  readonly name?: string;
  readonly kind?: string;
  readonly group?: string;
}

/**
 * The packages in which every word of the query occurs: in the name, contract ids, Definitions, keywords, summary or
 * description. The best first: by where the words were found, then by name. An empty query finds every package.
 */
export function searchCapabilities(catalog: Catalog, query: string, options: SearchOptions = {}): SearchHit[] {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return latestEntries(catalog, options)
    .filter(({ metadata }) => options.kind === undefined || rolesOf(metadata).includes(options.kind))
    .map((entry) => ({ entry, ranks: words.map((word) => rankOf(entry.metadata, word)) }))
    .filter(({ ranks }) => ranks.every((rank) => rank !== undefined))
    .map(({ entry, ranks }) => ({ entry, rank: ranks.reduce<number>((sum, rank) => sum + (rank ?? 0), 0) }))
    .sort((a, b) => a.rank - b.rank || (a.entry.metadata.name < b.entry.metadata.name ? -1 : 1))
    .map(({ entry }) => hitOf(entry, options));
}

/** The newest entry of each package that runs on the cluster; the newest of all where none does. By name. */
export function latestEntries(
  catalog: Catalog,
  { kubernetes }: Pick<SearchOptions, 'kubernetes'> = {},
): CatalogEntry[] {
  const latest = new Map<string, CatalogEntry>();
  const offered = catalog.entries.filter(({ metadata }) => metadata.lifecycle.phase !== 'yanked');
  for (const entry of offered) {
    const known = latest.get(entry.metadata.name);
    const betterThanKnown = known && blockedOn(known.metadata, kubernetes) && !blockedOn(entry.metadata, kubernetes);
    if (!known || betterThanKnown) latest.set(entry.metadata.name, entry);
  }
  return [...latest.values()];
}

/** The packages, each in its newest version, whose Definitions answer to the wish. By name. */
export function packagesOffering(
  catalog: Catalog,
  wish: DefinitionWish,
): { readonly entry: CatalogEntry; readonly definition: DefinitionOffer }[] {
  return latestEntries(catalog).flatMap((entry) =>
    entry.metadata.provides.definitions
      .filter((definition) => answers(definition, wish))
      .map((definition) => ({ entry, definition })),
  );
}

/** Whether a Definition answers to a wish. */
export function answers(definition: DefinitionOffer, { role, name, kind, group }: DefinitionWish): boolean {
  const wanted = name?.toLowerCase();
  return (
    (role === undefined || definition.role === role) &&
    (wanted === undefined || definition.shortName === wanted || definition.name === wanted) &&
    (kind === undefined || definition.kind.toLowerCase() === kind.toLowerCase()) &&
    (group === undefined || definition.name.endsWith(`.${group}`))
  );
}

/** Where a word occurs, 0 being the best place; undefined when it occurs nowhere. */
function rankOf(metadata: CapabilityPackage, word: string): number | undefined {
  const { name, aliases = [], provides, keywords, summary, description = '' } = metadata;
  const places = [
    [name, ...aliases],
    provides.capabilities.map(({ id }) => id),
    provides.definitions.flatMap((definition) => [definition.shortName, definition.name]),
    keywords,
    [summary],
    [description],
  ];
  if (name === word || aliases.includes(word)) return 0;
  const at = places.findIndex((texts) => texts.some((text) => text.toLowerCase().includes(word)));
  return at < 0 ? undefined : at + 1;
}

function hitOf({ metadata, center }: CatalogEntry, { installed, kubernetes }: SearchOptions): SearchHit {
  const there = installed?.get(metadata.name);
  const blocked = blockedOn(metadata, kubernetes);
  return {
    name: metadata.name,
    version: versionLabel(metadata),
    center,
    kinds: rolesOf(metadata),
    maturity: metadata.maturity,
    summary: metadata.summary,
    capabilities: metadata.provides.capabilities.map(({ id }) => id),
    adds: metadata.provides.definitions.map(({ shortName }) => shortName),
    ...(there === undefined ? {} : { installed: there }),
    ...(blocked === undefined ? {} : { blocked }),
  };
}

function rolesOf({ provides }: CapabilityPackage): DefinitionRole[] {
  return [...new Set(provides.definitions.map(({ role }) => role))].sort();
}

function blockedOn({ platform }: CapabilityPackage, kubernetes: string | undefined): string | undefined {
  if (kubernetes === undefined || platform.kubernetes === undefined) return undefined;
  const version = semver.coerce(kubernetes)?.version;
  if (version === undefined || inRange(version, platform.kubernetes)) return undefined;
  return `needs Kubernetes ${platform.kubernetes}`;
}
