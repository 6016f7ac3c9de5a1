import { CapstanError, EXIT } from '@capstan/base';
import {
  type CatalogEntry,
  type CatalogWarning,
  hiddenPackage,
  latestEntries,
  type SearchHit,
  searchCapabilities,
} from '@capstan/capability-center';
import { inRange, versionLabel } from '@capstan/capability-model';
import type { KubeClient } from '@capstan/kube';
import { didYouMean } from '@capstan/oam-model';
import { CLI_CODES } from '../codes.ts';
import { clusterCatalog } from './cluster-catalog.ts';

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
  return {
    hits: hits.map((hit) =>
      hit.blocked === undefined ? hit : { ...hit, blocked: `${hit.blocked} (cluster ${cluster})` },
    ),
    warnings: catalog.warnings,
  };
}

/** The newest version of a package that runs on the cluster. Fails with exit 2 and the nearest name. */
export async function showPackage(client: KubeClient, name: string, signal: AbortSignal): Promise<ShownPackage> {
  const { catalog, installed, kubernetes } = await clusterCatalog(client, signal);
  const latest = latestEntries(catalog, { kubernetes });
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
