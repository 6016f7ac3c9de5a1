import { type KindReference, type KubernetesObject, type ObjectReference, referenceTo } from '@capstan/base';
import type { KubeClient, ServedResource } from '@capstan/kube';
import {
  type ApplicationConfiguration,
  type Component,
  type CustomResourceDefinition,
  isTraitDefinition,
  isWorkloadDefinition,
  OAM_API_VERSION,
} from '@capstan/oam-model';
import type { Contributions } from '../plugins/contributions.ts';
import { decideApplication } from './decide.ts';
import type { ObservedApplication, ServedKind } from './model.ts';
import { kindKey, objectKey } from './names.ts';

/** The reads that observing takes: the cluster itself, or caches in front of it. */
export interface ClusterReader {
  get(reference: ObjectReference): Promise<KubernetesObject | undefined>;
  list(kind: KindReference): Promise<readonly KubernetesObject[]>;
  find(kind: KindReference): Promise<ServedResource | undefined>;
}

/** Reads straight from the API server. */
export function clientReader(client: KubeClient, signal?: AbortSignal): ClusterReader {
  const options = signal ? { signal } : {};
  return {
    get: (reference) => client.get(reference, options),
    list: async (kind) => (await client.list(kind, options)).items,
    find: (kind) => client.discovery.find(kind),
  };
}

/** What to observe. */
export interface ObserveInput {
  readonly application: ApplicationConfiguration;
  /** Used before those in the cluster, for files that are not applied yet. */
  readonly components?: readonly Component[];
  readonly contributions: Contributions;
}

const COMPONENT: KindReference = { apiVersion: OAM_API_VERSION, kind: 'Component' };
const WORKLOAD_DEFINITION: KindReference = { apiVersion: OAM_API_VERSION, kind: 'WorkloadDefinition' };
const TRAIT_DEFINITION: KindReference = { apiVersion: OAM_API_VERSION, kind: 'TraitDefinition' };
const CRD: KindReference = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };

/** Collects all that `decideApplication` needs to know. Reads only. */
export async function observeApplication(
  source: KubeClient | ClusterReader,
  input: ObserveInput,
): Promise<ObservedApplication> {
  const reader = 'discovery' in source ? clientReader(source) : source;
  const { application, contributions } = input;
  const [components, workloadDefinitions, traitDefinitions] = await Promise.all([
    readComponents(reader, input),
    reader.list(WORKLOAD_DEFINITION),
    reader.list(TRAIT_DEFINITION),
  ]);
  const resources = await readKinds(reader, usedKinds(application, components));
  const observed: ObservedApplication = {
    application,
    components,
    workloadDefinitions: workloadDefinitions.filter(isWorkloadDefinition),
    traitDefinitions: traitDefinitions.filter(isTraitDefinition),
    kinds: new Map([...resources].map(([key, resource]) => [key, servedKind(resource)])),
    crds: await readCrds(reader, [...resources.values()]),
    contributions,
    live: new Map(),
  };
  return { ...observed, live: await readLive(reader, observed) };
}

async function readComponents(reader: ClusterReader, input: ObserveInput): Promise<Map<string, Component>> {
  const { namespace } = input.application.metadata;
  const given = new Map(input.components?.map((component) => [component.metadata.name, component]));
  const names = new Set(input.application.spec.components.flatMap(({ componentName }) => componentName ?? []));
  const found = await Promise.all(
    [...names].map(async (name) => {
      const local = given.get(name);
      if (local) return local;
      return (await reader.get({ ...COMPONENT, name, ...(namespace ? { namespace } : {}) })) as Component | undefined;
    }),
  );
  return new Map(found.flatMap((component) => (component ? [[component.metadata.name, component]] : [])));
}

/** The kinds of every workload and trait of the application. */
export function usedKinds(
  application: ApplicationConfiguration,
  components: ReadonlyMap<string, Component>,
): KindReference[] {
  const objects = application.spec.components.flatMap(({ componentName, traits }) => [
    components.get(componentName ?? '')?.spec.workload,
    ...(traits ?? []).map(({ trait }) => trait),
  ]);
  const kinds = objects.flatMap((object) => (object ? [{ apiVersion: object.apiVersion, kind: object.kind }] : []));
  return [...new Map(kinds.map((kind) => [kindKey(kind), kind])).values()];
}

async function readKinds(reader: ClusterReader, kinds: readonly KindReference[]): Promise<Map<string, ServedResource>> {
  const found = await Promise.all(kinds.map(async (kind) => [kindKey(kind), await reader.find(kind)] as const));
  return new Map(found.flatMap(([key, resource]) => (resource ? [[key, resource]] : [])));
}

function servedKind({ resource, group, namespaced, subresources }: ServedResource): ServedKind {
  return { name: `${resource}.${group}`, namespaced, subresources };
}

async function readCrds(
  reader: ClusterReader,
  resources: readonly ServedResource[],
): Promise<Map<string, CustomResourceDefinition>> {
  const names = new Set(resources.map((resource) => servedKind(resource).name));
  const crds = await Promise.all([...names].filter(isCrdName).map((name) => reader.get({ ...CRD, name })));
  return new Map(crds.flatMap((crd) => (crd ? [[crd.metadata.name, crd as CustomResourceDefinition]] : [])));
}

/** Built-in groups (core, apps, *.k8s.io) have no CRDs to look for. */
function isCrdName(name: string): boolean {
  const group = name.slice(name.indexOf('.') + 1);
  return group.includes('.') && !group.endsWith('.k8s.io');
}

/** The live state of everything that would be applied and of everything that was applied before. */
async function readLive(reader: ClusterReader, observed: ObservedApplication): Promise<Map<string, KubernetesObject>> {
  const planned = decideApplication(observed).objects.map(({ reference }) => reference);
  const recorded = observed.application.status?.inventory ?? [];
  const references = new Map([...recorded, ...planned].map((reference) => [objectKey(reference), reference]));
  const found = await Promise.all([...references.values()].map((reference) => reader.get(reference)));
  return new Map(found.flatMap((object) => (object ? [[objectKey(referenceTo(object)), object]] : [])));
}
