import type { JsonObject, KindReference, KubernetesObject } from '@capstan/base';
import type { KubeClient, ServedResource } from '@capstan/kube';
import {
  type ApplicationConfiguration,
  type Component,
  type CustomResourceDefinition,
  componentKey,
  componentNameOf,
  type Definition,
  type DefinitionCatalog,
  normalizeApplication,
  OAM_API_VERSION,
  pinnedRevision,
} from '@capstan/oam-model';
import { kindKey } from '../application/names.ts';
import { CONTROLLER_REVISION, snapshotOf } from '../revisions/snapshot.ts';
import type { AdmissionFacts } from './validate-application.ts';

/** Where admission reads. Definitions and Components are read anew for each request: what was applied a moment ago counts. */
export interface AdmissionReader {
  readonly client: KubeClient;
  /** The CRDs of the cluster, from a cache: they are large, and one that is missing there is read. */
  readonly crds: () => readonly CustomResourceDefinition[];
}

const DEFINITION_KINDS = ['WorkloadDefinition', 'TraitDefinition', 'ScopeDefinition'];
const CRD: KindReference = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };

/** The Definitions and CRDs of the cluster; the CRDs of those that are named here are there if they exist at all. */
export async function readCatalog(
  { client, crds }: AdmissionReader,
  named: readonly string[],
  signal: AbortSignal,
): Promise<DefinitionCatalog> {
  const lists = DEFINITION_KINDS.map((kind) => client.list({ apiVersion: OAM_API_VERSION, kind }, { signal }));
  const [resources, ...found] = await Promise.all([client.discovery.all(), ...lists]);
  const definitions = found.flatMap(({ items }) => items as Definition[]);
  const cached = crds();
  const missing = definitions
    .filter(({ metadata, spec }) => named.includes(metadata.name) && !cached.some((crd) => isNamed(crd, spec)))
    .map(({ spec }) => client.get({ ...CRD, name: spec.definitionRef.name }, { signal }));
  const fresh = (await Promise.all(missing)).filter((crd) => crd !== undefined) as CustomResourceDefinition[];
  return { definitions, crds: [...cached, ...fresh], kinds: byName(resources) };
}

function byName(resources: readonly ServedResource[]): Map<string, KindReference> {
  return new Map(
    resources.map(({ resource, group, apiVersion, kind }) => [
      group === '' ? resource : `${resource}.${group}`,
      { apiVersion, kind },
    ]),
  );
}

function isNamed(crd: CustomResourceDefinition, { definitionRef }: Definition['spec']): boolean {
  return crd.metadata.name === definitionRef.name;
}

/** Everything by which an application is judged. */
export async function readFacts(
  reader: AdmissionReader,
  application: ApplicationConfiguration,
  signal: AbortSignal,
): Promise<AdmissionFacts> {
  const [catalog, components] = await Promise.all([
    readCatalog(reader, definitionsNamedBy(application), signal),
    readComponents(reader.client, application, signal),
  ]);
  const canonical = normalizeApplication({ application, components, catalog });
  const objects = canonical.application.spec.components.flatMap((entry) => [
    canonical.components.get(componentKey(entry))?.spec.workload,
    ...(entry.traits ?? []).map(({ trait }) => trait),
  ]);
  const served = await servedKinds(reader.client, objects);
  // A kind may be so new that only this look-up knows it.
  const kinds = new Map([...(catalog.kinds ?? []), ...byName([...served.values()])]);
  const serves = (object: KubernetesObject) => served.has(kindKey(object));
  return { application, canonical, catalog: { ...catalog, kinds }, serves };
}

async function readComponents(
  client: KubeClient,
  { metadata: { namespace }, spec }: ApplicationConfiguration,
  signal: AbortSignal,
): Promise<Map<string, Component>> {
  const place = namespace === undefined ? {} : { namespace };
  const entries = new Map(spec.components.map((entry) => [componentKey(entry), entry]));
  const found = await Promise.all(
    [...entries].map(async ([key, entry]) => {
      const pinned = pinnedRevision(entry);
      if (pinned === undefined) {
        const name = componentNameOf(entry);
        const reference = { apiVersion: OAM_API_VERSION, kind: 'Component', name, ...place };
        return [key, name === '' ? undefined : await client.get(reference, { signal })] as const;
      }
      const revision = await client.get({ ...CONTROLLER_REVISION, name: pinned, ...place }, { signal });
      return [key, revision && snapshotOf(revision)] as const;
    }),
  );
  return new Map(found.flatMap(([key, component]) => (component ? [[key, component as Component] as const] : [])));
}

async function servedKinds(
  client: KubeClient,
  objects: readonly (KubernetesObject | undefined)[],
): Promise<ReadonlyMap<string, ServedResource>> {
  const kinds = new Map(objects.flatMap((object) => (object?.kind ? [[kindKey(object), object] as const] : [])));
  const found = await Promise.all(
    [...kinds].map(
      async ([key, { apiVersion, kind }]) => [key, await client.discovery.find({ apiVersion, kind })] as const,
    ),
  );
  return new Map(found.flatMap(([key, resource]) => (resource ? [[key, resource] as const] : [])));
}

/** The names of Definitions that an application writes in the place of kinds. */
export function definitionsNamedBy(application: ApplicationConfiguration): string[] {
  const entries = [
    ...(application.spec.components ?? []).flatMap(({ traits }) => traits ?? []),
    ...(application.spec.traits ?? []),
  ];
  return entries.flatMap((entry) =>
    [(entry?.trait as JsonObject | undefined)?.['name'], entry?.name].filter((name) => typeof name === 'string'),
  );
}
