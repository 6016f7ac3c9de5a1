import { CapstanError, describeObject, EXIT, type KubernetesObject, referenceTo } from '@capstan/base';
import type { KubeClient } from '@capstan/kube';
import { type Component, type DefinitionCatalog, normalizeComponent } from '@capstan/oam-model';
import { CLI_CODES } from '../codes.ts';
import type { ApplicationFiles } from './application-files.ts';

/** Where the objects of files go. */
export interface Placement {
  readonly namespace: string;
  /** `-n` was given: a file that names another namespace is then a mistake. */
  readonly namespaceGiven: boolean;
}

/**
 * The objects of files as they are applied: in the order in which they need one another (CRDs, namespaces, Definitions,
 * what else there is, Components, applications), with the namespace where their kind has one, and with what the talks
 * wrote into a Component's metadata as annotations. Everything else stays as it is written.
 */
export async function objectsToApply(
  { documents }: ApplicationFiles,
  client: KubeClient,
  types: DefinitionCatalog,
  placement: Placement,
): Promise<KubernetesObject[]> {
  const objects = documents.map(({ object }) => object);
  const placed = await Promise.all(
    objects.map(async (object) => {
      const namespaced = await isNamespaced(object, objects, client);
      const own = isOam(object, 'Component') ? withAnnotations(object as Component, types) : object;
      return namespaced ? inNamespace(own, placement) : own;
    }),
  );
  return placed
    .map((object, index) => ({ object, index, rank: rankOf(object) }))
    .sort((one, other) => one.rank - other.rank || one.index - other.index)
    .map(({ object }) => object);
}

/** True for an object of this kind of OAM, in any version. */
export function isOam({ apiVersion, kind }: KubernetesObject, ...kinds: readonly string[]): boolean {
  return apiVersion.startsWith('core.oam.dev/') && kinds.includes(kind);
}

/** True for what must be there before other objects of the same files can be tried. */
export function isGround({ kind }: KubernetesObject): boolean {
  return kind === 'CustomResourceDefinition' || kind === 'Namespace';
}

function rankOf(object: KubernetesObject): number {
  if (object.kind === 'CustomResourceDefinition') return 0;
  if (object.kind === 'Namespace') return 1;
  if (isOam(object, 'WorkloadDefinition', 'TraitDefinition', 'ScopeDefinition')) return 2;
  if (isOam(object, 'Component')) return 4;
  return isOam(object, 'ApplicationConfiguration') ? 5 : 3;
}

/** As the cluster serves the kind, or as a CRD in the same files says; unknown kinds are taken for namespaced ones. */
async function isNamespaced(
  object: KubernetesObject,
  objects: readonly KubernetesObject[],
  client: KubeClient,
): Promise<boolean> {
  const served = await client.discovery.find(object);
  if (served) return served.namespaced;
  const specs = objects.filter(({ kind }) => kind === 'CustomResourceDefinition').map((crd) => crd['spec'] as CrdSpec);
  const own = specs.find(
    ({ group, names }) => names?.kind === object.kind && object.apiVersion.startsWith(`${group}/`),
  );
  return own?.scope !== 'Cluster';
}

interface CrdSpec {
  readonly group?: string;
  readonly scope?: string;
  readonly names?: { readonly kind?: string };
}

function withAnnotations(component: Component, types: DefinitionCatalog): KubernetesObject {
  return { ...component, metadata: normalizeComponent(component, types).object.metadata };
}

function inNamespace(object: KubernetesObject, { namespace, namespaceGiven }: Placement): KubernetesObject {
  const own = object.metadata.namespace;
  if (own !== undefined && namespaceGiven && own !== namespace) {
    const hint = 'Leave one of the two out.';
    const message = `${describeObject(referenceTo(object))} names namespace ${own}, but -n says ${namespace}`;
    throw new CapstanError(CLI_CODES.usage, message, { hint, exit: EXIT.usage });
  }
  return { ...object, metadata: { ...object.metadata, namespace: own ?? namespace } };
}
