import { type Clock, groupOf, type KindReference, type KubernetesObject } from '@capstan/base';
import type { InformerEvent, InformerHub, InformerSelection, SharedInformer } from '@capstan/kube';
import { OAM_GROUP } from '@capstan/oam-model';

/** The objects of a kind in a namespace. */
export interface KindPlace extends KindReference {
  readonly namespace: string;
  /** Only those with this label, which are then followed in all namespaces. */
  readonly label?: string;
}

/** Options of `KindWatches`. */
export interface KindWatchesOptions {
  readonly hub: InformerHub;
  readonly clock: Clock;
  /** A change of something that is watched. */
  readonly onEvent: (event: InformerEvent) => void;
  /** A user can read more than before. */
  readonly onSynced: (user: string) => void;
}

interface Held {
  readonly shared: SharedInformer;
  readonly users: Set<string>;
  readonly since: number;
  synced: boolean;
}

/**
 * The kinds that users refer to at the moment, each followed while somebody does, and only in the namespaces where it is
 * referred to: a reference must not make the whole cluster be read. Kinds of ours, and objects with a label of ours, are
 * followed everywhere, so that all controllers share one watch.
 */
export class KindWatches {
  readonly #options: KindWatchesOptions;
  readonly #held = new Map<string, Held>();
  readonly #of = new Map<string, Set<string>>();

  constructor(options: KindWatchesOptions) {
    this.#options = options;
  }

  /** Says that a user needs a kind, beside what it needs already. */
  need(user: string, place: KindPlace): void {
    const key = keyOf(place);
    (this.#held.get(key) ?? this.#start(key, place)).users.add(user);
    this.#of.set(user, (this.#of.get(user) ?? new Set()).add(key));
  }

  /** Says that a user needs nothing but this any more. */
  needOnly(user: string, places: readonly KindPlace[]): void {
    const wanted = new Set(places.map(keyOf));
    for (const key of this.#of.get(user) ?? []) if (!wanted.has(key)) this.#leave(key, user);
    if (wanted.size === 0) this.#of.delete(user);
    for (const place of places) this.need(user, place);
  }

  /** Since when a kind that is used cannot be read, in milliseconds since the epoch; undefined when it can. */
  waitingSince(place: KindPlace): number | undefined {
    const held = this.#held.get(keyOf(place));
    return held && !held.synced ? held.since : undefined;
  }

  /** An object of a kind that is used. */
  get(place: KindPlace, name: string): KubernetesObject | undefined {
    return this.#held.get(keyOf(place))?.shared.informer.get(name, place.namespace);
  }

  /** Objects of a kind that is used. */
  list(place: KindPlace): KubernetesObject[] {
    return this.#held.get(keyOf(place))?.shared.informer.list(place.namespace) ?? [];
  }

  /** Takes the answer to a write of ours. */
  learn(place: KindPlace, object: KubernetesObject): void {
    this.#held.get(keyOf(place))?.shared.informer.learn(object);
  }

  #start(key: string, place: KindPlace): Held {
    const { hub, clock, onEvent, onSynced } = this.#options;
    const { apiVersion, kind } = place;
    const shared = hub.use({ apiVersion, kind }, selectionOf(place));
    const held: Held = { shared, users: new Set(), since: clock.now(), synced: false };
    this.#held.set(key, held);
    shared.onChange(onEvent);
    shared.informer.synced.then(
      () => {
        held.synced = true;
        for (const user of held.users) onSynced(user);
      },
      () => undefined,
    );
    return held;
  }

  #leave(key: string, user: string): void {
    this.#of.get(user)?.delete(key);
    const held = this.#held.get(key);
    held?.users.delete(user);
    if (held?.users.size !== 0) return;
    this.#held.delete(key);
    held.shared.release();
  }
}

function selectionOf({ apiVersion, namespace, label }: KindPlace): InformerSelection {
  if (label !== undefined) return { labelSelector: label };
  return groupOf(apiVersion) === OAM_GROUP ? {} : { namespace };
}

function keyOf(place: KindPlace): string {
  const { namespace = '', labelSelector = '' } = selectionOf(place);
  return `${place.apiVersion}/${place.kind}|${namespace}|${labelSelector}`;
}
