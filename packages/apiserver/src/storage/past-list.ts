import type { ListScope, StoredList, StoredObject, StoreEvent } from './store.ts';
import { type IndexEntry, objectPath, type TypeIndex } from './type-index.ts';

interface PastState {
  readonly path: string;
  readonly stored: StoredObject;
}

/**
 * The objects of a type as they were, from what they are now and its events since then: costs as much as has happened since,
 * plus the namespace.
 */
export function pastList(now: TypeIndex, since: readonly StoreEvent[], scope: ListScope, revision: number): StoredList {
  const before = statesBefore(since);
  const gone = restored(now, before, scope.namespace);
  const unchanged = present(now, before, scope.namespace);
  const all = gone.length === 0 ? unchanged : [...unchanged, ...gone].sort((a, b) => (a.path < b.path ? -1 : 1));
  const { from = '' } = scope;
  const rest = from === '' ? all : all.filter((one) => one.path >= from);
  const items = rest.slice(0, scope.limit).map((one) => one.stored);
  return { items, revision, remaining: rest.length - items.length };
}

/** The objects that are there now and were then, in order, as they were then. */
function present(
  now: TypeIndex,
  before: ReadonlyMap<string, StoredObject | undefined>,
  namespace: string | undefined,
): PastState[] {
  const states: PastState[] = [];
  const [start, end] = now.range(namespace);
  for (let position = start; position < end; position += 1) {
    const entry = now.at(position) as IndexEntry;
    const stored = before.has(entry.path) ? before.get(entry.path) : entry.stored;
    if (stored) states.push({ path: entry.path, stored });
  }
  return states;
}

/** What each object that was touched had been before: undefined where it did not exist. */
function statesBefore(since: readonly StoreEvent[]): Map<string, StoredObject | undefined> {
  const before = new Map<string, StoredObject | undefined>();
  for (const event of since) {
    const path = objectPath(event.namespace, event.name);
    if (!before.has(path)) before.set(path, event.previous);
  }
  return before;
}

/** The objects that were there then and are not now. */
function restored(
  now: TypeIndex,
  before: ReadonlyMap<string, StoredObject | undefined>,
  namespace: string | undefined,
): PastState[] {
  const gone: PastState[] = [];
  for (const [path, stored] of before) {
    if (!stored || now.get(path) || (namespace && !path.startsWith(`${namespace}/`))) continue;
    gone.push({ path, stored });
  }
  return gone;
}
