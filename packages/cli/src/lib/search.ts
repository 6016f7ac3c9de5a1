import { CapstanError, EXIT } from '@capstan/base';
import {
  type Catalog,
  type CatalogEntry,
  type CatalogWarning,
  hiddenPackage,
  latestEntries,
  type SearchHit,
  searchCapabilities,
  standingQuestion,
  whyNotInstallable,
} from '@capstan/capability-center';
import { inRange, versionLabel } from '@capstan/capability-model';
import type { KubeClient } from '@capstan/kube';
import { didYouMean } from '@capstan/oam-model';
import { CLI_CODES } from '../codes.ts';
import { clusterCatalog } from './cluster-catalog.ts';
import { orForbidden } from './forbidden.ts';
import { meantBy, type Note } from './meant-package.ts';
import { systemIsInstalled } from './types-catalog.ts';

/** Best hits for which the resolver is asked; who looks at more looks for a name. */
const MAX_ASKED = 50;

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
  readonly offers: readonly OfferedVersion[];
  readonly installed?: string;
}

/** One version of a package, as `--versions` tells it. */
export interface OfferedVersion {
  readonly version: string;
  readonly lifecycle: string;
  readonly channels: readonly string[];
  readonly kubernetes: string;
  /** Whether it runs on the version of this cluster. */
  readonly runsHere: boolean;
  readonly installed: boolean;
  readonly center: string;
  readonly digest: string;
}

/** Searches the cluster's centers for packages; an empty query finds all. */
export async function search(
  client: KubeClient,
  query: string,
  kind: 'workload' | 'trait' | undefined,
  signal: AbortSignal,
): Promise<SearchResult> {
  const { catalog, installed, kubernetes } = await clusterCatalog(client, signal);
  const hits = searchCapabilities(catalog, query, { installed, kubernetes, ...(kind === undefined ? {} : { kind }) });
  const cluster = kubernetes.replace(/^v/, '').replace(/[+-].*$/, '');
  const asked = hits.filter(({ blocked }) => blocked === undefined).map(({ name }) => name);
  const others = await obstacles(client, catalog, asked.slice(0, MAX_ASKED));
  return {
    hits: hits.map((hit) => {
      const blocked = hit.blocked === undefined ? others.get(hit.name) : `${hit.blocked} (cluster ${cluster})`;
      return blocked === undefined ? hit : { ...hit, blocked };
    }),
    warnings: catalog.warnings,
  };
}

/** Why packages cannot be installed beside what there is; nothing for who may not see what there is. */
async function obstacles(
  client: KubeClient,
  catalog: Catalog,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (names.length === 0 || !(await systemIsInstalled(client))) return new Map();
  const question = await orForbidden(standingQuestion({ client, catalog }));
  return question ? whyNotInstallable(question, names) : new Map();
}

/** The newest version of a package that runs on the cluster; an alias is said. Fails with exit 2 and the nearest name. */
export async function showPackage(
  client: KubeClient,
  word: string,
  { note, signal }: { readonly note: Note; readonly signal: AbortSignal },
): Promise<ShownPackage> {
  const { catalog, installed, kubernetes } = await clusterCatalog(client, signal);
  const latest = latestEntries(catalog, { kubernetes });
  const name = meantBy(word, catalog.entries, note);
  const entry = latest.find(({ metadata }) => metadata.name === name);
  if (!entry) throw hiddenPackage(catalog, name) ?? unknownPackage(name, latest);
  const entries = catalog.entries.filter(({ metadata }) => metadata.name === name);
  const there = installed.get(name);
  return {
    entry,
    versions: entries.map(({ metadata }) => metadata.version),
    offers: entries.map((one) => offeredVersion(one, kubernetes, there)),
    ...(there === undefined ? {} : { installed: there }),
  };
}

function offeredVersion(
  { metadata, center, digest }: CatalogEntry,
  kubernetes: string,
  there: string | undefined,
): OfferedVersion {
  const { lifecycle, platform, channel } = metadata;
  const wanted = platform.kubernetes ?? '*';
  return {
    version: versionLabel(metadata),
    lifecycle: [lifecycle.phase, lifecycle.reason].filter(Boolean).join(': '),
    channels: channel,
    kubernetes: wanted,
    runsHere: inRange(kubernetes.replace(/^v/, '').replace(/[+-].*$/, ''), wanted),
    installed: versionLabel(metadata) === there,
    center,
    digest,
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
