import type { KubernetesObject } from '@capstan/base';
import { recordLabels, recordName, SYSTEM_NAMESPACE, selectorOf } from '@capstan/capability-model';
import type { KubeClient } from '@capstan/kube';
import type { Journal, JournalEntry } from './journal.ts';
import { readRecord } from './secrets.ts';

/** How many of the last entries the journal's own record holds at least; older ones move to records of their own. */
export const HEAD_ENTRIES = 100;

/** Key of the journal inside its Secret. */
export const JOURNAL_KEY = 'journal.json';

/** Reference of a record Secret. */
export interface SecretReference {
  readonly apiVersion: 'v1';
  readonly kind: 'Secret';
  readonly namespace: string;
  readonly name: string;
}

/** Where the journal of a package is kept: its header and its last entries. */
export function journalReference(packageName: string): SecretReference {
  return secret(recordName('journal', packageName));
}

/** Where older entries are kept, by the number of the first; a dot cannot be in the name of another journal. */
export function chunkReference(packageName: string, firstSeq: number): SecretReference {
  return secret(`${recordName('journal', packageName)}.${firstSeq}`);
}

/** A journal as it is stored. */
export interface StoredJournal {
  /** The journal's own record: header and last entries. */
  readonly head: Journal;
  readonly older: readonly JournalEntry[];
  /** Names of the records of older entries, also of those that belong to an operation which has ended. */
  readonly chunks: readonly string[];
  readonly resourceVersion: string | undefined;
}

/** The journal of a package with the resource version of its own record, or undefined when there is none. */
export async function readStoredJournal(client: KubeClient, packageName: string): Promise<StoredJournal | undefined> {
  const items = await listRecords(client, packageName);
  const live = items.find(isHead);
  if (!live) return undefined;
  const head = readRecord<Journal>(live, JOURNAL_KEY);
  const { resourceVersion } = live.metadata;
  const chunks = items.filter((item) => !isHead(item));
  const names = chunks.map(({ metadata }) => metadata.name);
  return { head, older: olderEntries(head, chunks.map(journalOf)), chunks: names, resourceVersion };
}

/** The journal of the last operation on a package, with all entries that are kept, or undefined. */
export async function readJournal(client: KubeClient, packageName: string): Promise<Journal | undefined> {
  return (await readJournals(client, packageName)).get(packageName);
}

/** The journals of all packages or of one, by package. */
export async function readJournals(client: KubeClient, packageName?: string): Promise<ReadonlyMap<string, Journal>> {
  const items = await listRecords(client, packageName);
  const heads = items.filter(isHead).map(journalOf);
  const chunks = items.filter((item) => !isHead(item)).map(journalOf);
  return new Map(
    heads.map((head) => [head.subject, { ...head, entries: [...olderEntries(head, chunks), ...head.entries] }]),
  );
}

/** Only chunks that end right before the next entry belong to it: others are of an operation that has ended. */
function olderEntries({ subject, entries }: Journal, chunks: readonly Journal[]): readonly JournalEntry[] {
  const own = chunks.filter((chunk) => chunk.subject === subject);
  let older: readonly JournalEntry[] = [];
  for (;;) {
    const first = (older[0] ?? entries[0])?.seq ?? 0;
    const before = own.find((chunk) => chunk.entries.at(-1)?.seq === first - 1);
    if (!before) return older;
    older = [...before.entries, ...older];
  }
}

async function listRecords(client: KubeClient, packageName: string | undefined): Promise<KubernetesObject[]> {
  const labelSelector = selectorOf(recordLabels('journal', packageName));
  const secrets = { apiVersion: 'v1', kind: 'Secret' };
  return (await client.list(secrets, { namespace: SYSTEM_NAMESPACE, labelSelector })).items;
}

function journalOf(record: KubernetesObject): Journal {
  return readRecord<Journal>(record, JOURNAL_KEY);
}

function isHead({ metadata }: KubernetesObject): boolean {
  return !metadata.name.includes('.');
}

function secret(name: string): SecretReference {
  return { apiVersion: 'v1', kind: 'Secret', namespace: SYSTEM_NAMESPACE, name };
}
