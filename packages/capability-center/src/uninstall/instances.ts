import { groupOf, type KubernetesObject, type ObjectReference, type OwnerReference, referenceTo } from '@capstan/base';
import type { CapabilityPackage, CrdOffer } from '@capstan/capability-model';
import type { KubeClient } from '@capstan/kube';
import { helmOwnerOf } from '../installer/labels.ts';
import { mapLimit } from '../plan/parallel.ts';
import type { PackagePlan, UnitPlan } from '../plan/types.ts';
import { type FinalizerServers, finalizerReports } from './finalizers.ts';
import type { InstanceCount } from './types.ts';

/** The objects of one of a package's kinds. */
export interface Instances {
  readonly crd: CrdOffer;
  readonly objects: readonly KubernetesObject[];
  /** Those that are on their way out. */
  readonly leaving: readonly KubernetesObject[];
  /** Those that what is removed brought itself. */
  readonly own: readonly KubernetesObject[];
}

/** What is removed brought these objects itself: they go with it. */
export type IsOwn = (object: KubernetesObject) => boolean;

/** The objects of every kind that a package brings, in the order of its CRDs. Kinds that are not served have none. */
export async function findInstances(
  client: KubeClient,
  metadata: CapabilityPackage,
  isOwn: IsOwn = () => false,
): Promise<Instances[]> {
  const owners = new Map<string, Promise<boolean>>();
  return mapLimit(metadata.install.crds, 4, async (crd) => {
    const { items } = await client.list(kindOf(crd));
    const objects = items.map((item) => ({ ...item, ...kindOf(crd) }));
    const leaving = await mapLimit(objects, 8, (item) => isLeaving(client, item, owners));
    return { crd, objects, leaving: objects.filter((_, index) => leaving[index]), own: objects.filter(isOwn) };
  });
}

/**
 * Whether an object belongs to a release or to the manifests of one of these packages, or is controlled by an object of
 * these manifests, as what Knative's operator makes by its KnativeServing: it goes with what controls it.
 */
export function ownedBy(packages: readonly PackagePlan[]): IsOwn {
  const units = packages.flatMap((planned) => planned.units);
  const releases = new Set(
    units.flatMap((unit) => (unit.type === 'helm' ? [`${unit.namespace}/${unit.release}`] : [])),
  );
  const manifests = new Set(units.flatMap((unit) => (unit.type === 'manifests' ? identitiesOf(unit) : [])));
  return (object) => {
    const owner = helmOwnerOf(object);
    if (owner !== undefined && releases.has(owner)) return true;
    return [referenceTo(object), ...controllerOf(object)].some((one) => manifests.has(identityOf(one)));
  };
}

/** What controls an object: in its namespace, or cluster-scoped. */
function controllerOf({ metadata }: KubernetesObject): ObjectReference[] {
  const { ownerReferences = [], namespace } = metadata;
  const controllers = ownerReferences.filter(({ controller }) => controller);
  return controllers.flatMap(({ apiVersion, kind, name }) => [
    { apiVersion, kind, name },
    ...(namespace === undefined ? [] : [{ apiVersion, kind, name, namespace }]),
  ]);
}

/** Where a manifest names no namespace it is the unit's, if its kind has one. */
function identitiesOf({ namespace, objects }: UnitPlan): string[] {
  return objects.flatMap(({ object }) =>
    object.namespace === undefined ? [identityOf(object), identityOf({ ...object, namespace })] : [identityOf(object)],
  );
}

/** A name for an object that holds in every version of its kind. */
export function identityOf(reference: Pick<ObjectReference, 'apiVersion' | 'kind' | 'namespace' | 'name'>): string {
  const { apiVersion, kind, namespace = '', name } = reference;
  return `${groupOf(apiVersion)}/${kind}/${namespace}/${name}`;
}

/** The kind of a CRD in the version in which it is stored. */
export function kindOf(crd: Pick<CrdOffer, 'name' | 'kind' | 'storage'>) {
  return { apiVersion: `${crd.name.slice(crd.name.indexOf('.') + 1)}/${crd.storage}`, kind: crd.kind };
}

/** Counts per kind and namespace; kinds without objects are left out. */
export function countInstances(
  found: readonly Instances[],
  metadata: CapabilityPackage,
  servers: FinalizerServers = {},
): InstanceCount[] {
  return found
    .filter(({ objects }) => objects.length > 0)
    .map(({ crd, objects, leaving, own }) => {
      const byNamespace: Record<string, number> = {};
      for (const object of objects) {
        const namespace = object.metadata.namespace ?? '';
        byNamespace[namespace] = (byNamespace[namespace] ?? 0) + 1;
      }
      return {
        crd: crd.name,
        kind: crd.kind,
        total: objects.length,
        byNamespace,
        leaving: leaving.length,
        own: own.length,
        finalizers: finalizerReports(objects, metadata, servers),
      };
    });
}

/** How many of them would stay if nothing drained them. */
export function stayingOf({ objects, leaving, own }: Instances): KubernetesObject[] {
  return objects.filter((object) => !leaving.includes(object) && !own.includes(object));
}

/** `2 ScaledObject in shop, 1 Autoscale in web`: counts in words. */
export function describeInstances(counts: readonly InstanceCount[]): string {
  return counts
    .flatMap(({ kind, byNamespace }) =>
      Object.entries(byNamespace).map(([namespace, count]) =>
        namespace === '' ? `${count} ${kind}` : `${count} ${kind} in ${namespace}`,
      ),
    )
    .join(', ');
}

/** Being deleted, or owned only by objects that are gone: the garbage collector is about to take it. */
async function isLeaving(
  client: KubeClient,
  { metadata }: KubernetesObject,
  known: Map<string, Promise<boolean>>,
): Promise<boolean> {
  if (metadata.deletionTimestamp) return true;
  const owners = metadata.ownerReferences ?? [];
  if (owners.length === 0) return false;
  const present = await Promise.all(
    owners.map((owner) => {
      const asked = known.get(owner.uid) ?? ownerExists(client, owner, metadata.namespace);
      known.set(owner.uid, asked);
      return asked;
    }),
  );
  return !present.some(Boolean);
}

async function ownerExists(client: KubeClient, owner: OwnerReference, namespace: string | undefined): Promise<boolean> {
  const { apiVersion, kind, name, uid } = owner;
  const served = await client.discovery.find({ apiVersion, kind });
  if (!served) return groupOf(apiVersion) === '';
  const where = served.namespaced && namespace !== undefined ? { namespace } : {};
  const found = await client.get({ apiVersion, kind, name, ...where });
  return found !== undefined && found.metadata.uid === uid && !found.metadata.deletionTimestamp;
}
