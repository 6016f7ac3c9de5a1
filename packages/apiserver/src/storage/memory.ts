import type { KubeObject } from '../model/object.ts';
import { History, type HistoryLimits } from './history.ts';
import type { JournalRecord } from './journal-format.ts';
import { pastList } from './past-list.ts';
import type { ListScope, Store, StoredList, StoredObject, StoreEvent, StoreWrite } from './store.ts';
import { RevisionMismatch } from './store.ts';
import { Stored } from './stored.ts';
import { objectPath, TypeIndex } from './type-index.ts';

/** Options of both stores. */
export interface StoreOptions {
  /** How many events are remembered for watches and lists of earlier revisions; 10,000 where absent. */
  readonly maxEvents?: number;
  /** How many bytes of JSON those events may hold together; 32 MiB where absent. */
  readonly maxBytes?: number;
}

/** What a store is made of: where it begins, and what must have kept a write before anyone sees it. */
export interface StoreBackend {
  readonly revision: number;
  readonly types: Map<string, TypeIndex>;
  /** Throws when the write cannot be kept; the store is then unchanged. */
  persist(write: JournalRecord): void;
  close(): void;
}

interface Subscription {
  seen: number;
  readonly listener: (event: StoreEvent) => void;
}

/** A store that lives as long as the process. Its first revision is 1, as etcd's. */
export function createMemoryStore(options: StoreOptions = {}): Store {
  return new ObjectStore({ revision: 1, types: new Map(), persist: () => {}, close: () => {} }, options);
}

/** Objects, their order, their past and their watchers in memory, over a backend that may keep them. */
export class ObjectStore implements Store {
  readonly #backend: StoreBackend;
  readonly #types: Map<string, TypeIndex>;
  readonly #history: History;
  readonly #watchers = new Map<string, Set<Subscription>>();
  readonly #everything = new Set<Subscription>();
  readonly #undelivered: StoreEvent[] = [];
  #revision: number;
  #delivering = false;
  #closed = false;

  constructor(backend: StoreBackend, options: StoreOptions) {
    const limits: HistoryLimits = {
      maxEvents: options.maxEvents ?? 10_000,
      maxBytes: options.maxBytes ?? 32 * 2 ** 20,
    };
    this.#backend = backend;
    this.#types = backend.types;
    this.#revision = backend.revision;
    this.#history = new History(limits, backend.revision);
  }

  get revision(): number {
    return this.#revision;
  }

  get(key: string, namespace: string, name: string): StoredObject | undefined {
    return this.#types.get(key)?.get(objectPath(namespace, name))?.stored;
  }

  count(key: string): number {
    return this.#types.get(key)?.size ?? 0;
  }

  list(key: string, scope: ListScope = {}): StoredList {
    const index = this.#types.get(key) ?? new TypeIndex();
    const revision = Math.min(scope.revision ?? this.#revision, this.#revision);
    const since = revision < this.#revision ? this.#history.after(revision).filter((event) => event.key === key) : [];
    if (since.length > 0) return pastList(index, since, scope, revision);
    const [start, end] = index.range(scope.namespace);
    const first = scope.from === undefined ? start : Math.max(start, index.firstAtOrAfter(scope.from));
    const last = scope.limit === undefined ? end : Math.min(end, first + scope.limit);
    return { items: index.states(first, last), revision, remaining: Math.max(0, end - last) };
  }

  write(write: StoreWrite): StoredObject {
    if (this.#closed) throw new Error('the store is closed');
    const index = this.#typeOf(write.key);
    const path = objectPath(write.namespace, write.name);
    const previous = index.get(path)?.stored;
    if ((previous?.revision ?? 0) !== write.expected) throw new RevisionMismatch(previous);
    if (!write.object && !previous) throw new RevisionMismatch(undefined);
    const revision = this.#revision + 1;
    const current = Stored.written(write.object ?? (previous as Stored).object, revision);
    const { key, namespace, name } = write;
    this.#backend.persist({ key, namespace, name, revision, json: write.object && current.json() });
    this.#revision = revision;
    if (write.object) index.set(namespace, name, current);
    else index.delete(path);
    this.#publish({
      type: eventType(write.object, previous),
      revision,
      key,
      namespace,
      name,
      current,
      ...(previous && { previous }),
    });
    return current;
  }

  watch(key: string, from: number, listener: (event: StoreEvent) => void): { close(): void } {
    const past = from < this.#revision ? this.#history.after(from) : [];
    for (const event of past) if (event.key === key) listener(event);
    let watchers = this.#watchers.get(key);
    if (!watchers) {
      watchers = new Set();
      this.#watchers.set(key, watchers);
    }
    return subscribe(watchers, { seen: Math.max(from, this.#revision), listener });
  }

  watchAll(listener: (event: StoreEvent) => void): { close(): void } {
    return subscribe(this.#everything, { seen: this.#revision, listener });
  }

  compact(revision: number): void {
    this.#history.compact(Math.min(revision, this.#revision));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#watchers.clear();
    this.#everything.clear();
    this.#backend.close();
  }

  #typeOf(key: string): TypeIndex {
    let index = this.#types.get(key);
    if (!index) {
      index = new TypeIndex();
      this.#types.set(key, index);
    }
    return index;
  }

  /** A listener that writes is served after the event at hand has reached everyone, so that all see one order. */
  #publish(event: StoreEvent): void {
    this.#history.add(event);
    this.#undelivered.push(event);
    if (this.#delivering) return;
    this.#delivering = true;
    for (let next = this.#undelivered.shift(); next; next = this.#undelivered.shift()) {
      for (const one of this.#watchers.get(next.key) ?? []) deliver(one, next);
      for (const one of this.#everything) deliver(one, next);
    }
    this.#delivering = false;
  }
}

function eventType(object: KubeObject | undefined, previous: StoredObject | undefined): StoreEvent['type'] {
  if (!object) return 'DELETED';
  return previous ? 'MODIFIED' : 'ADDED';
}

function subscribe(subscriptions: Set<Subscription>, one: Subscription): { close(): void } {
  subscriptions.add(one);
  return { close: () => void subscriptions.delete(one) };
}

/** `seen` keeps out events that a listener, who joined while they were delivered, got from the past. */
function deliver(subscription: Subscription, event: StoreEvent): void {
  if (event.revision <= subscription.seen) return;
  subscription.seen = event.revision;
  try {
    subscription.listener(event);
  } catch (error) {
    // A defect of the listener must be loud, but may not keep the event from the others.
    queueMicrotask(() => {
      throw error;
    });
  }
}
