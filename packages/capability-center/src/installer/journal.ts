import type { JsonObject } from '@capstan/base';
import { ENDINGS, type JournalKind, type Operation } from './steps.ts';

/** One line of a journal. */
export interface JournalEntry {
  /** Counts from 1 and never restarts. */
  readonly seq: number;
  readonly kind: JournalKind;
  readonly at: string;
  /** Fencing number of the run that wrote it. */
  readonly fence: number;
  readonly package?: string;
  /** What the effect touches: release, namespace, names of CRDs and Definitions, digests. Never values. */
  readonly detail?: JsonObject;
}

/** The journal of the last operation on a package. */
export interface Journal {
  readonly operation: Operation;
  /** The package that the operation is about. */
  readonly subject: string;
  readonly planDigest: string;
  /** The command that completes it. */
  readonly command: string;
  readonly entries: readonly JournalEntry[];
}

const CLEAN: readonly JournalKind[] = ['done', 'reverted'];

/**
 * The journal with one more entry. A `begin` after an operation has ended well starts afresh; after one that has not,
 * the entries stay, because they are the evidence of what that run may have left behind.
 */
export function appendEntry(
  journal: Journal,
  entry: Omit<JournalEntry, 'seq'>,
): { readonly journal: Journal; readonly entry: JournalEntry } {
  const fresh = entry.kind === 'begin' && isDone(journal);
  const written: JournalEntry = { seq: (journal.entries.at(-1)?.seq ?? 0) + 1, ...entry };
  return { journal: { ...journal, entries: [...(fresh ? [] : journal.entries), written] }, entry: written };
}

/** Whether nothing of the operation is left to do: it succeeded, or everything is as it was before it. */
export function isDone(journal: Journal): boolean {
  const last = journal.entries.at(-1);
  return last !== undefined && CLEAN.includes(last.kind);
}

/** Whether an entry tells how a run ended. */
export function isEnding({ kind }: Pick<JournalEntry, 'kind'>): boolean {
  return (ENDINGS as readonly JournalKind[]).includes(kind);
}

/** The step at which an operation stopped, or undefined when it has ended with success or never began. */
export function stoppedAt(journal: Journal): JournalEntry | undefined {
  if (isDone(journal)) return undefined;
  return journal.entries.findLast((entry) => !isEnding(entry));
}

/** Whether an unfinished operation announced that it would write this Helm release. */
export function announcesRelease(journal: Journal, release: string, namespace: string): boolean {
  if (isDone(journal)) return false;
  return journal.entries.some(
    ({ kind, detail }) => kind === 'unit' && detail?.['release'] === release && detail['namespace'] === namespace,
  );
}

/**
 * Whether the run before this one ended by itself, with success or not, and so waited until Helm had ended. A killed one
 * did not: Helm may have outlived it.
 */
export function earlierRunEnded(journal: Journal, fence: number): boolean {
  const last = journal.entries.findLast((entry) => entry.fence !== fence);
  return last === undefined || isEnding(last);
}

/** Who carried out the run before this one, where it said so. */
export function earlierHolder({ entries }: Journal, fence: number): string | undefined {
  const first = entries.findLast((entry) => entry.fence !== fence && entry.detail?.['holder'] !== undefined);
  const holder = first?.detail?.['holder'];
  return typeof holder === 'string' ? holder : undefined;
}
