import type { KubeObject } from '../model/object.ts';

/** One object as it is stored. Shared and read-only. */
export interface StoredObject {
  /** In its storage version; `metadata.resourceVersion` is `revision`. */
  readonly object: KubeObject;
  /** The store's revision at which it was last written; positive. */
  readonly revision: number;
  /** The object as JSON bytes; made once, kept while it is cheap to. */
  json(): Buffer;
}

/** What happened to an object, as watches see it. */
export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly revision: number;
  /** `resource.group`; see `storageKey`. */
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  /** The new state; for DELETED the last state, with the deletion's revision as resourceVersion. */
  readonly current: StoredObject;
  /** The state before; absent for ADDED. Selectors compare both. */
  readonly previous?: StoredObject;
}

/** Objects of one type at one revision, in order of namespace and name (byte order, as etcd's keys). */
export interface StoredList {
  readonly items: readonly StoredObject[];
  /** The revision of the list. */
  readonly revision: number;
  /** How many come after the last item; 0 at the end. */
  readonly remaining: number;
}

/** Where to read. */
export interface ListScope {
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly limit?: number;
  /** The first path (`namespace/name`, `name`) that may be in the list; a path with a NUL is just after an object. */
  readonly from?: string;
  /** State at an earlier revision, for continued and exact lists. Throws `RevisionCompacted` when it is no longer known. */
  readonly revision?: number;
}

/** A change of one object. `expected`: 0 = must not exist, n = must be at that revision. */
export interface StoreWrite {
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly expected: number;
  /** The new state (the store sets metadata.resourceVersion), or undefined to delete. */
  readonly object: KubeObject | undefined;
}

/** The asked revision was compacted away: 410 Expired. */
export class RevisionCompacted extends Error {
  override readonly name = 'RevisionCompacted';
  /** The earliest revision that would have done. */
  readonly oldest: number;

  constructor(asked: number, oldest: number) {
    super(`revision ${asked} is forgotten, the oldest that is known is ${oldest}`);
    this.oldest = oldest;
  }
}

/** The object is not at the expected revision: 409, or retry. */
export class RevisionMismatch extends Error {
  override readonly name = 'RevisionMismatch';
  /** The state that was found instead; undefined where there is no such object. */
  readonly found: StoredObject | undefined;

  constructor(found: StoredObject | undefined) {
    super('the object was changed by someone else');
    this.found = found;
  }
}

/**
 * Objects with one global, growing revision, as in etcd. Everything is synchronous: a write is atomic, durable (for a
 * durable store) and seen by every reader and watcher, in order, when `write` returns.
 */
export interface Store {
  readonly revision: number;
  get(key: string, namespace: string, name: string): StoredObject | undefined;
  list(key: string, scope?: ListScope): StoredList;
  /** Number of objects of a type. */
  count(key: string): number;
  /** Throws `RevisionMismatch`. Returns the new state, or the deleted object with the deletion's revision. */
  write(write: StoreWrite): StoredObject;
  /**
   * Calls `listener` for every event of a type after `from` (exclusive), the past ones before this returns. Throws
   * `RevisionCompacted` when events after `from` are no longer known. A listener must be quick and must not throw.
   */
  watch(key: string, from: number, listener: (event: StoreEvent) => void): { close(): void };
  /** Calls `listener` for every event of every type from now on. */
  watchAll(listener: (event: StoreEvent) => void): { close(): void };
  /** Forgets events and old states up to this revision. */
  compact(revision: number): void;
  /** Ends watches and releases files. */
  close(): void;
}
