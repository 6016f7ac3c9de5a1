import { isDeepStrictEqual } from 'node:util';
import {
  type Clock,
  isCapstanError,
  type KubernetesObject,
  type Logger,
  messageOf,
  type ObjectReference,
  systemClock,
} from '@capstan/base';
import {
  type ControllerMetrics,
  type InformerEvent,
  type InformerHub,
  KUBE_CODES,
  type KubeClient,
  type NewCondition,
  namespaceIsEnding,
  type ReconcileContext,
  type ReconcileResult,
  runController,
  type SharedInformer,
  setCondition,
  WorkQueue,
} from '@capstan/kube';
import {
  type ApplicationConfiguration,
  type Component,
  type ComponentStatus,
  OAM_API_VERSION,
} from '@capstan/oam-model';
import { CONTROLLER_MANAGER } from '../application/names.ts';
import { isStanding } from '../controllers/shared/failures.ts';
import { decideRevisions, type RevisionsDecision } from './decide.ts';
import { RevisionIndex } from './revision-index.ts';
import { COMPONENT, COMPONENT_LABEL, CONTROLLER_REVISION, type ComponentRevision } from './snapshot.ts';

/** Options of `startComponentController`. */
export interface ComponentControllerOptions {
  readonly client: KubeClient;
  /** Informers shared with the other controllers. */
  readonly hub: InformerHub;
  readonly log: Logger;
  /** Ends the controller. */
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  /** How many revisions of a component are kept beside those that applications name. Default 50. */
  readonly revisionLimit?: number;
  /** How many components are worked on at once. Default 8. */
  readonly concurrency?: number;
  readonly metrics?: ControllerMetrics;
}

/** A running component controller. */
export interface ComponentController {
  /** Resolves when the caches are filled and work has begun; rejects when it was stopped before. */
  readonly ready: Promise<void>;
  /** Resolves when everything has ended after the signal. */
  readonly stopped: Promise<void>;
}

/** Only snapshots of components carry the label. */
const COMPONENT_REVISIONS = { labelSelector: COMPONENT_LABEL } as const;

/** Applications pin revisions. */
const APPLICATION = { apiVersion: OAM_API_VERSION, kind: 'ApplicationConfiguration' } as const;
const RECONCILE_TIMEOUT_MS = 60_000;
/** A name or a right that the API server refuses is refused again. */
const RETRY_MS = 30_000;
/** A name is free at the second try, unless many are taken by objects without our label. */
const ATTEMPTS = 20;

/**
 * Keeps a snapshot of every spec that a component has had, as ControllerRevision `<component>-v<N>`, and the newest in
 * the component's status: two requests for a new component, none at rest.
 */
export function startComponentController(options: ComponentControllerOptions): ComponentController {
  const loop = new ComponentLoop(options);
  return { ready: loop.ready, stopped: loop.stopped };
}

class ComponentLoop {
  readonly ready: Promise<void>;
  readonly stopped: Promise<void>;
  readonly #client: KubeClient;
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #queue: WorkQueue;
  readonly #components: SharedInformer;
  readonly #revisions: SharedInformer;
  readonly #applications: SharedInformer;
  readonly #index = new RevisionIndex();

  constructor(options: ComponentControllerOptions) {
    const { client, hub, log, signal, clock = systemClock, revisionLimit = 50, concurrency = 8, metrics } = options;
    this.#client = client;
    this.#clock = clock;
    this.#limit = revisionLimit;
    this.#queue = new WorkQueue({ name: 'component', clock });
    this.#components = hub.use(COMPONENT);
    this.#revisions = hub.use(CONTROLLER_REVISION, COMPONENT_REVISIONS);
    this.#applications = hub.use(APPLICATION);
    this.#revisions.onChange((event) => this.#onRevision(event));
    this.#components.onChange(({ type, object }) => {
      if (type !== 'DELETED') this.#queue.add(keyOf(object.metadata.namespace, object.metadata.name));
    });
    const informers = [this.#components, this.#revisions, this.#applications];
    this.ready = Promise.all(informers.map(({ informer }) => informer.synced)).then(() => undefined);
    this.ready.catch(() => undefined);
    const run = () =>
      runController({
        name: 'component',
        queue: this.#queue,
        reconcile: (key, context) => this.#reconcile(key, context),
        signal,
        log,
        clock,
        concurrency,
        timeoutMs: RECONCILE_TIMEOUT_MS,
        ...(metrics ? { metrics } : {}),
      });
    this.stopped = this.ready
      .then(run, () => undefined)
      .then(() => {
        this.#queue.close();
        for (const informer of informers) informer.release();
      });
  }

  #onRevision(event: InformerEvent): void {
    const component = this.#index.take(event);
    if (component !== undefined && event.type === 'DELETED') this.#queue.add(component);
  }

  async #reconcile(key: string, { signal }: ReconcileContext): Promise<ReconcileResult | undefined> {
    const { namespace, name } = referenceOf(key);
    const component = this.#components.informer.get(name, namespace) as Component | undefined;
    if (!component || component.metadata.deletionTimestamp) return undefined;
    try {
      const decision = await this.#snapshot(component, signal);
      const condition = { type: 'Synced', status: 'True', reason: 'ReconcileSuccess', message: '' } as const;
      await this.#report(
        component,
        { ...observed(component), latestRevision: decision.latestRevision },
        condition,
        signal,
      );
      await this.#prune(decision, namespace, signal);
      return undefined;
    } catch (error) {
      if (isLastRites(error)) return undefined;
      if (!signal.aborted) await this.#report(component, {}, failed(error), signal);
      if (isStanding(error)) return { requeueAfterMs: RETRY_MS };
      throw error;
    }
  }

  /** Makes the snapshot that is missing; a name that something else has already is left to it. */
  async #snapshot(component: Component, signal: AbortSignal): Promise<RevisionsDecision> {
    const { namespace, name } = component.metadata;
    const found: ComponentRevision[] = [];
    for (let attempt = 1; ; attempt += 1) {
      const revisions = [...this.#index.of(keyOf(namespace, name)), ...found];
      const pins = () => this.#pins(namespace);
      const decision = decideRevisions({ component, revisions, pins, limit: this.#limit });
      if (!decision.create) return decision;
      try {
        const options = { fieldManager: CONTROLLER_MANAGER, signal };
        const created = await this.#client.create({ ...decision.create }, options);
        this.#revisions.informer.learn(created);
        return decision;
      } catch (error) {
        if (!isCapstanError(error, KUBE_CODES.conflict) || attempt === ATTEMPTS) throw error;
        const reference = { ...CONTROLLER_REVISION, name: decision.latestRevision.name, ...inNamespace(namespace) };
        const taken = await this.#client.get(reference, { signal });
        if (taken) found.push(taken as ComponentRevision);
      }
    }
  }

  #pins(namespace: string | undefined): Set<string> {
    return revisionsNamedBy(this.#applications.informer.list(namespace));
  }

  /** The uid guards against writing about a component of the same name that was made in the meantime. */
  async #report(
    component: Component,
    news: Pick<ComponentStatus, 'observedGeneration' | 'latestRevision'>,
    condition: NewCondition,
    signal: AbortSignal,
  ): Promise<void> {
    const { name, namespace, uid, generation } = component.metadata;
    const before = component.status?.conditions ?? [];
    const conditions = setCondition(before, condition, { generation, now: this.#clock.now() });
    const status = { ...news, conditions };
    if (isDeepStrictEqual({ ...component.status, ...status }, component.status)) return;
    const options = { type: 'merge', subresource: 'status', fieldManager: CONTROLLER_MANAGER, signal } as const;
    try {
      const reference = { ...COMPONENT, name, ...inNamespace(namespace) };
      this.#components.informer.learn(await this.#client.patch(reference, { metadata: { uid }, status }, options));
    } catch (error) {
      // Deleted in the meantime. A component of the same name that was made anew is a conflict, and looked at again.
      if (!isCapstanError(error, KUBE_CODES.notFound)) throw error;
    }
  }

  /** The server is asked what applications name by now: a cache may lag behind, or be empty for a moment. */
  async #prune({ prune }: RevisionsDecision, namespace: string, signal: AbortSignal): Promise<void> {
    if (prune.length === 0) return;
    const { items, resourceVersion } = await this.#client.list(APPLICATION, { namespace, signal });
    // The kind is not served: nobody knows.
    if (resourceVersion === '') return;
    const pinned = revisionsNamedBy(items);
    for (const { metadata } of prune) {
      const { name, uid } = metadata;
      if (pinned.has(name)) continue;
      const reference = { ...CONTROLLER_REVISION, name, namespace };
      await this.#client.delete(reference, { ...(uid === undefined ? {} : { uid }), signal });
    }
  }
}

function revisionsNamedBy(applications: readonly KubernetesObject[]): Set<string> {
  const entries = (applications as readonly ApplicationConfiguration[]).flatMap(({ spec }) => spec.components);
  return new Set(entries.flatMap(({ revisionName }) => revisionName ?? []));
}

function observed({ metadata: { generation } }: Component): Pick<ComponentStatus, 'observedGeneration'> {
  return generation === undefined ? {} : { observedGeneration: generation };
}

function failed(error: unknown): NewCondition {
  const message = `cannot create revision: ${messageOf(error)}`;
  return { type: 'Synced', status: 'False', reason: 'ReconcileError', message };
}

/** Nothing can be made in a namespace that is going away, or is gone, and nothing needs to be. */
function isLastRites(error: unknown): boolean {
  return namespaceIsEnding(error) || isCapstanError(error, KUBE_CODES.notFound);
}

function keyOf(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`;
}

function referenceOf(key: string): Pick<ObjectReference, 'name' | 'namespace'> & { readonly namespace: string } {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

function inNamespace(namespace: string | undefined): { readonly namespace?: string } {
  return namespace === undefined ? {} : { namespace };
}
