import { inRange, versionLabel } from '@capstan/capability-model';
import semver from 'semver';
import type { Catalog, CatalogEntry } from '../registry/catalog.ts';
import type { CapabilityOfferAnswer } from './answer.ts';
import type { CapabilityQuery } from './query.ts';

/** What offers are chosen by. */
export interface OfferOptions {
  /** Packages that are installed, with their versions: what is there already, or older, is no offer. */
  readonly installed: ReadonlyMap<string, string>;
  /** Version of the cluster: what does not run there is no offer. */
  readonly kubernetes?: string;
  /** A command line of Capstan's, with the flags that reach the cluster. */
  readonly command: (words: string) => string;
}

/**
 * What the centers have that would answer a query: of each package the newest version that fits and runs on the cluster,
 * by name. Yanked versions are no offers. Pure.
 */
export function offersFor(catalog: Catalog, wanted: CapabilityQuery, options: OfferOptions): CapabilityOfferAnswer[] {
  const offers = new Map<string, CapabilityOfferAnswer>();
  for (const entry of catalog.entries) {
    const { name } = entry.metadata;
    if (offers.has(name) || !isOfferable(entry, options)) continue;
    const contract = entry.metadata.provides.capabilities.find(
      ({ id, version, features }) =>
        id === wanted.capability &&
        inRange(version, wanted.range) &&
        wanted.features.every((feature) => features.includes(feature)),
    );
    if (contract) offers.set(name, offerOf(entry, contract, options));
  }
  return [...offers.values()];
}

function isOfferable({ metadata }: CatalogEntry, { installed, kubernetes }: OfferOptions): boolean {
  const { name, version, lifecycle, platform } = metadata;
  const there = installed.get(name);
  if (lifecycle.phase === 'yanked' || (there && semver.valid(there) && semver.lte(version, there))) return false;
  if (kubernetes === undefined || platform.kubernetes === undefined) return true;
  return inRange(kubernetes.replace(/^v|[-+].*$/g, ''), platform.kubernetes);
}

function offerOf(
  { metadata, center }: CatalogEntry,
  { version: contractVersion, features }: { readonly version: string; readonly features: readonly string[] },
  { installed, command }: OfferOptions,
): CapabilityOfferAnswer {
  const { name, version, release } = metadata;
  const words = installed.has(name)
    ? `cap upgrade ${name} --to ${versionLabel(metadata)}`
    : `cap install ${name}@${versionLabel(metadata)}`;
  return { package: name, version, release, center, contractVersion, features, command: command(words) };
}
