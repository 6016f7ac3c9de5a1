import type { ApiResource } from './resource.ts';

/**
 * Everything that is served: the built-in resources and those of CRDs. Discovery, OpenAPI, routing and garbage collection
 * read it; the CRD controller changes it. Reads cost one map look-up.
 */
export class ResourceRegistry {
  readonly #builtin: readonly ApiResource[];
  readonly #custom = new Map<string, readonly ApiResource[]>();
  readonly #listeners = new Set<() => void>();
  #byPath = new Map<string, ApiResource>();
  #byKind = new Map<string, ApiResource>();
  #all: readonly ApiResource[] = [];
  #generation = 0;

  constructor(builtin: readonly ApiResource[]) {
    this.#builtin = builtin;
    this.#rebuild();
  }

  /** Goes up with every change; caches of documents are keyed by it. */
  get generation(): number {
    return this.#generation;
  }

  /** All resources of all versions, built-in ones first. */
  all(): readonly ApiResource[] {
    return this.#all;
  }

  /** The resource of a path, by its plural. */
  find(group: string, version: string, resource: string): ApiResource | undefined {
    return this.#byPath.get(`${group}/${version}/${resource}`);
  }

  /** The resource whose objects have this kind. */
  findKind(group: string, version: string, kind: string): ApiResource | undefined {
    return this.#byKind.get(`${group}/${version}/${kind}`);
  }

  /** Serves the versions of one CRD, in place of what it served before. An empty list stops serving it. */
  setCustom(crdName: string, resources: readonly ApiResource[]): void {
    if (resources.length === 0) this.#custom.delete(crdName);
    else this.#custom.set(crdName, resources);
    this.#rebuild();
    for (const listener of this.#listeners) listener();
  }

  /** Calls `listener` after every change. Returns how to end that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #rebuild(): void {
    this.#all = [...this.#builtin, ...[...this.#custom.values()].flat()];
    this.#byPath = new Map(this.#all.map((one) => [`${one.group}/${one.version}/${one.resource}`, one]));
    this.#byKind = new Map(this.#all.map((one) => [`${one.group}/${one.version}/${one.kind}`, one]));
    this.#generation += 1;
  }
}
