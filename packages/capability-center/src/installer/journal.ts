import type { JsonObject } from '@capstan/base';

/** Steps of an installation, in order. An entry of each is written before its effect. */
export const INSTALL_STEPS = [
  'begin',
  'fetch',
  'preflight',
  'namespace',
  'crd',
  'unit',
  'probe',
  'publish',
  'commit',
] as const;

/** Steps of a removal, in order. */
export const UNINSTALL_STEPS = ['begin', 'withdraw', 'drain', 'unit', 'crd', 'namespace', 'tombstone'] as const;

/** A step that an entry announces, or how a run ended. */
export type JournalKind =
  | (typeof INSTALL_STEPS)[number]
  | (typeof UNINSTALL_STEPS)[number]
  | 'done'
  | 'failed'
  | 'interrupted';

/** What is done to the packages of a journal. */
export type Operation = 'install' | 'uninstall';

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

const ENDINGS: readonly JournalKind[] = ['done', 'failed', 'interrupted'];
const MAX_ENTRIES = 200;

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
  const entries = [...(fresh ? [] : journal.entries), written].slice(-MAX_ENTRIES);
  return { journal: { ...journal, entries }, entry: written };
}

/** Whether the operation has ended with success. */
export function isDone(journal: Journal): boolean {
  return journal.entries.at(-1)?.kind === 'done';
}

/** The step at which an operation stopped, or undefined when it has ended with success or never began. */
export function stoppedAt(journal: Journal): JournalEntry | undefined {
  if (isDone(journal)) return undefined;
  return journal.entries.findLast((entry) => !ENDINGS.includes(entry.kind));
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
  return last === undefined || ENDINGS.includes(last.kind);
}
