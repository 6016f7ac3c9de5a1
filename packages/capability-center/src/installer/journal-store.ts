import { CapstanError, type Clock, EXIT, isCapstanError, type JsonObject, systemClock } from '@capstan/base';
import { PACKAGE_LABEL, recordLabels } from '@capstan/capability-model';
import { KUBE_CODES, type KubeClient } from '@capstan/kube';
import { INSTALLER_CODES } from './codes.ts';
import { appendEntry, isDone, type Journal, type JournalEntry } from './journal.ts';
import { INSTALLER } from './labels.ts';
import type { OnProgress } from './progress.ts';
import { readRecord, recordSecret } from './secrets.ts';
import { JOURNAL_KEY, journalReference } from './state.ts';
import type { JournalKind, Operation } from './steps.ts';

/** Writes the journal of one run. */
export interface JournalWriter {
  /** Writes an entry and reports it; the effect that it announces must come after. */
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

/**
 * Opens the journal of a package for one run. Every write is guarded by the Secret's resource version: when another
 * run has written meanwhile, the write is refused with FENCED and nothing more is done.
 */
export async function openJournal(options: {
  readonly client: KubeClient;
  readonly header: JournalHeader;
  readonly fence: number;
  readonly onProgress?: OnProgress;
  readonly clock?: Clock;
}): Promise<JournalWriter> {
  const { client, header, fence, clock = systemClock } = options;
  const secret = await client.get(journalReference(header.subject));
  const earlier = secret ? readRecord<Journal>(secret, JOURNAL_KEY) : undefined;
  let journal: Journal = { ...header, entries: earlier?.entries ?? [] };
  let resourceVersion = secret?.metadata.resourceVersion;
  if (earlier && earlier.operation !== header.operation) journal = { ...journal, entries: unfinished(earlier) };

  const put = async (next: Journal): Promise<void> => {
    const record = recordSecret({
      ...journalReference(header.subject),
      labels: { ...recordLabels('journal'), [PACKAGE_LABEL]: header.subject },
      key: JOURNAL_KEY,
      value: next,
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    });
    const write = resourceVersion === undefined ? client.create : client.replace;
    const written = await write.call(client, record, { fieldManager: INSTALLER });
    resourceVersion = written.metadata.resourceVersion;
  };

  return {
    get current() {
      return journal;
    },
    async write(kind, packageName, detail) {
      const at = new Date(clock.now()).toISOString();
      const appended = appendEntry(journal, {
        kind,
        at,
        fence,
        ...(packageName === undefined ? {} : { package: packageName }),
        ...(detail === undefined ? {} : { detail }),
      });
      await put(appended.journal).catch((error: unknown) => rethrowFenced(error, header));
      journal = appended.journal;
      options.onProgress?.({ type: 'journal', entry: appended.entry });
    },
  };
}

/** Entries of another operation count only while it has not ended: they tell what it left behind. */
function unfinished(journal: Journal): readonly JournalEntry[] {
  return isDone(journal) ? [] : journal.entries;
}

function rethrowFenced(error: unknown, header: JournalHeader): never {
  if (!isCapstanError(error, KUBE_CODES.conflict)) throw error;
  throw new CapstanError(INSTALLER_CODES.fenced, `Another process took over the work on ${header.subject}.`, {
    hint: 'This process lost the install Lease and stopped at once; the other one goes on.',
    exit: EXIT.blocked,
    cause: error,
  });
}
