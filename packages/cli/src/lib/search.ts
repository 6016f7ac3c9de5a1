import { CapstanError, EXIT } from '@capstan/base';
import {
  type CatalogEntry,
  type CatalogWarning,
  credentialsOf,
  latestEntries,
  listInstalled,
  loadCatalog,
  type SearchHit,
  searchCapabilities,
} from '@capstan/capability-center';
import type { KubeClient } from '@capstan/kube';
import { didYouMean } from '@capstan/oam-model';
import { CLI_CODES } from '../codes.ts';
import { orForbidden } from './forbidden.ts';
import { visibleCenters } from './offers.ts';
import { systemIsInstalled } from './types-catalog.ts';

/** What a search found, and what it could not see. */
export interface SearchResult {
  readonly hits: readonly SearchHit[];
  readonly warnings: readonly CatalogWarning[];
}

/** One package as its center publishes it. */
export interface ShownPackage {
  readonly entry: CatalogEntry;
  /** Every version that is offered, newest first. */
  readonly versions: readonly string[];
  readonly installed?: string;
}

/** Searches the cluster's centers for packages; an empty query finds all. */
export async function search(
  client: KubeClient,
  query: string,
  kind: 'workload' | 'trait' | undefined,
  signal: AbortSignal,
): Promise<SearchResult> {
  const { catalog, installed, kubernetes } = await readOffers(client, signal);
  const hits = searchCapabilities(catalog, query, { installed, kubernetes, ...(kind === undefined ? {} : { kind }) });
  return { hits, warnings: catalog.warnings };
}

/** The newest version of a package that runs on the cluster. Fails with exit 2 and the nearest name. */
export async function showPackage(client: KubeClient, name: string, signal: AbortSignal): Promise<ShownPackage> {
  const { catalog, installed, kubernetes } = await readOffers(client, signal);
  const latest = latestEntries(catalog, { kubernetes });
  const entry = latest.find(({ metadata }) => metadata.name === name);
  if (!entry) throw unknownPackage(name, latest);
  const versions = catalog.entries
    .filter(({ metadata }) => metadata.name === name)
    .map(({ metadata }) => metadata.version);
  const there = installed.get(name);
  return { entry, versions, ...(there === undefined ? {} : { installed: there }) };
}

async function readOffers(client: KubeClient, signal: AbortSignal) {
  const [{ centers, warnings }, known, { gitVersion }] = await Promise.all([
    visibleCenters(client, signal),
    systemIsInstalled(client),
    client.version(),
  ]);
  const rows = (known && (await orForbidden(listInstalled({ client })))) || [];
  const catalog = await loadCatalog(centers, {
    installed: rows.map(({ name }) => ({ package: name })),
    credentials: (center) => credentialsOf(center, { client, signal }),
    signal,
  });
  return {
    catalog: { ...catalog, warnings: [...warnings, ...catalog.warnings] },
    installed: new Map(rows.map(({ name, version }) => [name, version])),
    kubernetes: gitVersion,
  };
}

function unknownPackage(name: string, latest: readonly CatalogEntry[]): CapstanError {
  const names = latest.map(({ metadata }) => metadata.name);
  return new CapstanError(CLI_CODES.notFound, `no center offers a package "${name}"`, {
    hint: didYouMean(name, names) ?? `There are: ${names.join(', ') || 'none'}.`,
    next: ['capstan cap search'],
    exit: EXIT.usage,
  });
}
