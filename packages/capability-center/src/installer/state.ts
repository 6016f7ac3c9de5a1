import { CapstanError, EXIT, type KubernetesObject } from '@capstan/base';
import {
  CAPSTAN_KINDS,
  type CapabilityInstall,
  recordLabels,
  recordName,
  SYSTEM_NAMESPACE,
  selectorOf,
} from '@capstan/capability-model';
import type { KubeClient } from '@capstan/kube';
import { INSTALLER_CODES } from './codes.ts';
import { commandLine, type InstallerContext } from './context.ts';
import type { Journal } from './journal.ts';
import { type ClusterLock, readLock } from './lock.ts';
import { readRecord } from './secrets.ts';

/** What the records in the cluster say. */
export interface InstallerState {
  readonly lock: ClusterLock;
  readonly installs: ReadonlyMap<string, CapabilityInstall>;
  readonly journals: ReadonlyMap<string, Journal>;
}

/** Key of the journal inside its Secret. */
export const JOURNAL_KEY = 'journal.json';

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

/** The journal of the last operation on a package, or undefined. */
export async function readJournal(client: KubeClient, packageName: string): Promise<Journal | undefined> {
  const secret = await client.get(journalReference(packageName));
  return secret ? readRecord<Journal>(secret, JOURNAL_KEY) : undefined;
}

/** Where the journal of a package is kept. */
export function journalReference(packageName: string): {
  readonly apiVersion: 'v1';
  readonly kind: 'Secret';
  readonly namespace: string;
  readonly name: string;
} {
  return { apiVersion: 'v1', kind: 'Secret', namespace: SYSTEM_NAMESPACE, name: recordName('journal', packageName) };
}

/** The journals of all packages, by package. */
export async function readJournals(client: KubeClient): Promise<ReadonlyMap<string, Journal>> {
  const { items } = await client.list(
    { apiVersion: 'v1', kind: 'Secret' },
    { namespace: SYSTEM_NAMESPACE, labelSelector: selectorOf(recordLabels('journal')) },
  );
  const journals = items.map((secret: KubernetesObject) => readRecord<Journal>(secret, JOURNAL_KEY));
  return new Map(journals.map((journal) => [journal.subject, journal]));
}

async function requireSystem(context: Pick<InstallerContext, 'client' | 'command'>): Promise<void> {
  if (await context.client.discovery.find(CAPSTAN_KINDS.install)) return;
  throw new CapstanError(INSTALLER_CODES.systemMissing, 'Capstan is not installed in this cluster.', {
    hint: 'The cluster does not serve CapabilityInstall, the kind in which installations are recorded.',
    next: [commandLine(context, 'system install')],
    exit: EXIT.blocked,
  });
}
