import {
  CapstanError,
  describeObject,
  type KubernetesObject,
  type ObjectReference,
  type OwnerReference,
} from '@capstan/base';
import type { KubeClient } from '@capstan/kube';
import type { ApplicationConfiguration } from '@capstan/oam-model';
import { CORE_CODES } from '../codes.ts';
import { writeStore } from '../data-passing/write-store.ts';
import { writeScope } from '../scopes/index.ts';
import { applyPlanned } from './apply.ts';
import { claim } from './claim.ts';
import { deleteMade } from './delete-made.ts';
import { currentInventory } from './inventory.ts';
import type { Decision, ObservedApplication, PlannedObject, Stage } from './model.ts';
import { objectKey } from './names.ts';
import { APPLICATION_OWNER } from './plan.ts';

/** Fields of one of our objects that somebody else had set and that were set back. */
export interface Repair {
  readonly reference: ObjectReference;
  readonly managers: readonly string[];
}

/** What was done about an application. */
export interface Outcome {
  /** The objects as the server returned them, by key. */
  readonly applied: ReadonlyMap<string, KubernetesObject>;
  readonly pruned: readonly ObjectReference[];
  readonly repaired: readonly Repair[];
  /** Fields that the API server did not know, as sentences. */
  readonly leftOut: readonly string[];
  /** The first failure in the order of the application. */
  readonly failure?: { readonly stage: Stage; readonly error: unknown };
  /** Why something that a workload or trait renders was not applied, by the key of that workload or trait. */
  readonly unmade?: ReadonlyMap<string, unknown>;
}

/** Options of `act`. */
export interface ActOptions {
  readonly signal?: AbortSignal;
  /** Told of each object that was written, at once. */
  readonly onApplied?: (object: KubernetesObject) => void;
}

/**
 * Brings about what was decided: components beside one another, in each the workload first, then what it renders and its
 * traits; then the stores that they feed, and scopes; then what is to stay gets its owner from what is to go, and what
 * is not wanted any more is deleted. A failure ends what depends on it, and nothing is deleted after one.
 */
export async function act(
  client: KubeClient,
  observed: ObservedApplication,
  decision: Decision,
  options: ActOptions = {},
): Promise<Outcome> {
  const action = new Action(client, observed, decision, options);
  await action.apply();
  await action.writeStores();
  if (!action.failure) await action.joinScopes();
  if (!action.failure) await action.claim();
  if (!action.failure) await action.prune();
  const { applied, pruned, repaired, leftOut, failure, unmade } = action;
  return { applied, pruned, repaired, leftOut, unmade, ...(failure ? { failure } : {}) };
}

class Action {
  readonly applied = new Map<string, KubernetesObject>();
  readonly pruned: ObjectReference[] = [];
  readonly repaired: Repair[] = [];
  readonly leftOut: string[] = [];
  readonly unmade = new Map<string, unknown>();
  readonly #client: KubeClient;
  readonly #observed: ObservedApplication;
  readonly #decision: Decision;
  readonly #options: ActOptions;
  readonly #failures = new Map<number, { readonly stage: Stage; readonly error: unknown }>();

  constructor(client: KubeClient, observed: ObservedApplication, decision: Decision, options: ActOptions) {
    this.#client = client;
    this.#observed = observed;
    this.#decision = decision;
    this.#options = options;
  }

  get failure(): Outcome['failure'] {
    const first = [...this.#failures.keys()].sort((a, b) => a - b)[0];
    return first === undefined ? undefined : this.#failures.get(first);
  }

  async apply(): Promise<void> {
    const { objects } = this.#decision;
    const ofOwner = Map.groupBy(objects.entries(), ([, { owner }]) => owner);
    const below = async (owner: string): Promise<void> => {
      await Promise.all((ofOwner.get(owner) ?? []).map(([at, planned]) => one(at, planned)));
    };
    const one = async (at: number, planned: PlannedObject): Promise<void> => {
      await this.#attempt(at, 'cannot apply components', async () => {
        await this.#applyOne(planned);
        await below(planned.key);
      });
      if (planned.owner !== APPLICATION_OWNER && this.#failures.has(at)) {
        this.unmade.set(planned.owner, this.#failures.get(at)?.error);
      }
    };
    const ofSlot = Map.groupBy(ofOwner.get(APPLICATION_OWNER) ?? [], ([, { slot }]) => slot);
    const slots = [...ofSlot.values()].map(async (entries) => {
      const workload = entries.filter(([, { role }]) => role === 'workload');
      const traits = entries.filter(([, { role }]) => role !== 'workload');
      for (const [at, planned] of workload) await one(at, planned);
      // A trait means nothing to a workload that could not be made.
      if (workload.some(([at]) => this.#failures.has(at))) return;
      await Promise.all(traits.map(([at, planned]) => one(at, planned)));
    });
    await Promise.all(slots);
  }

  /** Those whose sources are there, also where something else failed. Whoever reads a store hears of it by its watch. */
  async writeStores(): Promise<void> {
    const { referred, live, application } = this.#observed;
    const { stores, objects } = this.#decision;
    await Promise.all(
      stores.map((write, at) =>
        this.#attempt(objects.length + at, 'cannot apply components', async () => {
          await writeStore(this.#client, write, {
            sourceOf: (key) => this.applied.get(key) ?? live.get(key),
            store: referred?.get(objectKey(write.store)),
            applicationUid: application.metadata.uid,
            ...this.#request(),
          });
        }),
      ),
    );
  }

  async joinScopes(): Promise<void> {
    const { writes } = this.#decision.scopes;
    const { referred } = this.#observed;
    await Promise.all(
      writes.map((write, at) =>
        this.#attempt(at, 'cannot apply components', async () => {
          const scope = referred?.get(objectKey(write.scope));
          const written = await writeScope(this.#client, write, { scope, ...this.#request() });
          if (written) this.#options.onApplied?.(written);
        }),
      ),
    );
  }

  /** Before anything is deleted: the garbage collector does not wait. */
  async claim(): Promise<void> {
    await Promise.all(
      this.#decision.claims.map((one, at) =>
        this.#attempt(at, 'cannot garbage collect components', async () => {
          const owner = this.#liveOwner(one.owner);
          if (!owner) return;
          const claimed = await claim(this.#client, { ...one, owner }, this.#options.signal);
          if (claimed) this.#options.onApplied?.(claimed);
        }),
      ),
    );
  }

  async prune(): Promise<void> {
    const { application } = this.#observed;
    const live = { get: (key: string) => this.applied.get(key) ?? this.#observed.live.get(key) };
    const made = currentInventory({ application, live });
    await this.#attempt(0, 'cannot garbage collect components', async () => {
      await deleteMade(this.#client, application, made, this.#decision.prune.toReversed(), {
        onProgress: ({ entry, outcome }) => outcome === 'deleted' && this.pruned.push(entry),
        ...this.#request(),
      });
    });
  }

  async #attempt(at: number, stage: Stage, work: () => Promise<void>): Promise<void> {
    try {
      this.#options.signal?.throwIfAborted();
      await work();
    } catch (error) {
      this.#failures.set(at, { stage, error });
    }
  }

  async #applyOne(planned: PlannedObject): Promise<void> {
    if (planned.action !== 'create' && planned.action !== 'update') return;
    const live = this.#observed.live.get(planned.key);
    const owner = this.#ownerOf(planned);
    const { prune, leaving } = this.#decision;
    const going = [...prune, ...leaving].flatMap(({ uid }) => uid ?? []);
    const input = { planned, live, owner, going };
    const { object, managers, leftOut } = await applyPlanned(this.#client, input, this.#options.signal);
    this.leftOut.push(...leftOut);
    this.applied.set(planned.key, object);
    if (managers.length > 0) this.repaired.push({ reference: planned.reference, managers });
    this.#options.onApplied?.(object);
  }

  #ownerOf({ owner: key }: PlannedObject): OwnerReference {
    const owner = this.#liveOwner(key);
    if (owner) return owner;
    const reference = this.#decision.objects.find((object) => object.key === key)?.reference;
    const name = reference ? describeObject(reference) : key;
    throw new CapstanError(CORE_CODES.ownerMissing, `the owner ${name} is not there yet`);
  }

  #liveOwner(key: string): OwnerReference | undefined {
    if (key === APPLICATION_OWNER) return ownedBy(this.#observed.application);
    const owner = this.applied.get(key) ?? this.#observed.live.get(key);
    return owner && ownedBy(owner);
  }

  #request(): { readonly signal?: AbortSignal } {
    return this.#options.signal ? { signal: this.#options.signal } : {};
  }
}

function ownedBy(owner: KubernetesObject | ApplicationConfiguration): OwnerReference {
  const { apiVersion, kind, metadata } = owner;
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', controller: true, blockOwnerDeletion: true };
}
