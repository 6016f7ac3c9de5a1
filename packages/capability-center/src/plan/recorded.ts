import { versionLabel } from '@capstan/capability-model';
import type { InstallerContext } from '../installer/context.ts';
import type { LockedPackage } from '../installer/lock.ts';
import { listRevisions, lockedPackage, revisionContent } from '../installer/revisions.ts';
import type { InstallerState } from '../installer/state.ts';
import type { CatalogEntry } from '../registry/catalog.ts';
import { mapLimit } from './parallel.ts';

/**
 * Installed versions that no center offers any more, from the plans that installed them: so that they can be kept, and
 * what depends on them can be planned. One whose record is gone too is left out; the resolver then says so.
 */
export async function recordedEntries(
  { client, catalog }: Pick<InstallerContext, 'client' | 'catalog'>,
  { lock }: Pick<InstallerState, 'lock'>,
): Promise<CatalogEntry[]> {
  const offered = new Set(catalog.entries.map(({ metadata }) => `${metadata.name}@${versionLabel(metadata)}`));
  const gone = Object.entries(lock.packages).filter(([name, one]) => !offered.has(`${name}@${versionLabel(one)}`));
  const found = await mapLimit(gone, 4, async ([name, locked]) => recordedEntry(client, name, locked));
  return found.flatMap((entry) => (entry ? [entry] : []));
}

/**
 * What packages were before, from their kept revisions, where no center offers it any more: so that what a rollback takes
 * back with it needs no registry. Revisions whose content is gone are left out.
 */
export async function formerEntries(
  { client, catalog }: Pick<InstallerContext, 'client' | 'catalog'>,
  { lock }: Pick<InstallerState, 'lock'>,
): Promise<CatalogEntry[]> {
  const known = new Set([
    ...catalog.entries.map(({ metadata }) => `${metadata.name}@${versionLabel(metadata)}`),
    ...Object.entries(lock.packages).map(([name, one]) => `${name}@${versionLabel(one)}`),
  ]);
  const found = await mapLimit(Object.entries(lock.packages), 4, async ([name, { superseded = [] }]) => {
    const entries: CatalogEntry[] = [];
    for (const { number, ...version } of await listRevisions(client, name)) {
      const label = `${name}@${versionLabel(version)}`;
      if (!superseded.includes(number) || known.has(label)) continue;
      known.add(label);
      const planned = await revisionContent(client, name, number);
      if (!planned) continue;
      entries.push({ center: planned.center, metadata: planned.metadata, digest: planned.metadataDigest });
    }
    return entries;
  });
  return found.flat();
}

async function recordedEntry(
  client: InstallerContext['client'],
  name: string,
  locked: LockedPackage,
): Promise<CatalogEntry | undefined> {
  const planned = await lockedPackage(client, name, locked);
  if (!planned) return undefined;
  return { center: locked.center, metadata: planned.metadata, digest: planned.metadataDigest };
}
