import { type KindReference, type KubernetesObject, referenceTo } from '@capstan/base';
import type { InformerOptions } from '@capstan/kube';
import { type Backoff, type Informer, type InformerEvent, type KubeClient, startInformer } from '@capstan/kube';
import { controllerOf, isDeleting, keyOf, toTime } from '../model/meta.ts';

/** Told of each change, after the indexes know it. `old` is the state before. */
export type ChangeHandler<T> = (object: T, old: T | undefined, type: InformerEvent['type']) => void;

/** What a Resource is made of. */
export interface ResourceOptions extends Pick<InformerOptions, 'signal' | 'log' | 'clock' | 'fieldSelector'> {
  readonly kind: KindReference;
  readonly backoff: Backoff;
  /** Who writes, as managedFields show it. */
  readonly manager: string;
  readonly now: () => number;
}

/**
 * One kind: a cache with indexes that follows the cluster, and writes whose answers the cache learns at once, so that a
 * controller that has created a Pod counts it when it looks again. Objects are shared: never change one.
 */
export class Resource<T extends KubernetesObject> {
  readonly kind: KindReference;
  readonly #client: KubeClient;
  readonly #options: ResourceOptions;
  readonly #informer: Informer;
  readonly #byNamespace = new Map<string, Map<string, T>>();
  /** By the uid of the controller; objects without one by `/` and their namespace. */
  readonly #byController = new Map<string, Map<string, T>>();
  readonly #handlers = new Set<ChangeHandler<T>>();

  constructor(client: KubeClient, options: ResourceOptions) {
    this.#client = client;
    this.#options = options;
    this.kind = options.kind;
    this.#informer = startInformer(client, options);
    this.#informer.onChange((event) => this.#take(event));
  }

  /** Resolves when the cache holds what the cluster has; rejects when stopped before. */
  get synced(): Promise<void> {
    return this.#informer.synced;
  }

  /** Resolves when it has ended after its signal. */
  get stopped(): Promise<void> {
    return this.#informer.stopped;
  }

  get(name: string, namespace = ''): T | undefined {
    return this.#byNamespace.get(namespace)?.get(name);
  }

  /** All objects, or those of one namespace. */
  list(namespace?: string): T[] {
    if (namespace !== undefined) return [...(this.#byNamespace.get(namespace)?.values() ?? [])];
    return [...this.#byNamespace.values()].flatMap((objects) => [...objects.values()]);
  }

  /** The objects that have this controller. */
  controlledBy(uid: string | undefined): T[] {
    return [...(this.#byController.get(uid ?? '')?.values() ?? [])];
  }

  /** The objects of a namespace that have no controller. */
  orphans(namespace: string): T[] {
    return [...(this.#byController.get(`/${namespace}`)?.values() ?? [])];
  }

  /** Calls the handler for every object there is and for every change from now on. */
  onChange(handler: ChangeHandler<T>): void {
    for (const object of this.list()) handler(object, undefined, 'ADDED');
    this.#handlers.add(handler);
  }

  /** Creates an object. */
  async create(object: T): Promise<T> {
    return this.#learn(await this.#client.create(object, this.#write()));
  }

  /** Replaces an object, guarded by its resourceVersion. */
  async update(object: T): Promise<T> {
    return this.#learn(await this.#client.replace(object, this.#write()));
  }

  /** Replaces the status, guarded by the object's resourceVersion. */
  async updateStatus(object: T): Promise<T> {
    return this.#learn(await this.#client.replace(object, { ...this.#write(), subresource: 'status' }));
  }

  /** Merges into the status, whatever the object's version. */
  async patchStatus(object: T, patch: object, manager?: string): Promise<T> {
    const options = { ...this.#write(), ...(manager && { fieldManager: manager }), subresource: 'status' } as const;
    return this.#learn(await this.#client.patch(referenceTo(object), patch, options));
  }

  /** Merges into the object, whatever its version. */
  async patch(object: T, patch: object): Promise<T> {
    return this.#learn(await this.#client.patch(referenceTo(object), patch, this.#write()));
  }

  /** Asks for the deletion of exactly this object; the cache shows it as being deleted at once. */
  async delete(object: T, options: { readonly gracePeriodSeconds?: number } = {}): Promise<void> {
    const { uid = '' } = object.metadata;
    await this.#client.delete(referenceTo(object), { ...options, uid, signal: this.#options.signal });
    const known = this.get(object.metadata.name, object.metadata.namespace);
    if (known?.metadata.uid !== uid || isDeleting(known)) return;
    const deletionTimestamp = toTime(this.#options.now());
    this.#index({ ...known, metadata: { ...known.metadata, deletionTimestamp } });
  }

  #write(): { fieldManager: string; signal: AbortSignal } {
    return { fieldManager: this.#options.manager, signal: this.#options.signal };
  }

  #learn(answer: KubernetesObject): T {
    this.#informer.learn(answer);
    return answer as T;
  }

  #take({ type, object: changed, old }: InformerEvent): void {
    const object = changed as T;
    if (type === 'DELETED') this.#drop(object);
    else this.#index(object);
    for (const handler of this.#handlers) handler(object, old as T | undefined, type);
  }

  #index(object: T): void {
    const known = this.get(object.metadata.name, object.metadata.namespace);
    if (known) this.#drop(known);
    inner(this.#byNamespace, object.metadata.namespace ?? '').set(object.metadata.name, object);
    inner(this.#byController, indexKey(object)).set(keyOf(object), object);
  }

  #drop(object: T): void {
    const known = this.get(object.metadata.name, object.metadata.namespace) ?? object;
    remove(this.#byNamespace, object.metadata.namespace ?? '', object.metadata.name);
    remove(this.#byController, indexKey(known), keyOf(object));
  }
}

function indexKey(object: KubernetesObject): string {
  return controllerOf(object)?.uid ?? `/${object.metadata.namespace ?? ''}`;
}

function inner<T>(map: Map<string, Map<string, T>>, key: string): Map<string, T> {
  const known = map.get(key);
  if (known) return known;
  const made = new Map<string, T>();
  map.set(key, made);
  return made;
}

function remove<T>(map: Map<string, Map<string, T>>, outer: string, key: string): void {
  const found = map.get(outer);
  found?.delete(key);
  if (found?.size === 0) map.delete(outer);
}
