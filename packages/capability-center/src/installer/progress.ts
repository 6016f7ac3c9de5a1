import type { JournalEntry } from './journal.ts';

/** What carrying out a plan reports while it goes on. `package` is absent for steps of the whole operation. */
export type ProgressEvent =
  /** An entry was written; the effect that it announces comes next. */
  | { readonly type: 'journal'; readonly entry: JournalEntry }
  | { readonly type: 'start'; readonly step: string; readonly text: string; readonly package?: string }
  | {
      readonly type: 'done';
      readonly step: string;
      readonly text: string;
      readonly package?: string;
      readonly durationMs: number;
    }
  /** Something that is waited for, or a line that Helm printed. */
  | { readonly type: 'note'; readonly step: string; readonly text: string; readonly package?: string }
  | { readonly type: 'warning'; readonly text: string };

/** Receives progress; it must not throw. */
export type OnProgress = (event: ProgressEvent) => void;
