import type { KindReference, KubernetesObject } from '@capstan/base';
import type { Informer, InformerEvent, InformerHub, SharedInformer } from '@capstan/kube';
import {
  type ApplicationConfiguration,
  type Component,
  type CustomResourceDefinition,
  type DefinitionCatalog,
  OAM_API_VERSION,
  type ScopeDefinition,
  type TraitDefinition,
  type WorkloadDefinition,
} from '@capstan/oam-model';
import { COMPONENT } from '../revisions/snapshot.ts';

/** The application kind. */
export const APPLICATION: KindReference = { apiVersion: OAM_API_VERSION, kind: 'ApplicationConfiguration' };

/** Kinds that every application depends on; their caches hold everything there is. */
const BASE = {
  application: APPLICATION,
  component: COMPONENT,
  workloadDefinition: { apiVersion: OAM_API_VERSION, kind: 'WorkloadDefinition' },
  traitDefinition: { apiVersion: OAM_API_VERSION, kind: 'TraitDefinition' },
  scopeDefinition: { apiVersion: OAM_API_VERSION, kind: 'ScopeDefinition' },
  crd: { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
} as const satisfies Record<string, KindReference>;

/** One of the kinds that every application depends on. */
export type BaseKind = keyof typeof BASE;

const NAMES = Object.keys(BASE) as BaseKind[];

/** The types of a cluster as its caches have them at the moment; the same object until one of them changes. */
export interface Types {
  readonly workloadDefinitions: readonly WorkloadDefinition[];
  readonly traitDefinitions: readonly TraitDefinition[];
  readonly scopeDefinitions: readonly ScopeDefinition[];
  readonly crds: ReadonlyMap<string, CustomResourceDefinition>;
  readonly catalog: DefinitionCatalog;
}

/** The informers that always run. */
export class BaseWatches {
  readonly #shared: Readonly<Record<BaseKind, SharedInformer>>;
  #types: Types | undefined;
  #definedKinds: ReadonlySet<string> | undefined;

  constructor(hub: InformerHub, onEvent: (kind: BaseKind, event: InformerEvent) => void) {
    const shared = NAMES.map((name) => [name, hub.use(BASE[name])] as const);
    this.#shared = Object.fromEntries(shared) as Record<BaseKind, SharedInformer>;
    for (const [name, { onChange }] of shared) {
      onChange((event) => {
        if (name !== 'application' && name !== 'component') this.#types = undefined;
        if (name === 'crd') this.#definedKinds = undefined;
        onEvent(name, event);
      });
    }
  }

  /** Resolves when the caches are filled. */
  async synced(): Promise<void> {
    await Promise.all(NAMES.map((name) => this.#informer(name).synced));
  }

  /** An application in the cache. */
  application(namespace: string, name: string): ApplicationConfiguration | undefined {
    return this.#informer('application').get(name, namespace) as ApplicationConfiguration | undefined;
  }

  /** Every application in the cache. */
  applications(): readonly KubernetesObject[] {
    return this.#informer('application').list();
  }

  /** A component in the cache. */
  component(namespace: string, name: string): Component | undefined {
    return this.#informer('component').get(name, namespace) as Component | undefined;
  }

  /** Takes the answer to a read or write into the cache of its kind; false when it is of none of these kinds. */
  learn(object: KubernetesObject): boolean {
    const name = NAMES.find((each) => BASE[each].kind === object.kind && BASE[each].apiVersion === object.apiVersion);
    if (name) this.#informer(name).learn(object);
    return name !== undefined;
  }

  /** Definitions and CRDs. */
  types(): Types {
    this.#types ??= this.#readTypes();
    return this.#types;
  }

  /** Whether there is a CRD of a kind, in whatever version. */
  definesKind(group: string, kind: string): boolean {
    this.#definedKinds ??= new Set(
      [...this.types().crds.values()].map(({ spec }) => `${spec.group}/${spec.names.kind}`),
    );
    return this.#definedKinds.has(`${group}/${kind}`);
  }

  /** Gives the informers back. */
  release(): void {
    for (const name of NAMES) this.#shared[name].release();
  }

  #readTypes(): Types {
    const workloadDefinitions = this.#informer('workloadDefinition').list() as WorkloadDefinition[];
    const traitDefinitions = this.#informer('traitDefinition').list() as TraitDefinition[];
    const scopeDefinitions = this.#informer('scopeDefinition').list() as ScopeDefinition[];
    const crds = this.#informer('crd').list() as unknown as CustomResourceDefinition[];
    return {
      workloadDefinitions,
      traitDefinitions,
      scopeDefinitions,
      crds: new Map(crds.map((crd) => [crd.metadata.name, crd])),
      catalog: { definitions: [...workloadDefinitions, ...traitDefinitions, ...scopeDefinitions], crds },
    };
  }

  #informer(name: BaseKind): Informer {
    return this.#shared[name].informer;
  }
}
