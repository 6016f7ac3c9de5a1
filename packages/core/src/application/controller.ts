import {
  type Clock,
  isCapstanError,
  type KubernetesObject,
  type Logger,
  type ObjectReference,
  systemClock,
} from '@capstan/base';
import {
  KUBE_CODES,
  type KubeClient,
  pruneInventory,
  type ReconcileContext,
  type ReconcileResult,
  runController,
  WorkQueue,
} from '@capstan/kube';
import { type ApplicationConfiguration, OAM_LABELS } from '@capstan/oam-model';
import type { ContributionRegistry } from '../plugins/contributions.ts';
import { act, type Outcome, ownerUids } from './act.ts';
import { conclude, inventoryBefore } from './conclude.ts';
import { decideApplication } from './decide.ts';
import { recordEvents } from './events.ts';
import type { Decision, ObservedApplication } from './model.ts';
import { CONTROLLER_MANAGER, objectKey } from './names.ts';
import { observeApplication } from './observe.ts';
import { ownStatuses } from './own-status.ts';
import { same } from './plain.ts';
import { Wakes } from './wakes.ts';
import { APPLICATION } from './watches.ts';

/** Options of `startApplicationController`. */
export interface ApplicationControllerOptions {
  readonly client: KubeClient;
  readonly contributions: ContributionRegistry;
  readonly log: Logger;
  /** Ends the controller. */
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  /** How many applications are worked on at once. Default 4. */
  readonly concurrency?: number;
}

/** A running controller. */
export interface ApplicationController {
  /** Resolves when the caches are filled and work has begun; rejects when it was stopped before. */
  readonly ready: Promise<void>;
  /** Resolves when everything has ended after the signal. */
  readonly stopped: Promise<void>;
}

const RETRY_MS = 30_000;
/** A kind that is not served may appear without a Definition, and discovery cannot be watched. */
const RETRY_UNKNOWN_KIND_MS = 5_000;
const RECONCILE_TIMEOUT_MS = 60_000;

/** Brings ApplicationConfigurations about until the signal is aborted: one pass per change, none at rest. */
export function startApplicationController(options: ApplicationControllerOptions): ApplicationController {
  const loop = new ApplicationLoop(options);
  return { ready: loop.ready, stopped: loop.stopped };
}

class ApplicationLoop {
  readonly ready: Promise<void>;
  readonly stopped: Promise<void>;
  readonly #client: KubeClient;
  readonly #contributions: ContributionRegistry;
  readonly #clock: Clock;
  readonly #queue: WorkQueue;
  readonly #wakes: Wakes;

  constructor(options: ApplicationControllerOptions) {
    const { client, contributions, log, signal, clock = systemClock, concurrency = 4 } = options;
    this.#client = client;
    this.#contributions = contributions;
    this.#clock = clock;
    this.#queue = new WorkQueue({ clock });
    this.#wakes = new Wakes({ client, contributions, log, signal, queue: this.#queue });
    this.ready = this.#wakes.watches.synced();
    this.ready.catch(() => undefined);
    const reconcile = (key: string, context: ReconcileContext) => this.#reconcile(key, context);
    const run = () =>
      runController({
        name: 'application',
        queue: this.#queue,
        reconcile,
        signal,
        log,
        clock,
        concurrency,
        timeoutMs: RECONCILE_TIMEOUT_MS,
      });
    this.stopped = this.ready
      .then(run, () => undefined)
      .then(async () => {
        this.#queue.close();
        await this.#wakes.stopped();
      });
  }

  async #reconcile(key: string, { signal }: ReconcileContext): Promise<ReconcileResult | undefined> {
    await this.#cleanUp(key, signal);
    const reference = applicationReference(key);
    const application = (await this.#client.get(reference, { signal })) as ApplicationConfiguration | undefined;
    if (!application || application.metadata.deletionTimestamp) {
      this.#wakes.watches.use(key, []);
      return undefined;
    }
    const observed = await observeApplication(this.#wakes.watches.reader(signal), {
      application,
      contributions: this.#contributions,
    });
    const decision = decideApplication(observed);
    this.#wakes.watches.use(key, [
      ...decision.objects.map((planned) => planned.reference),
      ...inventoryOf(application),
    ]);
    const { outcome, after } = await this.#carryOut(observed, decision, signal);
    await this.#report(after, outcome, signal);
    if (outcome?.failure) throw outcome.failure.error;
    return retryOf(decision);
  }

  /** Applies and deletes what was decided; the inventory is on record before the first object is made. */
  async #carryOut(
    observed: ObservedApplication,
    decision: Decision,
    signal: AbortSignal,
  ): Promise<{ outcome?: Outcome; after: ObservedApplication }> {
    const idle = decision.prune.length === 0 && decision.objects.every((planned) => planned.action === 'keep');
    if (decision.problems.length > 0 || idle) return { after: observed };
    const inventory = inventoryBefore(observed, decision);
    const recorded = same(inventory, inventoryOf(observed.application));
    const application = recorded
      ? observed.application
      : await this.#patchStatus(observed.application, { inventory }, signal);
    const current = { ...observed, application };
    const outcome = await act(this.#client, current, decision, signal);
    const live = new Map([...observed.live, ...outcome.applied]);
    for (const reference of outcome.pruned) live.delete(objectKey(reference));
    return { outcome, after: { ...current, live } };
  }

  /** Writes statuses and events, each only when it says something new. */
  async #report(after: ObservedApplication, outcome: Outcome | undefined, signal: AbortSignal): Promise<void> {
    const decision = decideApplication(after);
    const now = this.#clock.now();
    for (const { object, status } of ownStatuses(decision, after.live, now)) {
      await this.#patchStatus(object, status, signal).catch(ignoreGone);
    }
    const { status, events } = conclude(after, decision, outcome, now);
    if (status) await this.#patchStatus(after.application, { ...status }, signal);
    await recordEvents(this.#client, after.application, events, now);
  }

  /** The uid guards against writing about an object of the same name that was made in the meantime. */
  async #patchStatus<T extends KubernetesObject>(object: T, status: Record<string, unknown>, signal: AbortSignal) {
    const { apiVersion, kind, metadata } = object;
    const { name, namespace, uid } = metadata;
    const reference = { apiVersion, kind, name, ...(namespace ? { namespace } : {}) };
    const options = { type: 'merge', subresource: 'status', fieldManager: CONTROLLER_MANAGER, signal } as const;
    return (await this.#client.patch(reference, { metadata: { uid }, status }, options)) as T;
  }

  /** Deletes what deleted applications made, last created first. Owner references are the safety net behind this. */
  async #cleanUp(key: string, signal: AbortSignal): Promise<void> {
    for (const application of this.#wakes.deleted(key)) {
      await pruneInventory(this.#client, {
        previous: inventoryOf(application),
        desired: [],
        ownerUids: ownerUids(application),
        isOurs: (object) => object.metadata.labels?.[OAM_LABELS.application] === application.metadata.name,
        signal,
      });
    }
    this.#wakes.forgetDeleted(key);
  }
}

function applicationReference(key: string): ObjectReference {
  const slash = key.indexOf('/');
  return { ...APPLICATION, namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

function inventoryOf(application: ApplicationConfiguration) {
  return application.status?.inventory ?? [];
}

function retryOf({ problems }: Decision): ReconcileResult | undefined {
  if (problems.length === 0) return undefined;
  const unknown = problems.some(({ reason }) => reason === 'TraitKindUnknown' || reason === 'WorkloadKindUnknown');
  return { requeueAfterMs: unknown ? RETRY_UNKNOWN_KIND_MS : RETRY_MS };
}

function ignoreGone(error: unknown): void {
  if (!isCapstanError(error, KUBE_CODES.notFound) && !isCapstanError(error, KUBE_CODES.conflict)) throw error;
}
