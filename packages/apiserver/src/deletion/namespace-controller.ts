import type { KubeObject } from '../model/object.ts';
import { type ApiResource, storageKey } from '../model/resource.ts';
import { copyJson, sameJson } from '../schema/json.ts';
import type { StoreEvent } from '../storage/store.ts';
import { type NamespaceCondition, type NamespaceFindings, namespaceConditions } from './namespace-conditions.ts';
import {
  controllerCaller,
  type DeletionParts,
  goneIsFine,
  isAnswer,
  isDeleting,
  StorageResources,
  timeNow,
} from './ports.ts';
import { WorkQueue } from './work-queue.ts';

const NAMESPACES = 'namespaces.';
const PODS = 'pods.';
const API_SERVICES = 'apiservices.apiregistration.k8s.io';
const FINALIZER = 'kubernetes';
const CALLER = controllerCaller('namespace-controller');

/** A namespace with the parts that matter here. */
interface Namespace extends KubeObject {
  spec?: { finalizers?: string[] };
  status?: { phase?: string; conditions?: NamespaceCondition[] };
}

/** What was left of one type. */
interface Remains {
  readonly count: number;
  readonly finalizers: readonly string[];
  /** Nothing holds the objects, and yet they are there: a fault unless they have a grace period. */
  readonly failure: string | undefined;
}

/**
 * Empties namespaces that are being deleted and then lets them go (pkg/controller/namespace/deletion). Pods go first. A
 * namespace is looked at again when something in it has gone, and stays while an aggregated API cannot be discovered.
 */
export class NamespaceController {
  readonly queue: WorkQueue;
  readonly #parts: DeletionParts;
  readonly #resources: StorageResources;
  readonly #terminating = new Set<string>();
  readonly #subscription: { close(): void };

  constructor(parts: DeletionParts) {
    this.#parts = parts;
    this.#resources = new StorageResources(parts.registry);
    const failed = (namespace: string, error: unknown) =>
      parts.log?.({ event: 'namespace-not-emptied', namespace, error: String(error) });
    this.queue = new WorkQueue((name) => this.#sync(name), failed);
    this.#subscription = parts.store.watchAll((event) => this.#handle(event));
    for (const { object } of parts.store.list(NAMESPACES).items) this.#take(object);
  }

  close(): void {
    this.#subscription.close();
    this.queue.close();
  }

  #handle(event: StoreEvent): void {
    if (event.key === NAMESPACES) {
      if (event.type === 'DELETED') this.#terminating.delete(event.name);
      else this.#take(event.current.object);
      return;
    }
    if (this.#terminating.size === 0) return;
    if (event.key === API_SERVICES) for (const name of this.#terminating) this.queue.add(name);
    else if (this.#terminating.has(event.namespace) && mayHelp(event)) this.queue.add(event.namespace);
  }

  #take(object: KubeObject): void {
    const { name = '' } = object.metadata;
    if (!isDeleting(object) || !isOurs(object)) return;
    this.#terminating.add(name);
    this.queue.add(name);
  }

  async #sync(name: string): Promise<void> {
    const namespace = this.#read(name);
    if (!namespace || !isDeleting(namespace) || !isOurs(namespace)) return;
    const findings = await this.#empty(name);
    await this.#writeConditions(name, findings);
    const { discovery, failures, remaining } = findings;
    if (failures.length > 0) throw new Error(failures.join('; '));
    // What remains, and APIs that fail, wake this controller when they change.
    if (discovery.size > 0 || !remaining || remaining.size > 0) return;
    await this.#finalize(name);
  }

  #read(name: string): Namespace | undefined {
    return this.#parts.store.get(NAMESPACES, '', name)?.object as Namespace | undefined;
  }

  async #empty(name: string): Promise<NamespaceFindings> {
    const discovery = this.#failingApis();
    const failures: string[] = [];
    const remaining = new Map<string, number>();
    const finalizers = new Map<string, number>();
    const empty = async (resource: ApiResource) => {
      const remains = await this.#emptyOf(resource, name);
      if (remains.failure !== undefined) failures.push(remains.failure);
      if (remains.count > 0) remaining.set(storageKey(resource.storage), remains.count);
      for (const finalizer of remains.finalizers) finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1);
    };
    const pods = this.#resources.all().get(PODS);
    if (pods) await empty(pods);
    // Nothing that pods may need goes before them; the conditions do not speak of what remains until all was tried.
    if (remaining.size > 0) return { discovery, failures, remaining: undefined, finalizers };
    for (const [key, resource] of this.#resources.all()) {
      if (resource.namespaced && key !== PODS && resource.verbs.includes('delete')) await empty(resource);
    }
    return { discovery, failures, remaining, finalizers };
  }

  async #emptyOf(resource: ApiResource, namespace: string): Promise<Remains> {
    const { store } = this.#parts;
    const key = storageKey(resource.storage);
    if (store.list(key, { namespace, limit: 1 }).items.length === 0) return NOTHING;
    let failure = await this.#delete(resource, namespace);
    const left = store.list(key, { namespace }).items.map((stored) => stored.object);
    if (left.length === 0) return { ...NOTHING, failure };
    const finalizers = left.flatMap((object) => object.metadata.finalizers ?? []);
    if (finalizers.length === 0 && !left.some(hasGracePeriod)) {
      const { group, version, resource: plural } = resource;
      const type = `${group}/${version}, Resource=${plural}`;
      failure ??= `unexpected items still remain in namespace: ${namespace} for gvr: ${type}`;
    }
    return { count: left.length, finalizers, failure };
  }

  async #delete(resource: ApiResource, namespace: string): Promise<string | undefined> {
    const { operations, store } = this.#parts;
    const target = { resource, namespace };
    const options = { propagationPolicy: 'Background' } as const;
    try {
      if (resource.verbs.includes('deletecollection')) {
        await operations.deleteCollection(target, {}, options, CALLER);
        return undefined;
      }
      for (const { object } of store.list(storageKey(resource.storage), { namespace }).items) {
        await goneIsFine(operations.delete(target, object.metadata.name ?? '', options, CALLER));
      }
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  /** Aggregated APIs that do not answer may hold objects of the namespace. */
  #failingApis(): ReadonlyMap<string, string> {
    const failing = new Map<string, string>();
    for (const { object } of this.#parts.store.list(API_SERVICES).items) {
      const { spec, status } = object as ApiService;
      const available = status?.conditions?.find((condition) => condition.type === 'Available');
      if (!spec?.service || available?.status === 'True') continue;
      const version = `${spec.group}/${spec.version}`;
      failing.set(version, `stale GroupVersion discovery: ${version}`);
    }
    return failing;
  }

  async #writeConditions(name: string, findings: NamespaceFindings): Promise<void> {
    await this.#update(name, 'status', (namespace) => {
      const old = namespace.status?.conditions ?? [];
      const conditions = namespaceConditions(old, findings, timeNow(this.#parts));
      if (conditions === old && namespace.status?.phase === 'Terminating') return false;
      namespace.status = { ...namespace.status, phase: 'Terminating', conditions: [...conditions] };
      return true;
    });
  }

  async #finalize(name: string): Promise<void> {
    await this.#update(name, 'finalize', (namespace) => {
      const finalizers = (namespace.spec?.finalizers ?? []).filter((one) => one !== FINALIZER);
      namespace.spec = { ...namespace.spec, finalizers };
      return true;
    });
  }

  /** Changes a namespace by a subresource, again while others are faster. */
  async #update(name: string, subresource: string, change: (namespace: Namespace) => boolean): Promise<void> {
    const target = this.#resources.target(NAMESPACES, '', subresource);
    for (;;) {
      const live = this.#read(name);
      if (!target || !live || !isDeleting(live)) return;
      const next = copyJson(live);
      if (!change(next)) return;
      try {
        await goneIsFine(this.#parts.operations.update(target, name, next, {}, CALLER));
        return;
      } catch (error) {
        if (!isAnswer(error, 409)) throw error;
      }
    }
  }
}

interface ApiService extends KubeObject {
  spec?: { group?: string; version?: string; service?: object | null };
  status?: { conditions?: { type: string; status: string }[] };
}

const NOTHING: Remains = { count: 0, finalizers: [], failure: undefined };

function isOurs(object: KubeObject): boolean {
  return (object as Namespace).spec?.finalizers?.includes(FINALIZER) ?? false;
}

/** Whether an event may bring the end nearer: an object has gone or come, or is held by other finalizers. */
function mayHelp({ type, current, previous }: StoreEvent): boolean {
  if (type !== 'MODIFIED') return true;
  return !sameJson(current.object.metadata.finalizers, previous?.object.metadata.finalizers);
}

/** Pods that still have time to end; whoever ends them removes them. */
function hasGracePeriod(object: KubeObject): boolean {
  return isDeleting(object) && (object.metadata.deletionGracePeriodSeconds ?? 0) > 0;
}
