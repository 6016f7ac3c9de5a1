import type { KindReference, KubernetesObject, Logger, ObjectReference } from '@capstan/base';
import { type Informer, type InformerEvent, type KubeClient, startInformer } from '@capstan/kube';
import { OAM_API_VERSION, OAM_LABELS } from '@capstan/oam-model';
import { kindKey, MANAGED_BY } from './names.ts';
import type { ClusterReader } from './observe.ts';

/** The application kind. */
export const APPLICATION: KindReference = { apiVersion: OAM_API_VERSION, kind: 'ApplicationConfiguration' };

/** Kinds that every application depends on; their caches hold everything there is. */
const BASE = {
  application: APPLICATION,
  component: { apiVersion: OAM_API_VERSION, kind: 'Component' },
  workloadDefinition: { apiVersion: OAM_API_VERSION, kind: 'WorkloadDefinition' },
  traitDefinition: { apiVersion: OAM_API_VERSION, kind: 'TraitDefinition' },
  crd: { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
} as const satisfies Record<string, KindReference>;

/** One of the kinds that every application depends on. */
export type BaseKind = keyof typeof BASE;

/** Options of `Watches`. */
export interface WatchesOptions {
  readonly client: KubeClient;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly onBase: (kind: BaseKind, event: InformerEvent) => void;
  /** A workload, trait or resource of some application changed. */
  readonly onChild: (object: KubernetesObject) => void;
}

/** The informers behind the application controller: five that always run, and one per kind that applications use. */
export class Watches {
  readonly #options: WatchesOptions;
  readonly #base: ReadonlyMap<string, Informer>;
  readonly #children = new Map<string, { readonly informer: Informer; readonly stop: AbortController }>();
  readonly #usedBy = new Map<string, readonly string[]>();

  constructor(options: WatchesOptions) {
    this.#options = options;
    const { client, log, signal } = options;
    const names = Object.keys(BASE) as BaseKind[];
    const start = (name: BaseKind) =>
      startInformer(client, { kind: BASE[name], log, signal, onEvent: (event) => options.onBase(name, event) });
    this.#base = new Map(names.map((name) => [kindKey(BASE[name]), start(name)]));
  }

  /** Resolves when the caches of the base kinds are filled. */
  async synced(): Promise<void> {
    await Promise.all([...this.#base.values()].map((informer) => informer.synced));
  }

  /** Every application in the cache, or those of a namespace. */
  applications(namespace?: string): KubernetesObject[] {
    return this.#base.get(kindKey(APPLICATION))?.list(namespace) ?? [];
  }

  /** A component in the cache. */
  component(namespace: string | undefined, name: string): KubernetesObject | undefined {
    return this.#base.get(kindKey(BASE.component))?.get(name, namespace);
  }

  /** Says which kinds an application's objects are of. A kind is watched while somebody uses it. */
  use(application: string, kinds: readonly KindReference[]): void {
    const keys = kinds.map(kindKey);
    if (keys.length > 0) this.#usedBy.set(application, keys);
    else this.#usedBy.delete(application);
    for (const kind of kinds) if (!this.#children.has(kindKey(kind))) this.#follow(kind);
    const used = new Set([...this.#usedBy.values()].flat());
    for (const [key, { stop }] of this.#children) {
      if (used.has(key)) continue;
      stop.abort();
      this.#children.delete(key);
    }
  }

  /**
   * Reads from the caches where they can answer. What a cache of children does not hold may still exist without our
   * label, so a miss asks the server.
   */
  reader(signal: AbortSignal): ClusterReader {
    const { client } = this.#options;
    return {
      get: async (reference) => this.#cached(reference) ?? (await client.get(reference, { signal })),
      list: async (kind) => this.#base.get(kindKey(kind))?.list() ?? (await client.list(kind, { signal })).items,
      find: (kind) => client.discovery.find(kind),
    };
  }

  /** Resolves when every informer has ended. */
  async stopped(): Promise<void> {
    const children = [...this.#children.values()].map(({ informer }) => informer.stopped);
    await Promise.all([...[...this.#base.values()].map((informer) => informer.stopped), ...children]);
  }

  #cached({ name, namespace, ...kind }: ObjectReference): KubernetesObject | undefined {
    const key = kindKey(kind);
    const informer = this.#base.get(key) ?? this.#children.get(key)?.informer;
    return informer?.get(name, namespace);
  }

  #follow(kind: KindReference): void {
    const { client, log, signal, onChild } = this.#options;
    const stop = new AbortController();
    const informer = startInformer(client, {
      kind,
      log,
      labelSelector: `${OAM_LABELS.managedBy}=${MANAGED_BY}`,
      signal: AbortSignal.any([signal, stop.signal]),
      onEvent: ({ object }) => onChild(object),
    });
    this.#children.set(kindKey(kind), { informer, stop });
  }
}
