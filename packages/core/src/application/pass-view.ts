import { groupOf, type KindReference, type KubernetesObject, type ObjectReference } from '@capstan/base';
import {
  type ApplicationConfiguration,
  type ChildResourceKind,
  type Component,
  OAM_LABELS,
  resourceNameOf,
} from '@capstan/oam-model';
import type { ClusterView, ObjectSelection } from '@capstan/plugin-api';
import { COMPONENT } from '../revisions/snapshot.ts';
import type { BaseWatches } from './base-watches.ts';
import { type Capabilities, noted } from './capabilities.ts';
import { childrenFollowing } from './children.ts';
import { listKey, selected } from './cluster-view.ts';
import type { Concerns } from './concerns.ts';
import { type Following, type Followings, followingKey, objectsIn, oneObject, ownObjects } from './followings.ts';
import type { Decision, Lookup, ObservedApplication, ServedKind } from './model.ts';
import { kindKey, kindOfKey, objectKey, referenceOfKey } from './names.ts';

/** What a view looks into. */
export interface PassViewOptions {
  readonly followings: Followings;
  readonly base: BaseWatches;
  readonly kinds: ReadonlyMap<string, ServedKind>;
  /** The application's. */
  readonly namespace: string;
  /** Kinds that discovery was asked for in this pass, and did not have. */
  readonly unserved: ReadonlySet<string>;
  /** What the cluster can do. */
  readonly capabilities: Capabilities;
}

/** The caches as one pass sees them: it notes all that is looked at, whether it is there or not. */
export class PassView {
  /** What has to be followed for this. */
  readonly wanted = new Map<string, Following>();
  /** Kinds of which nobody has asked discovery yet. */
  readonly unknownKinds = new Set<string>();
  readonly #options: PassViewOptions;
  readonly #components = new Set<string>();
  readonly #kinds = new Set<string>();
  readonly #objects = new Set<string>();
  readonly #lists = new Set<string>();
  readonly #capabilities = new Set<string>();
  readonly #owners = new Set<string>();
  readonly #missed: ObjectReference[] = [];
  #complete = true;

  constructor(options: PassViewOptions) {
    this.#options = options;
  }

  /** The part of an observation that comes from caches. */
  lookups(): Pick<
    ObservedApplication,
    'components' | 'kinds' | 'live' | 'referred' | 'scopesOfKind' | 'ownedBy' | 'labelled' | 'cluster' | 'capabilities'
  > {
    const { namespace, base, capabilities } = this.#options;
    const components: Lookup<Component> = {
      get: (name) => {
        this.#components.add(`${namespace}/${name}`);
        const component = base.component(namespace, name);
        if (!component) this.#missed.push({ ...COMPONENT, name, namespace });
        return component;
      },
    };
    return {
      components,
      kinds: { get: (key) => this.#kind(key) },
      live: { get: (key) => this.#object(referenceOfKey(key), ownObjects) },
      referred: {
        get: (key) => {
          this.#objects.add(key);
          const object = this.#object(referenceOfKey(key), oneObject);
          if (!object) this.#missed.push(referenceOfKey(key));
          return object;
        },
      },
      scopesOfKind: (kind) => this.#listed({ kind, selection: {} }),
      labelled: (kind, labels) =>
        this.#listed(ownObjects(kind)).filter(({ metadata }) =>
          Object.entries(labels).every(([name, value]) => metadata.labels?.[name] === value),
        ),
      ownedBy: (owner, kinds) => this.#owned(owner, kinds),
      cluster: this.#cluster(),
      capabilities: noted(capabilities, (contract) => this.#capabilities.add(contract)),
    };
  }

  /** How much was looked at so far: when it is more later, something was looked at that nobody follows yet. */
  extent(): number {
    return this.wanted.size + this.#kinds.size + this.#objects.size + this.#lists.size + this.#capabilities.size;
  }

  /** Follows the kinds of everything that was decided or made before, whether a look at it was taken or not. */
  seeOwn({ objects }: Decision, { status }: ApplicationConfiguration): void {
    for (const { reference } of objects) this.#follow(ownObjects(kindOf(reference)));
    for (const entry of status?.inventory ?? []) this.#follow(ownObjects(kindOf(entry)));
  }

  /** False when something that was looked at is followed only from now on: it has to be looked at again. */
  isComplete(): boolean {
    return this.#complete;
  }

  /** What was looked for beside the application's own objects, and is not in the caches. */
  missed(): readonly ObjectReference[] {
    return this.#missed;
  }

  /** What the application depends on, as far as this pass got. */
  concernsOf(observed: ObservedApplication, decision: Decision): Concerns {
    const { kinds, application } = observed;
    const named = new Set<string>(namesIn(observed));
    for (const { composed } of decision.rendered) {
      for (const { object, served } of [composed, ...composed.traits].map(typed)) {
        named.add(served.name);
        for (const label of [OAM_LABELS.traitType, OAM_LABELS.workloadType]) {
          const name = object.metadata.labels?.[label];
          if (name) named.add(name);
        }
      }
    }
    const groups = new Set<string>();
    for (const kind of kindsForAll(application)) {
      groups.add(`${groupOf(kind.apiVersion)}/${kind.kind}`);
      named.add(resourceNameOf(kind));
    }
    for (const key of this.#kinds) {
      const { apiVersion, kind } = kindOfKey(key);
      groups.add(`${groupOf(apiVersion)}/${kind}`);
      const served = kinds.get(key);
      if (served) named.add(served.name);
    }
    return {
      components: this.#components,
      kinds: groups,
      definitions: named,
      objects: this.#objects,
      lists: this.#lists,
      capabilities: this.#capabilities,
      owners: this.#owners,
    };
  }

  /** What plugins look at. A kind that is not served has no objects, and nothing is followed until it is. */
  #cluster(): ClusterView {
    const { namespace: own } = this.#options;
    return {
      get: ({ apiVersion, kind, name, namespace = own }) => {
        const served = this.#visible({ apiVersion, kind });
        if (!served) return undefined;
        const place = served.namespaced ? { namespace } : {};
        this.#objects.add(objectKey({ apiVersion, kind, name, ...place }));
        return this.#follow(objectsIn({ apiVersion, kind }, place.namespace))?.get(name, place.namespace);
      },
      list: ({ apiVersion, kind }, selection = {}) => {
        const served = this.#visible({ apiVersion, kind });
        if (!served) return [];
        const { namespace: _, ...everywhere } = selection;
        const wanted: ObjectSelection = served.namespaced ? selection : everywhere;
        this.#lists.add(listKey({ apiVersion, kind }, wanted));
        return selected(this.#follow(objectsIn({ apiVersion, kind }, wanted.namespace))?.list() ?? [], wanted);
      },
    };
  }

  /** A kind of somebody's CRDs is not asked for in vain in each pass: it is there when its CRD is. */
  #visible({ apiVersion, kind }: KindReference): ServedKind | undefined {
    const key = kindKey({ apiVersion, kind });
    const { kinds, base } = this.#options;
    const group = groupOf(apiVersion);
    if (kinds.has(key) || isBuiltIn(group) || base.definesKind(group, kind)) return this.#kind(key);
    this.#kinds.add(key);
    return undefined;
  }

  #kind(key: string): ServedKind | undefined {
    this.#kinds.add(key);
    const { kinds, unserved } = this.#options;
    const served = kinds.get(key);
    if (!served && !unserved.has(key)) this.unknownKinds.add(key);
    return served;
  }

  #object(
    { name, namespace, ...kind }: ObjectReference,
    following: (reference: ObjectReference) => Following,
  ): KubernetesObject | undefined {
    const reference = { ...kind, name, ...(namespace ? { namespace } : {}) };
    return this.#follow(following(reference))?.get(name, namespace);
  }

  #listed(following: Following): readonly KubernetesObject[] {
    return this.#follow(following)?.list(this.#options.namespace) ?? [];
  }

  #owned(owner: KubernetesObject, kinds: readonly ChildResourceKind[]): KubernetesObject[] {
    const { uid } = owner.metadata;
    if (uid === undefined) return [];
    this.#owners.add(uid);
    const found = childrenFollowing(owner, kinds).flatMap((following) => {
      this.#follow(following);
      return [...this.#options.followings.ownedBy(uid, following)];
    });
    return [...new Map(found.map((child) => [objectKey({ ...child, ...child.metadata }), child])).values()];
  }

  /** The informer, if it can be read already. */
  #follow(following: Following) {
    this.wanted.set(followingKey(following), following);
    const informer = this.#options.followings.informer(following);
    if (!informer) this.#complete = false;
    return informer;
  }
}

function kindOf({ apiVersion, kind }: KindReference): ObjectReference {
  return { apiVersion, kind, name: '' };
}

/** Groups that the API server has of its own, or that are aggregated into it: no CRD tells of their kinds. */
function isBuiltIn(group: string): boolean {
  return !group.includes('.') || group.endsWith('.k8s.io');
}

function typed(
  part: Decision['rendered'][number]['composed'] | Decision['rendered'][number]['composed']['traits'][number],
) {
  return 'workload' in part
    ? { object: part.workload, served: part.served }
    : { object: part.object, served: part.served };
}

/** Names of Definitions that the talks' dialect writes in place of kinds. */
function namesIn({ application: { spec }, components }: ObservedApplication): string[] {
  const traits = [...(spec.traits ?? []), ...spec.components.flatMap((component) => component.traits ?? [])];
  const types = spec.components.map(
    ({ componentName }) => components.get(componentName ?? '')?.spec.workload?.['type'],
  );
  return [...traits.flatMap(({ name, trait }) => [name, trait?.['name']]), ...types].filter(
    (name) => typeof name === 'string',
  );
}

/** Traits of the whole application go wherever the rules let them, and so far that may be nowhere. */
function kindsForAll({ spec }: ApplicationConfiguration): KindReference[] {
  return (spec.traits ?? []).flatMap(({ trait }) => (trait?.kind && trait.apiVersion ? [trait] : []));
}
