import { type KubeObject, type OwnerReference, parseApiVersion } from '../model/object.ts';
import { storageKey } from '../model/resource.ts';
import { FOREGROUND_FINALIZER, ORPHAN_FINALIZER } from '../resources/deletion-policy.ts';
import { sameJson } from '../schema/json.ts';
import type { StoredObject, StoreEvent } from '../storage/store.ts';
import { reportInvalidNamespace } from './invalid-owner-event.ts';
import { OwnerIndex, ownersOf, type Place, parsePlace, placeText } from './owner-index.ts';
import {
  controllerCaller,
  type DeletionParts,
  goneIsFine,
  hasFinalizer,
  isDeleting,
  StorageResources,
} from './ports.ts';
import { WorkQueue } from './work-queue.ts';

/** Types that are never collected (garbagecollector DefaultIgnoredResources); the two groups of Events are one storage. */
const IGNORED = new Set(['events.', 'events.events.k8s.io']);

/** How many owners that are gone are remembered: their kind may be gone too when a dependent is looked at. */
const MAX_ABSENT = 500;

const CALLER = controllerCaller('generic-garbage-collector');

interface Classified {
  readonly solid: readonly OwnerReference[];
  readonly dangling: readonly OwnerReference[];
  /** Owners that wait for their dependents to go. */
  readonly waiting: readonly OwnerReference[];
}

/**
 * Removes what no owner needs any more, and does what the finalizers of foreground and orphaning deletions stand for
 * (pkg/controller/garbagecollector). It acts on every event at once, also on those of kinds that were just defined, and
 * looks only at objects that an event concerns.
 */
export class GarbageCollector {
  readonly queue: WorkQueue;
  readonly #parts: DeletionParts;
  readonly #resources: StorageResources;
  readonly #index = new OwnerIndex();
  readonly #absent = new Set<string>();
  /** Objects with an owner whose kind is not served: looked at again when the kinds change. */
  readonly #unresolved = new Set<string>();
  readonly #ends: (() => void)[];

  constructor(parts: DeletionParts) {
    this.#parts = parts;
    this.#resources = new StorageResources(parts.registry);
    const failed = (key: string, error: unknown) =>
      parts.log?.({ event: 'garbage-collection-failed', object: key, error: String(error) });
    this.queue = new WorkQueue((text) => this.#process(parsePlace(text)), failed);
    const subscription = parts.store.watchAll((event) => this.#handle(event));
    this.#ends = [() => subscription.close(), parts.registry.onChange(() => this.#kindsChanged())];
    this.#takeAll();
  }

  close(): void {
    for (const end of this.#ends) end();
    this.queue.close();
  }

  #takeAll(): void {
    for (const key of this.#resources.all().keys()) {
      if (IGNORED.has(key)) continue;
      for (const stored of this.#parts.store.list(key).items) {
        if (!mayConcern(stored)) continue;
        const { namespace = '', name = '' } = stored.object.metadata;
        this.#index.add({ key, namespace, name }, stored);
        if (ownersOf(stored).length > 0 || isDeleting(stored.object))
          this.queue.add(placeText({ key, namespace, name }));
      }
    }
  }

  #kindsChanged(): void {
    for (const place of this.#unresolved) this.queue.add(place);
    this.#unresolved.clear();
  }

  #handle(event: StoreEvent): void {
    if (IGNORED.has(event.key)) return;
    this.#index.apply(event);
    const owners = ownersOf(event.current);
    const { uid = '' } = event.current.object.metadata;
    const dependents = this.#index.dependentsOf(uid);
    if (event.type === 'DELETED') {
      if (dependents.size > 0) this.#rememberAbsent(uid);
      this.#unresolved.delete(placeText(event));
      for (const place of dependents) this.queue.add(place);
      this.#wakeWaitingOwners(event.namespace, owners);
      return;
    }
    const before = ownersOf(event.previous);
    const changed = !sameJson(owners, before);
    if (changed) this.#wakeWaitingOwners(event.namespace, before);
    if ((changed && owners.length > 0) || isDeleting(event.current.object)) this.queue.add(placeText(event));
  }

  /** Owners that wait for their dependents have one less to wait for, perhaps. An owner is in the same namespace or in none. */
  #wakeWaitingOwners(namespace: string, owners: readonly OwnerReference[]): void {
    for (const owner of owners) {
      const kind = this.#kindOf(owner);
      if (!kind) continue;
      const place = { key: storageKey(kind.storage), namespace: kind.namespaced ? namespace : '', name: owner.name };
      if (awaitsDependents(this.#read(place)?.object)) this.queue.add(placeText(place));
    }
  }

  #kindOf(owner: OwnerReference) {
    const { group, version } = parseApiVersion(owner.apiVersion);
    return this.#parts.registry.findKind(group, version, owner.kind);
  }

  #read({ key, namespace, name }: Place): StoredObject | undefined {
    return this.#parts.store.get(key, namespace, name);
  }

  #rememberAbsent(uid: string): void {
    this.#absent.add(uid);
    const [oldest] = this.#absent;
    if (this.#absent.size > MAX_ABSENT && oldest !== undefined) this.#absent.delete(oldest);
  }

  async #process(place: Place): Promise<void> {
    const stored = this.#read(place);
    if (!stored || !this.#resources.all().has(place.key)) return;
    const { object } = stored;
    if (isDeleting(object) && hasFinalizer(object, ORPHAN_FINALIZER)) return this.#orphan(place, stored);
    if (awaitsDependents(object)) return this.#awaitDependents(place, stored);
    if (isDeleting(object)) return;
    await this.#collect(place, stored);
  }

  async #orphan(place: Place, stored: StoredObject): Promise<void> {
    const { uid = '' } = stored.object.metadata;
    for (const text of this.#index.dependentsOf(uid)) {
      const dependent = parsePlace(text);
      const live = this.#read(dependent);
      if (live) await this.#dropOwners(dependent, live, new Set([uid]));
    }
    await this.#removeFinalizer(place, stored, ORPHAN_FINALIZER);
  }

  async #awaitDependents(place: Place, stored: StoredObject): Promise<void> {
    const { uid = '' } = stored.object.metadata;
    let blocked = false;
    for (const text of this.#index.dependentsOf(uid)) {
      const dependent = this.#read(parsePlace(text));
      if (!dependent) continue;
      const reference = ownersOf(dependent).find((owner) => owner.uid === uid);
      if (reference?.blockOwnerDeletion) blocked = true;
      if (!isDeleting(dependent.object)) this.queue.add(text);
    }
    if (!blocked) await this.#removeFinalizer(place, stored, FOREGROUND_FINALIZER);
  }

  async #collect(place: Place, stored: StoredObject): Promise<void> {
    if (ownersOf(stored).length === 0) return;
    const references = await this.#classify(place, stored);
    if (!references) return;
    const { solid, dangling, waiting } = references;
    if (solid.length > 0) {
      const gone = new Set([...dangling, ...waiting].map((owner) => owner.uid));
      if (gone.size > 0) await this.#dropOwners(place, stored, gone);
      return;
    }
    const dependents = [...this.#index.dependentsOf(stored.object.metadata.uid ?? '')];
    if (waiting.length === 0 || dependents.length === 0) return this.#delete(place, stored, policyOf(stored));
    // A circle of objects that wait for one another would never end.
    if (dependents.some((text) => awaitsDependents(this.#read(parsePlace(text))?.object)))
      await this.#unblock(place, stored);
    const latest = this.#read(place);
    if (latest) await this.#delete(place, latest, 'Foreground');
  }

  /** Undefined where nothing can be said of an owner. */
  async #classify(place: Place, stored: StoredObject): Promise<Classified | undefined> {
    const classified = {
      solid: [] as OwnerReference[],
      dangling: [] as OwnerReference[],
      waiting: [] as OwnerReference[],
    };
    for (const owner of ownersOf(stored)) {
      const is = await this.#judge(place, stored, owner);
      if (!is) return undefined;
      classified[is].push(owner);
    }
    return classified;
  }

  /** Undefined where the owner's kind is not served, or where a cluster-scoped object names a namespaced owner. */
  async #judge(place: Place, stored: StoredObject, owner: OwnerReference): Promise<keyof Classified | undefined> {
    const kind = this.#kindOf(owner);
    const misplaced = kind?.namespaced === true && place.namespace === '';
    if (!misplaced && this.#absent.has(owner.uid)) return 'dangling';
    if (!kind) {
      this.#unresolved.add(placeText(place));
      return undefined;
    }
    const key = storageKey(kind.storage);
    const namespace = kind.namespaced ? place.namespace : '';
    const found = misplaced ? undefined : this.#read({ key, namespace, name: owner.name })?.object;
    if (found?.metadata.uid === owner.uid) return awaitsDependents(found) ? 'waiting' : 'solid';
    if (misplaced || (kind.namespaced && this.#isElsewhere(key, owner))) {
      await reportInvalidNamespace(this.#parts, CALLER, place, stored.object, owner);
    }
    return misplaced ? undefined : 'dangling';
  }

  #isElsewhere(key: string, owner: OwnerReference): boolean {
    return this.#parts.store.list(key).items.some(({ object }) => {
      return object.metadata.name === owner.name && object.metadata.uid === owner.uid;
    });
  }

  async #delete(place: Place, stored: StoredObject, propagationPolicy: 'Background' | 'Foreground' | 'Orphan') {
    const target = this.#resources.target(place.key, place.namespace);
    if (!target) return;
    const { uid, resourceVersion } = stored.object.metadata;
    const options = { preconditions: { uid, resourceVersion }, propagationPolicy };
    await goneIsFine(this.#parts.operations.delete(target, place.name, options, CALLER));
  }

  async #dropOwners(place: Place, stored: StoredObject, uids: ReadonlySet<string>): Promise<void> {
    const left = ownersOf(stored).filter((owner) => !uids.has(owner.uid));
    await this.#patchMetadata(place, stored, { ownerReferences: left.length === 0 ? null : left });
  }

  async #unblock(place: Place, stored: StoredObject): Promise<void> {
    const ownerReferences = ownersOf(stored).map((owner) =>
      owner.blockOwnerDeletion ? { ...owner, blockOwnerDeletion: false } : owner,
    );
    await this.#patchMetadata(place, stored, { ownerReferences });
  }

  async #removeFinalizer(place: Place, stored: StoredObject, finalizer: string): Promise<void> {
    const left = (stored.object.metadata.finalizers ?? []).filter((one) => one !== finalizer);
    await this.#patchMetadata(place, stored, { finalizers: left.length === 0 ? null : left });
  }

  async #patchMetadata(place: Place, stored: StoredObject, change: object): Promise<void> {
    const target = this.#resources.target(place.key, place.namespace);
    if (!target) return;
    const { uid, resourceVersion } = stored.object.metadata;
    const patch = JSON.parse(JSON.stringify({ metadata: { uid, resourceVersion, ...change } }));
    await goneIsFine(this.#parts.operations.patch(target, place.name, { type: 'merge', patch }, {}, CALLER));
  }
}

/** Whether the object can have owners or be on its way out. Told from its bytes: parsing all objects would slow every start. */
function mayConcern(stored: StoredObject): boolean {
  const json = stored.json();
  return json.includes('"ownerReferences"') || json.includes('"deletionTimestamp"');
}

/** Whether an object goes only after its dependents. */
function awaitsDependents(object: KubeObject | undefined): boolean {
  return isDeleting(object) && hasFinalizer(object, FOREGROUND_FINALIZER);
}

/** A finalizer that is there already decides (attemptToDeleteItem). */
function policyOf({ object }: StoredObject): 'Background' | 'Foreground' | 'Orphan' {
  if (hasFinalizer(object, ORPHAN_FINALIZER)) return 'Orphan';
  return hasFinalizer(object, FOREGROUND_FINALIZER) ? 'Foreground' : 'Background';
}
