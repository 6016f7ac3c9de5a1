import type { KubernetesObject, ObjectReference } from '@capstan/base';
import type { InformerHub, InformerSelection, SharedInformer } from '@capstan/kube';
import { keyOf } from './facts.ts';

/** An object to follow, and how: the fewer selections, the fewer watches. */
export interface FollowedObject {
  readonly reference: ObjectReference;
  readonly selection: InformerSelection;
}

interface Place {
  readonly shared: SharedInformer;
  /** Who follows which object here. */
  readonly owners: Map<string, Set<string>>;
}

/**
 * Follows the objects of many owners with few watches: one for each kind and selection, however many objects and owners
 * share it. Tells an owner when one of its objects changes.
 */
export class ObjectWatch {
  readonly #hub: InformerHub;
  readonly #changed: (owner: string) => void;
  readonly #places = new Map<string, Place>();
  readonly #followed = new Map<string, ReadonlyMap<string, FollowedObject>>();

  constructor(hub: InformerHub, changed: (owner: string) => void) {
    this.#hub = hub;
    this.#changed = changed;
  }

  /** Makes these the objects of an owner, in place of those before. Resolves when the caches hold them, or `limit` ends. */
  async follow(owner: string, objects: readonly FollowedObject[], limit: Promise<unknown>): Promise<void> {
    const next = new Map(objects.map((one) => [placeKey(one) + keyOf(one.reference), one]));
    const before = this.#followed.get(owner) ?? new Map<string, FollowedObject>();
    this.#followed.set(owner, next);
    for (const [key, one] of next) if (!before.has(key)) this.#add(owner, one);
    for (const [key, one] of before) if (!next.has(key)) this.#drop(owner, one);
    const synced = [...next.values()].map((one) => this.#places.get(placeKey(one))?.shared.informer.synced);
    await Promise.race([Promise.all(synced), limit]);
  }

  /** Follows nothing of an owner any more. */
  forget(owner: string): void {
    for (const one of this.#followed.get(owner)?.values() ?? []) this.#drop(owner, one);
    this.#followed.delete(owner);
  }

  /** A followed object as the cache has it. */
  peek({ reference, selection }: FollowedObject): KubernetesObject | undefined {
    const place = this.#places.get(placeKey({ reference, selection }));
    return place?.shared.informer.get(reference.name, reference.namespace);
  }

  #add(owner: string, one: FollowedObject): void {
    const key = placeKey(one);
    const place = this.#places.get(key) ?? this.#open(key, one);
    const object = keyOf(one.reference);
    place.owners.set(object, (place.owners.get(object) ?? new Set()).add(owner));
  }

  #open(key: string, { reference, selection }: FollowedObject): Place {
    const { apiVersion, kind } = reference;
    const place: Place = { shared: this.#hub.use({ apiVersion, kind }, selection), owners: new Map() };
    this.#places.set(key, place);
    place.shared.onChange(({ object: { metadata } }) => {
      const { name, namespace } = metadata;
      const changed = keyOf({ apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) });
      for (const owner of place.owners.get(changed) ?? []) this.#changed(owner);
    });
    return place;
  }

  #drop(owner: string, one: FollowedObject): void {
    const key = placeKey(one);
    const place = this.#places.get(key);
    const owners = place?.owners.get(keyOf(one.reference));
    owners?.delete(owner);
    if (owners?.size === 0) place?.owners.delete(keyOf(one.reference));
    if (place?.owners.size !== 0) return;
    place.shared.release();
    this.#places.delete(key);
  }
}

function placeKey({ reference: { apiVersion, kind }, selection }: FollowedObject): string {
  const { namespace, labelSelector, fieldSelector, metadataOnly } = selection;
  return JSON.stringify([apiVersion, kind, namespace, labelSelector, fieldSelector, metadataOnly]);
}
