import { ApiError } from '../model/api-error.ts';
import type { KubeObject } from '../model/object.ts';
import type { ResourceRegistry } from '../model/registry.ts';
import { type ApiResource, storageKey } from '../model/resource.ts';
import type { Caller, Operations, Target } from '../resources/operations.ts';
import type { Store } from '../storage/store.ts';

/** What the deletion controllers work with: they read the store and write by operations, as clients do. */
export interface DeletionParts {
  readonly store: Store;
  readonly registry: ResourceRegistry;
  readonly operations: Operations;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log?: (event: Readonly<Record<string, unknown>>) => void;
}

/** A controller of the controller manager, as the API server knows it. */
export function controllerCaller(serviceAccount: string): Caller {
  return {
    user: {
      username: `system:serviceaccount:kube-system:${serviceAccount}`,
      groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'],
    },
    userAgent: 'kube-controller-manager/v1.35.4',
    warn: () => {},
  };
}

/** Whether the error is an answer with this code. */
export function isAnswer(error: unknown, ...codes: readonly number[]): boolean {
  return error instanceof ApiError && codes.includes(error.code);
}

/** Now, as RFC 3339 with seconds. */
export function timeNow(parts: Pick<DeletionParts, 'now'>): string {
  return `${new Date(parts.now()).toISOString().slice(0, 19)}Z`;
}

/** The resources by the key of their storage, each in the version in which it is stored where that is served. */
export class StorageResources {
  readonly #registry: ResourceRegistry;
  #generation = -1;
  #byKey = new Map<string, ApiResource>();

  constructor(registry: ResourceRegistry) {
    this.#registry = registry;
  }

  /** One resource for every storage type. */
  all(): ReadonlyMap<string, ApiResource> {
    if (this.#generation !== this.#registry.generation) {
      this.#generation = this.#registry.generation;
      this.#byKey = new Map();
      for (const resource of this.#registry.all()) this.#take(resource);
    }
    return this.#byKey;
  }

  /** The target of operations on an object of a storage type; undefined where it is not served. */
  target(key: string, namespace: string, subresource?: string): Target | undefined {
    const resource = this.all().get(key);
    return resource && { resource, namespace, subresource };
  }

  #take(resource: ApiResource): void {
    const key = storageKey(resource.storage);
    const stored = resource.group === resource.storage.group && resource.version === resource.storage.version;
    if (stored || !this.#byKey.has(key)) this.#byKey.set(key, resource);
  }
}

/** Whether an object is on its way out. */
export function isDeleting(object: KubeObject | undefined): boolean {
  return object?.metadata.deletionTimestamp !== undefined;
}

/** Whether an object has this finalizer. */
export function hasFinalizer(object: KubeObject | undefined, finalizer: string): boolean {
  return object?.metadata.finalizers?.includes(finalizer) ?? false;
}

/** Waits for a write to something that may be gone already, which is fine. */
export async function goneIsFine(operation: Promise<unknown>): Promise<void> {
  try {
    await operation;
  } catch (error) {
    if (!isAnswer(error, 404)) throw error;
  }
}
