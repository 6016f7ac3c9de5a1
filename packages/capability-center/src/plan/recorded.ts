import { versionLabel } from '@capstan/capability-model';
import type { InstallerContext } from '../installer/context.ts';
import type { LockedPackage } from '../installer/lock.ts';
import { lockedPackage } from '../installer/revisions.ts';
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

async function recordedEntry(
  client: InstallerContext['client'],
  name: string,
  locked: LockedPackage,
): Promise<CatalogEntry | undefined> {
  const planned = await lockedPackage(client, name, locked);
  if (!planned) return undefined;
  return { center: locked.center, metadata: planned.metadata, digest: planned.metadataDigest };
}
