import {
  type Clock,
  isCapstanError,
  type KubernetesObject,
  type Logger,
  type ObjectReference,
  systemClock,
} from '@capstan/base';
import {
  type InformerEvent,
  KUBE_CODES,
  type KubeClient,
  pruneInventory,
  type ReconcileContext,
  type ReconcileResult,
  runController,
  WorkQueue,
} from '@capstan/kube';
import { type ApplicationConfiguration, type Component, OAM_LABELS } from '@capstan/oam-model';
import type { ContributionRegistry } from '../plugins/contributions.ts';
import { act, type Outcome, ownerUids } from './act.ts';
import { conclude, inventoryBefore } from './conclude.ts';
import { decideApplication } from './decide.ts';
import { recordEvents } from './events.ts';
import type { Decision, ObservedApplication } from './model.ts';
import { CONTROLLER_MANAGER, objectKey } from './names.ts';
import { observeApplication, usedKinds } from './observe.ts';
import { ownStatuses } from './own-status.ts';
import { same } from './plain.ts';
import { APPLICATION, type BaseKind, Watches } from './watches.ts';

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
  readonly #watches: Watches;
  /** The last state of applications that were deleted, until what they made is deleted too. */
  readonly #deleted = new Map<string, ApplicationConfiguration[]>();

  constructor(options: ApplicationControllerOptions) {
    const { client, contributions, log, signal, clock = systemClock, concurrency = 4 } = options;
    this.#client = client;
    this.#contributions = contributions;
    this.#clock = clock;
    this.#queue = new WorkQueue({ clock });
    this.#watches = new Watches({
      client,
      log,
      signal,
      onBase: (kind, event) => this.#onBase(kind, event),
      onChild: (object) => this.#onChild(object),
    });
    const forget = contributions.onChange(() => this.#wakeAll());
    this.ready = this.#watches.synced();
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
        forget();
        this.#queue.close();
        await this.#watches.stopped();
      });
  }

  async #reconcile(key: string, { signal }: ReconcileContext): Promise<ReconcileResult | undefined> {
    await this.#cleanUp(key, signal);
    const reference = applicationReference(key);
    const application = (await this.#client.get(reference, { signal })) as ApplicationConfiguration | undefined;
    if (!application || application.metadata.deletionTimestamp) {
      this.#watches.use(key, []);
      return undefined;
    }
    const observed = await observeApplication(this.#watches.reader(signal), {
      application,
      contributions: this.#contributions,
    });
    const decision = decideApplication(observed);
    this.#watches.use(key, [...decision.objects.map((planned) => planned.reference), ...inventoryOf(application)]);
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
    for (const application of this.#deleted.get(key) ?? []) {
      await pruneInventory(this.#client, {
        previous: inventoryOf(application),
        desired: [],
        ownerUids: ownerUids(application),
        isOurs: (object) => object.metadata.labels?.[OAM_LABELS.application] === application.metadata.name,
        signal,
      });
    }
    this.#deleted.delete(key);
  }

  #onBase(kind: BaseKind, event: InformerEvent): void {
    switch (kind) {
      case 'application':
        this.#onApplication(event);
        break;
      case 'component':
        if (hasNewSpec(event)) this.#wakeUsersOf(event.object);
        break;
      case 'crd':
        this.#client.discovery.invalidate();
        this.#wakeUsersOfKind(event.object);
        break;
      default:
        if (hasNewSpec(event)) this.#wakeAll();
    }
  }

  #onApplication(event: InformerEvent): void {
    const application = event.object as ApplicationConfiguration;
    const key = keyOf(application);
    if (event.type === 'DELETED') this.#deleted.set(key, [...(this.#deleted.get(key) ?? []), application]);
    if (hasNewSpec(event) || hasNewMetadata(event)) this.#queue.add(key);
  }

  #onChild({ metadata: { namespace, labels } }: KubernetesObject): void {
    const name = labels?.[OAM_LABELS.application];
    if (name) this.#queue.add(`${namespace ?? ''}/${name}`);
  }

  #wakeUsersOf({ metadata: { name, namespace } }: KubernetesObject): void {
    for (const application of this.#watches.applications(namespace) as ApplicationConfiguration[]) {
      const named = application.spec.components.some(({ componentName }) => componentName === name);
      if (named) this.#queue.add(keyOf(application));
    }
  }

  #wakeUsersOfKind(crd: KubernetesObject): void {
    const { group, names } = crd['spec'] as { group: string; names: { kind: string } };
    for (const application of this.#watches.applications() as ApplicationConfiguration[]) {
      const kinds = usedKinds(application, this.#componentsOf(application));
      const uses = kinds.some(({ apiVersion, kind }) => kind === names.kind && apiVersion.startsWith(`${group}/`));
      if (uses) this.#queue.add(keyOf(application));
    }
  }

  #wakeAll(): void {
    for (const application of this.#watches.applications()) this.#queue.add(keyOf(application));
  }

  #componentsOf({ metadata: { namespace }, spec }: ApplicationConfiguration): Map<string, Component> {
    const found = spec.components.flatMap(({ componentName }) => {
      const component = this.#watches.component(namespace, componentName ?? '');
      return component ? [[component.metadata.name, component as Component] as const] : [];
    });
    return new Map(found);
  }
}

function keyOf({ metadata: { name, namespace } }: KubernetesObject): string {
  return `${namespace ?? ''}/${name}`;
}

function applicationReference(key: string): ObjectReference {
  const slash = key.indexOf('/');
  return { ...APPLICATION, namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

function inventoryOf(application: ApplicationConfiguration) {
  return application.status?.inventory ?? [];
}

/** Status writes, most of them our own, do not count. */
function hasNewSpec({ type, object, old }: InformerEvent): boolean {
  return type !== 'MODIFIED' || object.metadata.generation !== old?.metadata.generation;
}

/** Labels and annotations of the application are passed on to workloads and traits. */
function hasNewMetadata({ object, old }: InformerEvent): boolean {
  const passedOn = (metadata: KubernetesObject['metadata'] | undefined) => ({
    labels: metadata?.labels,
    annotations: metadata?.annotations,
    deletionTimestamp: metadata?.deletionTimestamp,
  });
  return !same(passedOn(object.metadata), passedOn(old?.metadata));
}

function retryOf({ problems }: Decision): ReconcileResult | undefined {
  if (problems.length === 0) return undefined;
  const unknown = problems.some(({ reason }) => reason === 'TraitKindUnknown' || reason === 'WorkloadKindUnknown');
  return { requeueAfterMs: unknown ? RETRY_UNKNOWN_KIND_MS : RETRY_MS };
}

function ignoreGone(error: unknown): void {
  if (!isCapstanError(error, KUBE_CODES.notFound) && !isCapstanError(error, KUBE_CODES.conflict)) throw error;
}
