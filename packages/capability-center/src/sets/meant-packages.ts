import type { CapabilitySet } from '@capstan/capability-model';
import type { InstallerContext } from '../installer/context.ts';
import type { ClusterLock } from '../installer/lock.ts';
import { recordedEntries } from '../plan/recorded.ts';
import { aliasedPackage } from '../registry/aliases.ts';
import type { CatalogEntry } from '../registry/catalog.ts';

/** A set with every package under its own name, and what was said in other words: `istio means istio-route`. */
export interface MeantSet {
  readonly set: CapabilitySet;
  readonly aliases: readonly string[];
}

/**
 * What the names in sets are looked up in: what the centers offer, and where that leaves a name open also what is
 * installed, so that a set means the same while a center cannot be read.
 */
export async function entriesForSets(
  context: Pick<InstallerContext, 'client' | 'catalog'>,
  lock: ClusterLock,
  sets: readonly CapabilitySet[],
): Promise<readonly CatalogEntry[]> {
  const { entries } = context.catalog;
  const offered = new Set(entries.flatMap(({ metadata }) => [metadata.name, ...(metadata.aliases ?? [])]));
  const named = sets.flatMap(({ spec }) => spec.capabilities.map((one) => one.package));
  return named.every((name) => offered.has(name))
    ? entries
    : [...entries, ...(await recordedEntries(context, { lock }))];
}

/**
 * The set with the packages that its names mean, as `cap install` understands them. An alias stays as it is where the set
 * names its package besides: one of both has to go. Pure.
 */
export function meantPackages(set: CapabilitySet, entries: readonly CatalogEntry[]): MeantSet {
  const taken = new Set(set.spec.capabilities.map((one) => one.package));
  const aliases: string[] = [];
  const capabilities = set.spec.capabilities.map((entry) => {
    const name = aliasedPackage(entry.package, entries);
    if (name === undefined || taken.has(name)) return entry;
    taken.add(name);
    aliases.push(`${entry.package} means ${name}`);
    return { ...entry, package: name };
  });
  return { set: { ...set, spec: { ...set.spec, capabilities } }, aliases };
}
