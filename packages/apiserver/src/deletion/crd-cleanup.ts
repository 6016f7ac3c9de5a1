import {
  CLEANUP_FINALIZER,
  CRD_TYPE,
  type Crd,
  type CrdCondition,
  conditionIsTrue,
  withCondition,
} from '../crd/definition.ts';
import type { KubeObject } from '../model/object.ts';
import { storageKey } from '../model/resource.ts';
import { copyJson } from '../schema/json.ts';
import type { StoreEvent } from '../storage/store.ts';
import {
  controllerCaller,
  type DeletionParts,
  goneIsFine,
  hasFinalizer,
  isAnswer,
  isDeleting,
  StorageResources,
  timeNow,
} from './ports.ts';
import { WorkQueue } from './work-queue.ts';

const CRDS = storageKey(CRD_TYPE);
const CALLER = {
  ...controllerCaller('apiextensions-apiserver'),
  user: { username: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] },
  userAgent: 'kube-apiserver/v1.35.4',
};

/**
 * Deletes the instances of CRDs that are being deleted, then lets the CRDs go (apiextensions-apiserver
 * pkg/controller/finalizer). A CRD is looked at again when an instance has gone.
 */
export class CrdCleanup {
  readonly queue: WorkQueue;
  readonly #parts: DeletionParts;
  readonly #resources: StorageResources;
  /** CRDs that wait, by the storage key of their instances. */
  readonly #waiting = new Map<string, string>();
  readonly #subscription: { close(): void };

  constructor(parts: DeletionParts) {
    this.#parts = parts;
    this.#resources = new StorageResources(parts.registry);
    const failed = (crd: string, error: unknown) =>
      parts.log?.({ event: 'crd-not-cleaned-up', crd, error: String(error) });
    this.queue = new WorkQueue((name) => this.#sync(name), failed);
    this.#subscription = parts.store.watchAll((event) => this.#handle(event));
    for (const { object } of parts.store.list(CRDS).items) this.#take(object);
  }

  close(): void {
    this.#subscription.close();
    this.queue.close();
  }

  #handle(event: StoreEvent): void {
    if (event.key === CRDS) {
      if (event.type !== 'DELETED') this.#take(event.current.object);
      return;
    }
    const crd = event.type === 'DELETED' ? this.#waiting.get(event.key) : undefined;
    if (crd !== undefined && this.#parts.store.count(event.key) === 0) this.queue.add(crd);
  }

  #take(object: KubeObject): void {
    if (isDeleting(object) && hasFinalizer(object, CLEANUP_FINALIZER)) this.queue.add(object.metadata.name ?? '');
  }

  async #sync(name: string): Promise<void> {
    const crd = this.#read(name);
    if (!crd || !isDeleting(crd) || !hasFinalizer(crd, CLEANUP_FINALIZER)) return;
    const key = storageKey({ group: crd.spec.group, resource: crd.spec.names.plural });
    if (!conditionIsTrue(crd, 'Established')) return this.#release(name, key, NEVER_ESTABLISHED);
    await this.#setCondition(name, IN_PROGRESS);
    try {
      await this.#deleteInstances(key);
    } catch (error) {
      const message = `could not issue all deletes: ${(error as Error).message}`;
      await this.#setCondition(name, { ...IN_PROGRESS, reason: 'InstanceDeletionFailed', message });
      throw error;
    }
    if (this.#parts.store.count(key) === 0) await this.#release(name, key, COMPLETED);
    else this.#waiting.set(key, name);
  }

  #read(name: string): Crd | undefined {
    return this.#parts.store.get(CRDS, '', name)?.object as Crd | undefined;
  }

  async #deleteInstances(key: string): Promise<void> {
    const { store, operations } = this.#parts;
    const instances = store.list(key).items;
    const namespaces = new Set(instances.map(({ object }) => object.metadata.namespace ?? ''));
    for (const namespace of namespaces) {
      const target = this.#resources.target(key, namespace);
      if (target) await operations.deleteCollection(target, {}, {}, CALLER);
    }
  }

  async #setCondition(name: string, condition: CrdCondition): Promise<void> {
    await this.#update(name, condition, (crd) => !sameCondition(this.#read(name), condition) && crd);
  }

  /** Tells the end and takes the finalizer away, which ends the CRD. */
  async #release(name: string, key: string, condition: CrdCondition): Promise<void> {
    this.#waiting.delete(key);
    await this.#update(name, condition, (crd) => {
      const finalizers = (crd.metadata.finalizers ?? []).filter((one) => one !== CLEANUP_FINALIZER);
      return { ...crd, metadata: { ...crd.metadata, finalizers } };
    });
  }

  /** Changes a CRD by its status, as the real controller does also where it removes the finalizer. */
  async #update(name: string, condition: CrdCondition, change: (crd: Crd) => Crd | false): Promise<void> {
    const target = this.#resources.target(CRDS, '', 'status');
    for (;;) {
      const live = this.#read(name);
      if (!target || !live || !isDeleting(live)) return;
      const conditions = withCondition(live.status?.conditions ?? [], condition, timeNow(this.#parts));
      const next = change({ ...copyJson(live), status: { ...live.status, conditions } });
      if (!next) return;
      try {
        await goneIsFine(this.#parts.operations.update(target, name, copyJson(next), {}, CALLER));
        return;
      } catch (error) {
        if (!isAnswer(error, 409)) throw error;
      }
    }
  }
}

const IN_PROGRESS: CrdCondition = {
  type: 'Terminating',
  status: 'True',
  reason: 'InstanceDeletionInProgress',
  message: 'CustomResource deletion is in progress',
};
const COMPLETED: CrdCondition = {
  type: 'Terminating',
  status: 'False',
  reason: 'InstanceDeletionCompleted',
  message: 'removed all instances',
};
const NEVER_ESTABLISHED: CrdCondition = {
  type: 'Terminating',
  status: 'False',
  reason: 'NeverEstablished',
  message: 'resource was never established',
};

function sameCondition(crd: Crd | undefined, condition: CrdCondition): boolean {
  const present = crd?.status?.conditions?.find((one) => one.type === condition.type);
  return (
    present?.status === condition.status && present.reason === condition.reason && present.message === condition.message
  );
}
