import { CapstanError, type Clock, EXIT, isCapstanError, type JsonObject, systemClock } from '@capstan/base';
import { recordLabels, recordName } from '@capstan/capability-model';
import { KUBE_CODES, type KubeClient } from '@capstan/kube';
import { INSTALLER_CODES } from './codes.ts';
import { appendEntry, type Journal, type JournalEntry } from './journal.ts';
import {
  chunkReference,
  HEAD_ENTRIES,
  JOURNAL_KEY,
  journalReference,
  readStoredJournal,
  type StoredJournal,
} from './journal-records.ts';
import { INSTALLER, PLAN_ANNOTATION } from './labels.ts';
import type { OnProgress } from './progress.ts';
import { readRecord, recordSecret } from './secrets.ts';
import type { JournalKind, Operation } from './steps.ts';

/** Writes the journal of one run. */
export interface JournalWriter {
  /**
   * Writes an entry and reports it; the effect that it announces must come after. Entries that are announced at the same
   * time go into one write.
   */
  write(kind: JournalKind, packageName?: string, detail?: JsonObject): Promise<void>;
  readonly current: Journal;
}

/** What a run of an operation is about. */
export interface JournalHeader {
  readonly operation: Operation;
  readonly subject: string;
  readonly planDigest: string;
  readonly command: string;
}

/** Options of `openJournal`. */
export interface OpenJournalOptions {
  readonly client: KubeClient;
  readonly header: JournalHeader;
  readonly fence: number;
  readonly onProgress?: OnProgress;
  readonly clock?: Clock;
  /** Does a request again that failed in passing. */
  readonly retry?: <T>(request: () => Promise<T>) => Promise<T>;
}

/**
 * Opens the journal of a package for one run. Every write is guarded by the Secret's resource version: when another run
 * has written meanwhile, or a later one has written before, the write is refused with FENCED and nothing more is done.
 */
export async function openJournal(options: OpenJournalOptions): Promise<JournalWriter> {
  const { client, header, fence, retry = (request) => request() } = options;
  const found = await retry(() => readStoredJournal(client, header.subject));
  const earlier = found?.head.entries ?? [];
  if ((earlier.at(-1)?.fence ?? 0) > fence) throw fenced(header);
  return new GuardedJournal({ ...options, retry }, { ...header, entries: earlier }, found);
}

interface Waiting {
  readonly entry: Omit<JournalEntry, 'seq'>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

class GuardedJournal implements JournalWriter {
  readonly #options: OpenJournalOptions & { readonly retry: <T>(request: () => Promise<T>) => Promise<T> };
  readonly #clock: Clock;
  #journal: Journal;
  #resourceVersion: string | undefined;
  /** Entries that have a record of their own by now. */
  #older: readonly JournalEntry[];
  #chunks: string[];
  #waiting: Waiting[] = [];
  #writing = false;

  constructor(
    options: OpenJournalOptions & { readonly retry: <T>(request: () => Promise<T>) => Promise<T> },
    journal: Journal,
    found: StoredJournal | undefined,
  ) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#journal = journal;
    this.#resourceVersion = found?.resourceVersion;
    this.#older = found?.older ?? [];
    this.#chunks = [...(found?.chunks ?? [])];
  }

  get current(): Journal {
    return { ...this.#journal, entries: [...this.#older, ...this.#journal.entries] };
  }

  write(kind: JournalKind, packageName?: string, detail?: JsonObject): Promise<void> {
    const entry = {
      kind,
      at: new Date(this.#clock.now()).toISOString(),
      fence: this.#options.fence,
      ...(packageName === undefined ? {} : { package: packageName }),
      ...(detail === undefined ? {} : { detail }),
    };
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ entry, resolve, reject });
    if (!this.#writing) void this.#drain();
    return promise;
  }

  /** One write after the other; each takes all that waits. */
  async #drain(): Promise<void> {
    this.#writing = true;
    for (let batch = this.#take(); batch.length > 0; batch = this.#take()) {
      try {
        await this.#put(batch);
      } catch (error) {
        for (const { reject } of batch) reject(error);
        continue;
      }
      for (const { resolve } of batch) resolve();
    }
    this.#writing = false;
  }

  #take(): Waiting[] {
    const batch = this.#waiting;
    this.#waiting = [];
    return batch;
  }

  async #put(batch: readonly Waiting[]): Promise<void> {
    const written: JournalEntry[] = [];
    let next = this.#journal;
    for (const { entry } of batch) {
      const appended = appendEntry(next, entry);
      next = appended.journal;
      written.push(appended.entry);
    }
    next = await this.#moveOldEntries(next);
    await this.#options.retry(() => this.#replace(next));
    this.#journal = next;
    if (written[0]?.seq === next.entries[0]?.seq) await this.#forgetOlder();
    for (const entry of written) this.#options.onProgress?.({ type: 'journal', entry });
  }

  /** Entries that are not among the last go into a record of their own, before they leave the journal's. */
  async #moveOldEntries(next: Journal): Promise<Journal> {
    if (next.entries.length <= 2 * HEAD_ENTRIES) return next;
    const { client, header, retry } = this.#options;
    const old = next.entries.slice(0, -HEAD_ENTRIES);
    const chunk = recordSecret({
      ...chunkReference(header.subject, old[0]?.seq ?? 0),
      labels: recordLabels('journal', header.subject),
      key: JOURNAL_KEY,
      value: { ...next, entries: old },
      immutable: true,
    });
    await retry(async () => {
      try {
        await client.create(chunk, { fieldManager: INSTALLER });
      } catch (error) {
        if (!isCapstanError(error, KUBE_CODES.conflict)) throw error;
      }
    });
    this.#older = [...this.#older, ...old];
    this.#chunks.push(chunk.metadata.name);
    return { ...next, entries: next.entries.slice(-HEAD_ENTRIES) };
  }

  /** The journal has been begun afresh: entries of the operation before it need no record any more. */
  async #forgetOlder(): Promise<void> {
    const { client, header, retry } = this.#options;
    this.#older = [];
    for (const name of this.#chunks.splice(0)) {
      await retry(() => client.delete({ ...journalReference(header.subject), name }));
    }
  }

  async #replace(next: Journal): Promise<void> {
    const { client, header } = this.#options;
    const reference = journalReference(header.subject);
    const record = recordSecret({
      ...reference,
      labels: recordLabels('journal', header.subject),
      annotations: { [PLAN_ANNOTATION]: recordName('plan', header.planDigest) },
      key: JOURNAL_KEY,
      value: next,
      ...(this.#resourceVersion === undefined ? {} : { resourceVersion: this.#resourceVersion }),
    });
    try {
      const write = this.#resourceVersion === undefined ? client.create : client.replace;
      const written = await write.call(client, record, { fieldManager: INSTALLER });
      this.#resourceVersion = written.metadata.resourceVersion;
    } catch (error) {
      if (!isCapstanError(error, KUBE_CODES.conflict)) throw error;
      // An answer that was lost, or somebody who touched labels only: both leave the entries as this run knows them.
      const live = await client.get(reference);
      const last = live && readRecord<Journal>(live, JOURNAL_KEY).entries.at(-1);
      if (live && isSame(last, next.entries.at(-1))) {
        this.#resourceVersion = live.metadata.resourceVersion;
        return;
      }
      if (!live || !isSame(last, this.#journal.entries.at(-1))) throw fenced(header, error);
      this.#resourceVersion = live.metadata.resourceVersion;
      throw error;
    }
  }
}

function isSame(a: JournalEntry | undefined, b: JournalEntry | undefined): boolean {
  return a?.seq === b?.seq && a?.fence === b?.fence && a?.at === b?.at && a?.kind === b?.kind;
}

function fenced({ subject }: JournalHeader, cause?: unknown): CapstanError {
  return new CapstanError(INSTALLER_CODES.fenced, `Another process took over the work on ${subject}.`, {
    hint: 'This process lost the install Lease and stopped at once; the other one goes on.',
    exit: EXIT.blocked,
    cause,
  });
}
