import type { KubernetesObject, ObjectReference } from '@capstan/base';
import { PACKAGE_LABEL } from '@capstan/capability-model';
import type { InformerHub, KubeClient } from '@capstan/kube';
import { INSTALLER } from '../installer/labels.ts';
import { mapLimit } from '../plan/parallel.ts';
import { type Drift, findDrift, missing } from './drift.ts';
import { type HealthFacts, keyOf, watchedObjects } from './facts.ts';
import { type InventoryItem, ownObjects, placed, releaseItems } from './inventory.ts';
import { type FollowedObject, ObjectWatch } from './object-watch.ts';
import type { Releases } from './releases.ts';
import type { HealthSubject } from './subject.ts';

/** What `PackageWatch` is made of. */
export interface PackageWatchOptions {
  readonly client: KubeClient;
  readonly hub: InformerHub;
  readonly releases: Releases;
  /** Told the package whose objects changed. */
  readonly changed: (name: string) => void;
}

/** The inventory of one package, and the revisions of its releases that it was read from. */
interface Inventory {
  readonly records: string;
  readonly items: readonly InventoryItem[];
}

/** An object that drifted, with what it should be. */
export interface DriftedItem {
  readonly item: InventoryItem;
  readonly drift: Drift;
}

interface Verdict {
  /** Version of the object that it is about. */
  readonly of: string | undefined;
  readonly drift: Drift | undefined;
}

/** Every object of a chart carries this label, which Helm writes. */
const OF_HELM = { labelSelector: 'app.kubernetes.io/managed-by=Helm' } as const;
const OF_OURS = { labelSelector: PACKAGE_LABEL } as const;

/** Follows the objects of installed packages and gathers from caches what their health follows from. */
export class PackageWatch {
  readonly #options: PackageWatchOptions;
  readonly #objects: ObjectWatch;
  readonly #inventories = new Map<string, Inventory>();
  readonly #subjects = new Map<string, HealthSubject>();
  readonly #verdicts = new Map<string, Verdict>();
  readonly #drifts = new Map<string, readonly DriftedItem[]>();

  constructor(options: PackageWatchOptions) {
    this.#options = options;
    this.#objects = new ObjectWatch(options.hub, options.changed);
  }

  /** What each package has of drift, as seen last. */
  get drifts(): ReadonlyMap<string, readonly DriftedItem[]> {
    return this.#drifts;
  }

  /** The packages that a Helm release, `namespace/name`, belongs to. */
  ownersOf(release: string): string[] {
    return [...this.#subjects.values()]
      .filter(({ releases }) => releases.some((one) => `${one.namespace}/${one.release}` === release))
      .map(({ name }) => name);
  }

  /** Follows what a package consists of. Its inventory is read again only when one of its releases has a new revision. */
  async follow(subject: HealthSubject, limit: Promise<unknown>): Promise<void> {
    const { name } = subject;
    this.#subjects.set(name, subject);
    const inventory = await this.#inventory(subject);
    const objects = new Map<string, FollowedObject>();
    for (const item of inventory.items) objects.set(`inventory ${keyOf(item.reference)}`, inventoryPlace(item));
    for (const reference of watchedObjects(subject)) objects.set(keyOf(reference), objectPlace(reference, inventory));
    await this.#objects.follow(name, [...objects.values()], limit);
  }

  /** Follows nothing of a package any more. */
  forget(name: string): void {
    for (const item of this.#inventories.get(name)?.items ?? []) this.#verdicts.delete(keyOf(item.reference));
    this.#inventories.delete(name);
    this.#subjects.delete(name);
    this.#drifts.delete(name);
    this.#objects.forget(name);
  }

  /** What the caches say of a package that is followed. What a cache lacks is asked for, for a label may be gone. */
  async facts(subject: HealthSubject, signal: AbortSignal): Promise<Pick<HealthFacts, 'object' | 'release' | 'drift'>> {
    const inventory = await this.#inventory(subject);
    const found = new Map<string, KubernetesObject | undefined>();
    await mapLimit(watchedObjects(subject), 8, async (reference) => {
      found.set(keyOf(reference), await this.#look(objectPlace(reference, inventory), signal));
    });
    const looked = await mapLimit(inventory.items, 8, async (item) => {
      const drift = await this.#driftOf(item, signal);
      const key = keyOf(item.reference);
      // Two watches may tell of one deletion at different moments; whichever is first is right.
      if (drift?.kind === 'missing') found.set(key, undefined);
      const gone = found.has(key) && found.get(key) === undefined;
      return { item, drift: gone ? missing(item.reference) : drift };
    });
    const drifted = looked.flatMap(({ item, drift }) => (drift ? [{ item, drift }] : []));
    this.#drifts.set(subject.name, drifted);
    return {
      object: (reference) => found.get(keyOf(reference)),
      release: (name, namespace) => this.#options.releases.find(name, namespace),
      drift: drifted.map(({ drift }) => drift),
    };
  }

  async #inventory(subject: HealthSubject): Promise<Inventory> {
    const { client, releases } = this.#options;
    const records = subject.releases.map((one) => releases.find(one.release, one.namespace)?.record ?? '').join();
    const key = `${subject.metadata.version}+${subject.metadata.release} ${records}`;
    const known = this.#inventories.get(subject.name);
    if (known?.records === key) return known;
    const charts = await Promise.all(subject.releases.map((release) => releaseItems(client, release)));
    const own = await placed(client, ownObjects(subject), INSTALLER);
    // A release that is being changed, or is gone, has no record to read: what was known of it still holds.
    const items = charts.map((items, index) =>
      items.length > 0 ? items : (known?.items ?? []).filter(isOf(subject, index)),
    );
    const inventory = { records: key, items: [...items.flat(), ...own] };
    this.#inventories.set(subject.name, inventory);
    return inventory;
  }

  async #look(followed: FollowedObject, signal: AbortSignal): Promise<KubernetesObject | undefined> {
    return this.#objects.peek(followed) ?? this.#options.client.get(followed.reference, { signal });
  }

  async #driftOf(item: InventoryItem, signal: AbortSignal): Promise<Drift | undefined> {
    const live = await this.#look(inventoryPlace(item), signal);
    const key = keyOf(item.reference);
    const known = this.#verdicts.get(key);
    const of = live?.metadata.resourceVersion;
    if (known && of !== undefined && known.of === of) return known.drift;
    const drift = await findDrift(this.#options.client, item, live, { signal });
    this.#verdicts.set(key, { of, drift });
    return drift;
  }
}

/** For drift the metadata is enough. */
function inventoryPlace({ reference, manager }: InventoryItem): FollowedObject {
  return { reference, selection: { ...(manager === 'helm' ? OF_HELM : OF_OURS), metadataOnly: true } };
}

/** Kinds that the operator follows as a whole anyway, or the watch that the objects of charts share, or one of its own. */
function objectPlace(reference: ObjectReference, { items }: Inventory): FollowedObject {
  if (reference.kind === 'CustomResourceDefinition' || reference.apiVersion.startsWith('core.oam.dev/')) {
    return { reference, selection: {} };
  }
  const key = keyOf(reference);
  if (items.some((item) => item.manager === 'helm' && keyOf(item.reference) === key)) {
    return { reference, selection: OF_HELM };
  }
  const { namespace, name } = reference;
  const where = namespace === undefined ? {} : { namespace };
  return { reference, selection: { ...where, fieldSelector: `metadata.name=${name}` } };
}

function isOf(subject: HealthSubject, index: number): (item: InventoryItem) => boolean {
  const release = subject.releases[index];
  return ({ wanted, manager }) => {
    const { annotations } = wanted.metadata;
    return manager === 'helm' && annotations?.['meta.helm.sh/release-name'] === release?.release;
  };
}
