import type { OwnerReference } from '../model/object.ts';
import type { StoredObject, StoreEvent } from '../storage/store.ts';
import { objectPath } from '../storage/type-index.ts';

/** Where an object is. */
export interface Place {
  /** `storageKey` of its type. */
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
}

/** A place as one text: the key of work queues. */
export function placeText({ key, namespace, name }: Place): string {
  return `${key} ${objectPath(namespace, name)}`;
}

/** The place that a text names. */
export function parsePlace(text: string): Place {
  const space = text.indexOf(' ');
  const [first = '', ...rest] = text.slice(space + 1).split('/');
  const key = text.slice(0, space);
  return rest.length === 0 ? { key, namespace: '', name: first } : { key, namespace: first, name: rest.join('/') };
}

/** Who depends on whom, by the uids of owners. Holds only objects that have owners. */
export class OwnerIndex {
  readonly #dependents = new Map<string, Set<string>>();

  /** Places, as text, of the objects that name this uid as an owner. */
  dependentsOf(uid: string): ReadonlySet<string> {
    return this.#dependents.get(uid) ?? NONE;
  }

  /** Takes an event in. */
  apply(event: StoreEvent): void {
    const before = ownersOf(event.previous);
    const after = event.type === 'DELETED' ? [] : ownersOf(event.current);
    if (before.length === 0 && after.length === 0) return;
    const place = placeText(event);
    const kept = new Set(after.map((owner) => owner.uid));
    for (const { uid } of before) if (!kept.has(uid)) this.#remove(uid, place);
    for (const uid of kept) this.#add(uid, place);
  }

  /** Takes an object in that was there before. */
  add(place: Place, stored: StoredObject): void {
    for (const { uid } of ownersOf(stored)) this.#add(uid, placeText(place));
  }

  #add(uid: string, place: string): void {
    const places = this.#dependents.get(uid);
    if (places) places.add(place);
    else this.#dependents.set(uid, new Set([place]));
  }

  #remove(uid: string, place: string): void {
    const places = this.#dependents.get(uid);
    places?.delete(place);
    if (places?.size === 0) this.#dependents.delete(uid);
  }
}

const NONE: ReadonlySet<string> = new Set();

/** The owners of a state; none where there is none. */
export function ownersOf(stored: StoredObject | undefined): readonly OwnerReference[] {
  return stored?.object.metadata.ownerReferences ?? [];
}
