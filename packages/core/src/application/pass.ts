import { type Clock, isCapstanError, type KubernetesObject } from '@capstan/base';
import { KUBE_CODES, type KubeClient, namespaceIsEnding, type ReconcileResult } from '@capstan/kube';
import type { ApplicationConfiguration, InventoryEntry } from '@capstan/oam-model';
import { isDeleted, mayTake, wasOrphaning } from '../controllers/shared/orphans.ts';
import { finalizersToJoin, scopesToRecord, writeFinalizers } from '../scopes/index.ts';
import { act, type Outcome } from './act.ts';
import { deleteMade, madeIn } from './delete-made.ts';
import { finalizeApplication } from './finalize.ts';
import { assessComponent } from './health.ts';
import type { Decision, ObservedApplication } from './model.ts';
import { objectKey } from './names.ts';
import { same } from './plain.ts';
import { Restraint } from './restraint.ts';
import { inventoryBefore } from './status-entries.ts';
import { patchStatus } from './status-patch.ts';
import { Telling } from './telling.ts';
import type { Wakes } from './wakes.ts';

/** Options of `ApplicationPass`. */
export interface ApplicationPassOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly wakes: Wakes;
}

const RETRY_MS = 30_000;
/** A kind that is not served may appear without a CRD, and discovery cannot be watched. */
const RETRY_UNKNOWN_KIND_MS = 5_000;

/** One pass over one application: observe, decide, act, conclude. */
export class ApplicationPass {
  readonly #client: KubeClient;
  readonly #clock: Clock;
  readonly #wakes: Wakes;
  readonly #telling: Telling;
  readonly #restraint = new Restraint();

  constructor({ client, clock, wakes }: ApplicationPassOptions) {
    this.#client = client;
    this.#clock = clock;
    this.#wakes = wakes;
    this.#telling = new Telling({ client, clock, wakes });
  }

  /** Brings an application closer to what it states. Throws what keeps it from that, after its status says so. */
  async run(key: string, signal: AbortSignal): Promise<ReconcileResult | undefined> {
    await this.#cleanUp(key, signal);
    const { watches } = this.#wakes;
    const slash = key.indexOf('/');
    const application = watches.base.application(key.slice(0, slash), key.slice(slash + 1));
    if (!application) {
      this.#telling.forget(key);
      this.#restraint.forget(key);
      await watches.forget(key);
      return undefined;
    }
    if (application.metadata.deletionTimestamp) {
      const keepsAll = this.#wakes.isOrphaning(application);
      const now = this.#clock.now();
      return finalizeApplication({ client: this.#client, watches, key, application, keepsAll, now, signal });
    }
    const { observed, decision, grew } = await watches.look(key, application);
    if (decision.awaited.length > 0) return undefined;
    const pause = isIdle(decision) ? 0 : this.#restraint.pause(key, this.#clock.now());
    if (pause > 0) return { requeueAfterMs: pause };
    // Its watch tells of the deletion that the server knows of already.
    if (!(await mayTake(this.#client, application, toTake(observed, decision), signal))) return undefined;
    const before = versionsOf(observed, decision);
    const { outcome, after } = await this.#carryOut(key, observed, decision, signal);
    // What waits may wait for the very thing that was just made.
    if (outcome && (changesWaits(before, decision, outcome) || looksFurther(decision, outcome, after, grew))) {
      return { requeueAfterMs: 0 };
    }
    if (namespaceIsEnding(outcome?.failure?.error, application.metadata.namespace)) return { requeueAfterMs: RETRY_MS };
    const again = await this.#telling.tell(key, { after, decision, outcome }, signal);
    if (outcome?.failure) {
      const { error } = outcome.failure;
      if (isCapstanError(error, KUBE_CODES.kindUnknown)) watches.forgetKinds();
      // The status tells of it, and what could make it valid wakes the application.
      if (isCapstanError(error, KUBE_CODES.invalid)) return { requeueAfterMs: RETRY_MS };
      throw error;
    }
    if (grew()) return { requeueAfterMs: 0 };
    return retryOf(decision) ?? soonest(again, this.#endOfWait(decision));
  }

  /** Applies and deletes what was decided; the inventory is on record before the first object is made. */
  async #carryOut(
    key: string,
    observed: ObservedApplication,
    decision: Decision,
    signal: AbortSignal,
  ): Promise<{ outcome?: Outcome; after: ObservedApplication }> {
    if (decision.problems.length > 0 || isIdle(decision)) return { after: observed };
    this.#restraint.spend(key, this.#clock.now());
    const application = await this.#record(observed, decision, signal);
    const current = { ...observed, application };
    const outcome = await act(this.#client, current, decision, {
      signal,
      onApplied: (object) => this.#wakes.learn(key, object),
    });
    const gone = new Set(outcome.pruned.map(objectKey));
    const live = {
      get: (one: string) => (gone.has(one) ? undefined : (outcome.applied.get(one) ?? observed.live.get(one))),
    };
    return { outcome, after: { ...current, live } };
  }

  /** Puts on record, before anything is done, what would otherwise be forgotten by a crash in between. */
  async #record(
    { application, ...observed }: ObservedApplication,
    decision: Decision,
    signal: AbortSignal,
  ): Promise<ApplicationConfiguration> {
    const before = { ...observed, application };
    const inventory = inventoryBefore(before, decision);
    const scopes = scopesToRecord(application.status?.workloads ?? [], decision.scopes.wanted);
    const recorded = sameEntries(inventory, application.status?.inventory ?? []);
    const status = { ...(recorded ? {} : { inventory }), ...(scopes ? { workloads: scopes } : {}) };
    let current = application;
    const finalizers = finalizersToJoin(decision.application);
    if (finalizers) current = await this.#learnt(writeFinalizers(this.#client, current, finalizers, signal));
    if (recorded && !scopes) return current;
    return this.#learnt(patchStatus(this.#client, current, status, signal));
  }

  async #learnt(writing: Promise<ApplicationConfiguration>): Promise<ApplicationConfiguration> {
    const written = await writing;
    this.#wakes.watches.base.learn(written);
    return written;
  }

  /** When what is leaving is not waited for any more. */
  #endOfWait({ leaving }: Decision): ReconcileResult | undefined {
    const ends = leaving.flatMap(({ until, overdue }) => (until === undefined || overdue ? [] : [until]));
    return ends.length === 0 ? undefined : { requeueAfterMs: Math.max(Math.min(...ends) - this.#clock.now(), 1) };
  }

  /** Deletes what deleted applications made, last created first. Owner references are the safety net behind this. */
  async #cleanUp(key: string, signal: AbortSignal): Promise<void> {
    for (const application of this.#wakes.deleted(key)) {
      if (!(await isDeleted(this.#client, application, signal))) continue;
      // As it is on record: what workloads and traits control that are not known by now goes with them.
      const made = application.status?.inventory ?? [];
      if (await wasOrphaning(this.#client, application.metadata.uid, madeIn(application), signal)) continue;
      await deleteMade(this.#client, application, made, made, { signal });
    }
    this.#wakes.forgetDeleted(key);
  }
}

/** Whether judging what was just made takes things that have not been looked at before. */
function looksFurther(
  { rendered }: Decision,
  { applied, pruned, repaired, failure }: Outcome,
  after: ObservedApplication,
  grew: () => boolean,
): boolean {
  if (failure || applied.size === 0 || pruned.length + repaired.length > 0) return false;
  for (const component of rendered) assessComponent(after, component);
  return grew();
}

function soonest(...results: (ReconcileResult | undefined)[]): ReconcileResult | undefined {
  const delays = results.flatMap((result) => result?.requeueAfterMs ?? []);
  return delays.length === 0 ? undefined : { requeueAfterMs: Math.min(...delays) };
}

/** The versions of live objects that are to be applied, by key: taken before, because what is applied is seen at once. */
function versionsOf({ live }: ObservedApplication, { objects }: Decision): ReadonlyMap<string, string | undefined> {
  return new Map(objects.map(({ key }) => [key, live.get(key)?.metadata.resourceVersion]));
}

/** What is to be applied and is there: nothing else can have been let go. */
function toTake({ live }: ObservedApplication, { objects, problems }: Decision): (KubernetesObject | undefined)[] {
  if (problems.length > 0) return [];
  return objects.map(({ action, key }) => (action === 'update' ? live.get(key) : undefined));
}

function changesWaits(
  before: ReadonlyMap<string, string | undefined>,
  { unsatisfied, objects }: Decision,
  { applied, pruned, repaired, failure }: Outcome,
): boolean {
  if (failure || pruned.length + repaired.length > 0) return false;
  // What is applied again because the API server writes it in another way (a cpu of 9000 as 9k) is no change.
  const changed = [...applied].some(([key, { metadata }]) => metadata.resourceVersion !== before.get(key));
  return changed && (unsatisfied.length > 0 || objects.some(({ action }) => action === 'wait'));
}

function isIdle({ objects, claims, prune, stores, scopes }: Decision): boolean {
  const writes = claims.length + prune.length + stores.length + scopes.writes.length;
  return writes === 0 && objects.every(({ action }) => action !== 'create' && action !== 'update');
}

/**
 * Whether the same objects are on record. That a uid has become known need not be written before anything is done; one
 * that is not the object's any more must not stay, or what is made in its place would be taken for somebody else's.
 */
function sameEntries(now: readonly InventoryEntry[], recorded: readonly InventoryEntry[]): boolean {
  if (!same(now.map(objectKey), recorded.map(objectKey))) return false;
  return recorded.every(({ uid }, at) => uid === undefined || uid === now[at]?.uid);
}

function retryOf({ problems }: Decision): ReconcileResult | undefined {
  if (problems.length === 0) return undefined;
  const unknown = problems.some(({ reason }) => reason === 'TraitKindUnknown' || reason === 'WorkloadKindUnknown');
  return { requeueAfterMs: unknown ? RETRY_UNKNOWN_KIND_MS : RETRY_MS };
}
