import { CapstanError, EXIT } from '@capstan/base';
import { CAPSTAN_KINDS, type CapabilityInstall } from '@capstan/capability-model';
import { INSTALLER_CODES } from './codes.ts';
import { commandLine, type InstallerContext } from './context.ts';
import type { Journal } from './journal.ts';
import { readJournals } from './journal-records.ts';
import { type ClusterLock, readLock } from './lock.ts';

/** What the records in the cluster say. */
export interface InstallerState {
  readonly lock: ClusterLock;
  readonly installs: ReadonlyMap<string, CapabilityInstall>;
  readonly journals: ReadonlyMap<string, Journal>;
}

/** Reads every record; throws SYSTEM_MISSING when the cluster does not know Capstan's kinds. */
export async function readState(context: Pick<InstallerContext, 'client' | 'command'>): Promise<InstallerState> {
  const { client } = context;
  await requireSystem(context);
  const [lock, installs, journals] = await Promise.all([
    readLock(client),
    client.list(CAPSTAN_KINDS.install),
    readJournals(client),
  ]);
  const byName = installs.items.map((item) => [item.metadata.name, item as CapabilityInstall] as const);
  return { lock, installs: new Map(byName), journals };
}

async function requireSystem(context: Pick<InstallerContext, 'client' | 'command'>): Promise<void> {
  if (await context.client.discovery.find(CAPSTAN_KINDS.install)) return;
  throw new CapstanError(INSTALLER_CODES.systemMissing, 'Capstan is not installed in this cluster.', {
    hint: 'The cluster does not serve CapabilityInstall, the kind in which installations are recorded.',
    next: [commandLine(context, 'system install')],
    exit: EXIT.blocked,
  });
}
