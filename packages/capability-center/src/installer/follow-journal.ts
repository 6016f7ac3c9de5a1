import { isCapstanError, type KubernetesObject } from '@capstan/base';
import { LEASES } from '@capstan/capability-model';
import { KUBE_CODES, type KubeClient, leaseHolder, waitFor } from '@capstan/kube';
import { isEnding, type Journal, type JournalEntry, stoppedAt } from './journal.ts';
import { JOURNAL_KEY, journalReference, readJournal } from './journal-records.ts';
import { readRecord } from './secrets.ts';

const LOOK_MS = 3000;

/**
 * Follows the journal of a package that another process is working on, entry by entry, until that run has ended or its
 * process is gone. Entries of earlier runs are not told; a run that is about something else writes none, and is not waited
 * for. Answers the journal as it was last (undefined: there is none).
 */
export async function followJournal(
  client: KubeClient,
  options: {
    readonly package: string;
    readonly onEntry: (entry: JournalEntry) => void;
    readonly signal?: AbortSignal;
  },
): Promise<Journal | undefined> {
  const { signal, onEntry } = options;
  const running = (await leaseHolder(client, LEASES.install))?.fencing;
  if (running === undefined) return readJournal(client, options.package);
  let journal: Journal | undefined;
  let seen = 0;
  const look = (secret: KubernetesObject | undefined): boolean => {
    journal = secret && readRecord<Journal>(secret, JOURNAL_KEY);
    const own = journal?.entries.filter(({ fence }) => fence >= running) ?? [];
    for (const entry of own) {
      if (entry.seq <= seen) continue;
      seen = entry.seq;
      onEntry(entry);
    }
    const last = own.at(-1);
    return last !== undefined && isEnding(last);
  };
  for (;;) {
    try {
      const wait = { timeoutMs: LOOK_MS, ...(signal ? { signal } : {}) };
      await waitFor(client, journalReference(options.package), look, wait);
      return journal;
    } catch (error) {
      if (!isCapstanError(error, KUBE_CODES.waitTimeout)) throw error;
    }
    const holder = await leaseHolder(client, LEASES.install);
    if (!holder?.alive || holder.fencing !== (journal && stoppedAt(journal)?.fence)) return journal;
  }
}
