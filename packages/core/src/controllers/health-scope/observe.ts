import { groupOf, type KubernetesObject, type ObjectReference } from '@capstan/base';
import type { Discovery } from '@capstan/kube';
import { OAM_LABELS, type TypedReference } from '@capstan/oam-model';
import { WORKLOAD_LABEL } from '../containerized-workload/names.ts';
import type { KindPlace, KindWatches } from '../shared/kind-watches.ts';
import { isRecord, objectKey, statusOf } from '../shared/objects.ts';
import { noMatchText, notFoundText } from '../shared/workload-kinds.ts';
import { WITH_RESOURCES } from './check.ts';
import type { Found, FoundMember, FoundWorkload } from './model.ts';

/** What a scope depends on, in keys of `Dependents`. */
export const DEPENDS = {
  object: (reference: ObjectReference) => `object:${objectKey(reference)}`,
  /** `<group>/<kind>` */
  kind: (kind: string) => `kind:${kind}`,
  /** Every workload of a component; undefined for an object that belongs to none. */
  peers: ({ apiVersion, kind, metadata: { namespace = '', labels } }: KubernetesObject) => {
    const [application, component] = [labels?.[OAM_LABELS.application], labels?.[OAM_LABELS.component]];
    return application && component
      ? `peers:${apiVersion}/${kind}/${namespace}/${application}/${component}`
      : undefined;
  },
} as const;

/** What `MemberObserver` reads from: caches only. */
export interface ObserverInput {
  readonly discovery: Discovery;
  readonly watches: KindWatches;
  /** Key of the scope, as a user of the watches. */
  readonly user: string;
  readonly namespace: string;
  /** True for a place that is given up because it could not be read for so long. */
  readonly isGivenUp: (place: KindPlace) => boolean;
}

/** Looks up the members of one scope, and remembers what the answer depends on. */
export class MemberObserver {
  readonly depends = new Set<string>();
  readonly places: KindPlace[] = [];
  /** Places that cannot be read yet: what was found means nothing as long as there is one. */
  readonly unread: KindPlace[] = [];
  /** Something cannot be read, or is not served: a later look may find more. */
  incomplete = false;
  readonly #input: ObserverInput;

  constructor(input: ObserverInput) {
    this.#input = input;
  }

  /** A member with its children and peers. */
  async member(reference: TypedReference): Promise<FoundMember> {
    const found = await this.#workload(reference);
    const peers: FoundWorkload[] = [];
    for (const { apiVersion, kind, metadata } of found.object ? this.#peersOf(found.object) : []) {
      peers.push(await this.#workload({ apiVersion, kind, name: metadata.name }));
    }
    return { ...found, peers };
  }

  async #workload(reference: TypedReference): Promise<FoundWorkload> {
    const { apiVersion, kind } = reference;
    const found = await this.#find(reference, this.#placeOf(reference));
    const children: Found[] = [];
    if (found.object && WITH_RESOURCES.has(`${apiVersion}/${kind}`)) {
      const label = kind === 'ContainerizedWorkload' ? WORKLOAD_LABEL : undefined;
      for (const child of resourcesOf(found.object))
        children.push(await this.#find(child, this.#placeOf(child, label)));
    }
    return { ...found, children };
  }

  async #find(reference: TypedReference, place: KindPlace): Promise<Found> {
    const { watches, user, discovery, namespace } = this.#input;
    const { apiVersion, kind, name } = reference;
    if (!apiVersion || !kind || !name) return { reference, missing: 'the reference is incomplete' };
    this.depends.add(DEPENDS.object({ apiVersion, kind, name, namespace }));
    this.depends.add(DEPENDS.kind(`${groupOf(apiVersion)}/${kind}`));
    if (!(await discovery.find({ apiVersion, kind }))) {
      this.incomplete = true;
      return { reference, missing: noMatchText(reference) };
    }
    this.places.push(place);
    watches.need(user, place);
    if (watches.waitingSince(place) !== undefined) {
      this.incomplete = true;
      if (!this.#input.isGivenUp(place)) this.unread.push(place);
      return { reference, missing: `${kind} of ${apiVersion} cannot be read` };
    }
    const object = watches.get(place, name);
    return object
      ? { reference, object }
      : { reference, missing: await notFoundText(discovery, { ...reference, namespace }) };
  }

  #peersOf(object: KubernetesObject): KubernetesObject[] {
    const key = DEPENDS.peers(object);
    if (key === undefined) return [];
    this.depends.add(key);
    const all = this.#input.watches.list(this.#placeOf(object));
    return all.filter((one) => one.metadata.name !== object.metadata.name && DEPENDS.peers(one) === key);
  }

  #placeOf({ apiVersion, kind }: Pick<KindPlace, 'apiVersion' | 'kind'>, label?: string): KindPlace {
    const { namespace } = this.#input;
    return { apiVersion, kind, namespace, ...(label === undefined ? {} : { label }) };
  }
}

/** The children that a workload's status names. */
function resourcesOf(object: KubernetesObject): TypedReference[] {
  const { resources } = statusOf(object);
  return Array.isArray(resources) ? resources.filter(isTypedReference) : [];
}

function isTypedReference(value: unknown): value is TypedReference {
  return isRecord(value) && ['apiVersion', 'kind', 'name'].every((key) => typeof value[key] === 'string');
}
