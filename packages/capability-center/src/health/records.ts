import type { KubernetesObject } from '@capstan/base';
import { type CapabilityInstall, RECORD_LABEL, recordName, SYSTEM_NAMESPACE } from '@capstan/capability-model';
import type { InformerHub, SharedInformer } from '@capstan/kube';
import { isEnding, type Journal, type JournalEntry, stoppedAt } from '../installer/journal.ts';
import { JOURNAL_KEY } from '../installer/journal-records.ts';
import { type ClusterLock, lockIn } from '../installer/lock.ts';
import { readRecord } from '../installer/secrets.ts';
import { tellCapability } from './diagnostics.ts';

const EMPTY: ClusterLock = { packages: {}, removed: {} };

/** An operation that has not ended well, and the step it announced last. */
export interface OpenOperation {
  readonly journal: Journal;
  readonly stopped: JournalEntry;
}

/** The lock and the journals as a watch keeps them. */
export class Records {
  readonly #shared: SharedInformer;
  readonly #parsed = new WeakMap<KubernetesObject, unknown>();

  /** `changed` is called with the packages that a record is about, or with all. `measures`: ends are told to metrics. */
  constructor(
    hub: InformerHub,
    changed: (packages: readonly string[] | 'all') => void,
    { measures = false }: { readonly measures?: boolean } = {},
  ) {
    this.#shared = hub.use(
      { apiVersion: 'v1', kind: 'Secret' },
      { namespace: SYSTEM_NAMESPACE, labelSelector: `${RECORD_LABEL} in (lock,journal)` },
    );
    this.#shared.onChange(({ type, object, old }) => {
      const journal = this.#journal(object);
      // What had ended before this process began is not counted.
      const before = old && this.#journal(old);
      if (measures && type === 'MODIFIED' && journal && before) tellEnd(before, journal);
      changed(journal ? packagesOf(journal) : 'all');
    });
  }

  get synced(): Promise<void> {
    return this.#shared.informer.synced;
  }

  /** What is in force; empty when nothing was ever installed. */
  get lock(): ClusterLock {
    const secret = this.#shared.informer.get(recordName('lock', 'cluster'), SYSTEM_NAMESPACE);
    return (secret && this.#value(secret, lockIn)) ?? EMPTY;
  }

  /** The operation on a package that is at work or stopped half way. Its goal may name the journal, too. */
  openOperation({ metadata: { name }, status }: CapabilityInstall): OpenOperation | undefined {
    for (const secret of this.#shared.informer.list(SYSTEM_NAMESPACE)) {
      const journal = this.#journal(secret);
      const stopped = journal && stoppedAt(journal);
      const named = secret.metadata.name === status?.journal?.name;
      if (journal && stopped && (named || packagesOf(journal).includes(name))) return { journal, stopped };
    }
    return undefined;
  }

  /** Packages of operations that have not ended well. */
  openPackages(): string[] {
    const journals = this.#shared.informer.list(SYSTEM_NAMESPACE).flatMap((secret) => this.#journal(secret) ?? []);
    return journals.filter((journal) => stoppedAt(journal)).flatMap(packagesOf);
  }

  #journal(secret: KubernetesObject): Journal | undefined {
    // A journal's older entries are in records with a dot in the name.
    const isHead = secret.metadata.labels?.[RECORD_LABEL] === 'journal' && !secret.metadata.name.includes('.');
    return isHead ? this.#value(secret, (record) => readRecord<Journal>(record, JOURNAL_KEY)) : undefined;
  }

  /** A record that is damaged counts as none: who reads it to act on it says so. */
  #value<T>(secret: KubernetesObject, read: (secret: KubernetesObject) => T): T | undefined {
    if (!this.#parsed.has(secret)) {
      try {
        this.#parsed.set(secret, read(secret));
      } catch {
        this.#parsed.set(secret, undefined);
      }
    }
    return this.#parsed.get(secret) as T | undefined;
  }
}

/** Tells of an operation that has just ended. */
function tellEnd(before: Journal, { operation, entries }: Journal): void {
  const [last] = entries.slice(-1);
  if (!last || !isEnding(last) || before.entries.at(-1)?.seq === last.seq) return;
  const begun = entries.findLast(({ kind }) => kind === 'begin' || kind === 'revert') ?? last;
  const seconds = Math.max(0, (Date.parse(last.at) - Date.parse(begun.at)) / 1000);
  tellCapability(() => ({ event: 'operation', operation, outcome: last.kind, seconds }));
}

/** The packages that an operation changes. */
function packagesOf({ subject, entries }: Journal): string[] {
  const named = entries.flatMap(({ package: name, detail }) => [name, ...listed(detail?.['packages'])]);
  return [...new Set([subject, ...named])].filter((name) => name !== undefined);
}

function listed(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
