import type { Journal, JournalEntry } from '../installer/journal.ts';

/** What to say of an operation that stopped half way. */
export interface Interruption {
  readonly message: string;
  /** The command that completes it. */
  readonly next: readonly string[];
}

/** Why an operation did not end, as its journal knows, and what completes it. Pure. */
export function interruption(journal: Journal, stopped: JournalEntry): Interruption {
  const said = journal.entries.at(-1)?.detail?.['message'];
  const message = typeof said === 'string' ? said : `it was interrupted at step ${stopped.kind}`;
  return { message, next: [journal.command] };
}
