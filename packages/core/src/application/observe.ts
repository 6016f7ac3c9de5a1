import type { KindReference, KubernetesObject, ObjectReference } from '@capstan/base';
import type { Discovery, KubeClient, ServedResource } from '@capstan/kube';
import {
  type ApplicationConfiguration,
  type Component,
  type CustomResourceDefinition,
  isScopeDefinition,
  isTraitDefinition,
  isWorkloadDefinition,
  OAM_API_VERSION,
} from '@capstan/oam-model';
import type { Contributions } from '../plugins/contributions.ts';
import { CAPABILITY, providedCapabilities } from './capabilities.ts';
import { selected } from './cluster-view.ts';
import { decideApplication } from './decide.ts';
import type { Lookup, ObservedApplication, ServedKind } from './model.ts';
import { kindKey, kindOfKey, objectKey, referenceOfKey } from './names.ts';

/** What is read of a cluster: a client, or a view on what the cluster would be. */
export interface ClusterReader extends Pick<KubeClient, 'get' | 'list'> {
  readonly discovery: Pick<Discovery, 'find'>;
}

/** What to observe. */
export interface ObserveInput {
  readonly application: ApplicationConfiguration;
  readonly contributions: Contributions;
}

const COMPONENT: KindReference = { apiVersion: OAM_API_VERSION, kind: 'Component' };
const DEFINITIONS = ['WorkloadDefinition', 'TraitDefinition', 'ScopeDefinition'] as const;
const CRD: KindReference = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };

/** A lookup that starts empty and notes what it is asked for, so that it can be read before the next time. */
class NotingLookup<T> implements Lookup<T> {
  readonly #known = new Map<string, T | undefined>();
  readonly #missed = new Set<string>();

  get(key: string): T | undefined {
    if (!this.#known.has(key)) this.#missed.add(key);
    return this.#known.get(key);
  }

  /** Reads all that was asked for in vain; false when there was nothing. */
  async fill(read: (key: string) => Promise<T | undefined>): Promise<boolean> {
    const missed = [...this.#missed];
    this.#missed.clear();
    await Promise.all(missed.map(async (key) => this.#known.set(key, await read(key))));
    return missed.length > 0;
  }
}

/**
 * Collects all that `decideApplication` needs to know, straight from the API server: it is asked, and what it looked for
 * is read, until it finds everything. Reads only.
 */
export async function observeApplication(client: ClusterReader, input: ObserveInput): Promise<ObservedApplication> {
  const { application, contributions } = input;
  const place = application.metadata.namespace ? { namespace: application.metadata.namespace } : {};
  const [crds, capabilities, ...definitions] = await Promise.all([
    client.list(CRD),
    listServed(client, CAPABILITY),
    ...DEFINITIONS.map((kind) => client.list({ apiVersion: OAM_API_VERSION, kind })),
  ]);
  const registered = definitions.flatMap(({ items }) => items);
  const components = new NotingLookup<Component>();
  const kinds = new NotingLookup<ServedKind>();
  const live = new NotingLookup<KubernetesObject>();
  const referred = new NotingLookup<KubernetesObject>();
  const lists = new NotingLookup<readonly KubernetesObject[]>();
  const { namespace = 'default' } = application.metadata;
  const observed: ObservedApplication = {
    application,
    components,
    workloadDefinitions: registered.filter(isWorkloadDefinition),
    traitDefinitions: registered.filter(isTraitDefinition),
    scopeDefinitions: registered.filter(isScopeDefinition),
    kinds,
    crds: new Map(crds.items.map((crd) => [crd.metadata.name, crd as CustomResourceDefinition])),
    contributions,
    live,
    referred,
    cluster: {
      get: (reference) => referred.get(objectKey({ namespace, ...reference })),
      list: (kind, selection) => selected(lists.get(kindKey(kind)) ?? [], selection),
    },
    capabilities: providedCapabilities(capabilities),
  };
  const readObject = (key: string) => client.get(referenceOfKey(key));
  for (;;) {
    decideApplication(observed);
    const found = await Promise.all([
      components.fill(async (name) => {
        const reference: ObjectReference = { ...COMPONENT, name, ...place };
        return (await client.get(reference)) as Component | undefined;
      }),
      kinds.fill(async (key) => servedKind(await client.discovery.find(kindOfKey(key)))),
      live.fill(readObject),
      referred.fill(readObject),
      lists.fill((key) => listServed(client, kindOfKey(key))),
    ]);
    if (!found.includes(true)) return observed;
  }
}

/** The objects of a kind; none when it is not served. */
async function listServed(client: ClusterReader, kind: KindReference): Promise<readonly KubernetesObject[]> {
  return (await client.discovery.find(kind)) ? (await client.list(kind)).items : [];
}

/** What the runtime wants to know of how a kind is served. */
export function servedKind(served: ServedResource | undefined): ServedKind | undefined {
  if (!served) return undefined;
  const { resource, group, namespaced, subresources } = served;
  return { name: `${resource}.${group}`, namespaced, subresources };
}
