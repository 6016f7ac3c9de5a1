import { recordLabels, SYSTEM_NAMESPACE, selectorOf } from '@capstan/capability-model';
import type { KubeClient } from '@capstan/kube';
import { type Journal, stoppedAt } from './journal.ts';
import { type ClusterLock, readLock } from './lock.ts';
import type { RevisionPhase, RevisionRecord } from './revision.ts';
import { readRecord } from './secrets.ts';
import { readJournals } from './state.ts';

/** Key of the revision inside its Secret. */
export const REVISION_KEY = 'revision.json';

/** A revision as it is stored: its phase follows from the lock. */
export type StoredRevision = Omit<RevisionRecord, 'phase'>;

/** The revisions of a package that are kept, newest first. */
export async function listRevisions(client: KubeClient, name: string): Promise<RevisionRecord[]> {
  const [{ items }, lock, journals] = await Promise.all([
    client.list(
      { apiVersion: 'v1', kind: 'Secret' },
      { namespace: SYSTEM_NAMESPACE, labelSelector: selectorOf(recordLabels('revision', name)) },
    ),
    readLock(client),
    readJournals(client),
  ]);
  return items
    .map((secret) => readRecord<StoredRevision>(secret, REVISION_KEY))
    .sort((a, b) => b.number - a.number)
    .map((stored) => ({ ...stored, phase: phaseOf(stored, lock, journals) }));
}

/** What the lock and the journals say of a revision. */
export function phaseOf(
  { package: name, number, planDigest }: StoredRevision,
  lock: ClusterLock,
  journals: ReadonlyMap<string, Journal>,
): RevisionPhase {
  const locked = lock.packages[name];
  if (locked?.revision === number) return 'Active';
  if (locked?.superseded?.includes(number)) return 'Superseded';
  const open = [...journals.values()].some((journal) => journal.planDigest === planDigest && stoppedAt(journal));
  return open ? 'Pending' : 'Failed';
}
