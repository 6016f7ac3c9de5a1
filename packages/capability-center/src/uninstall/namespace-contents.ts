import { describeObject, type KubernetesObject, type ObjectReference, referenceTo } from '@capstan/base';
import type { KubeClient, ServedResource } from '@capstan/kube';
import { helmOwnerOf } from '../installer/labels.ts';
import { mapLimit } from '../plan/parallel.ts';
import type { PackagePlan } from '../plan/types.ts';
import { helmUnitPlans } from '../plan/types.ts';
import { hookObjects, isHookTool, unitObjects } from './unit-objects.ts';

/** Kinds that come and go by themselves with others; by a Lease a process says that it runs, and nothing that matters later. */
const FLEETING = ['Event', 'Endpoints', 'EndpointSlice', 'PodMetrics', 'Lease'];

/** What Kubernetes puts into every namespace. */
const STANDARD: readonly (readonly [kind: string, name: string])[] = [
  ['ConfigMap', 'kube-root-ca.crt'],
  ['ServiceAccount', 'default'],
];

/**
 * What somebody else put into a namespace of a package, in words: everything that is not Kubernetes' own, not owned by
 * another object, not part of the package's units and the tools of their hooks, and not one of the leftovers that go with
 * it. What a chart wants kept is not the package's to delete.
 */
export async function foreignContents(client: KubeClient, planned: PackagePlan, namespace: string): Promise<string[]> {
  const releases = helmUnitPlans(planned.units).map((unit) => `${unit.namespace}/${unit.release}`);
  const kinds = onePerKind(await client.discovery.all());
  const lists = await mapLimit(kinds, 8, (kind) => client.list(kind, { namespace }));
  const own = planned.units.filter(({ type }) => type === 'manifests').map((unit) => unitObjects(client, unit));
  const units = helmUnitPlans(planned.units);
  const hooks = (await Promise.all(units.map((unit) => hookObjects(client, unit)))).flat().filter(isHookTool);
  const going = [...planned.metadata.uninstall.leftovers, ...(await Promise.all(own)).flat(), ...hooks];
  const expected = new Set(going.map(identity));
  return lists
    .flatMap(({ items }, index) => items.map((item) => ({ ...item, ...kindOnly(kinds[index]) })))
    .filter((item) => !isExpected(item, releases) && !expected.has(identity(referenceTo(item))))
    .map((item) => describeObject(referenceTo(item)))
    .sort();
}

function isExpected(item: KubernetesObject, releases: readonly string[]): boolean {
  const { name, ownerReferences = [], deletionTimestamp, labels } = item.metadata;
  if (deletionTimestamp || ownerReferences.length > 0 || FLEETING.includes(item.kind)) return true;
  if (STANDARD.some(([kind, standard]) => kind === item.kind && standard === name)) return true;
  const release = helmOwnerOf(item);
  const kept = item.metadata.annotations?.['helm.sh/resource-policy'] === 'keep';
  if (release !== undefined && releases.includes(release)) return !kept;
  return (
    item.kind === 'Secret' &&
    item['type'] === 'helm.sh/release.v1' &&
    releases.some((one) => one.endsWith(`/${labels?.['name']}`))
  );
}

/** Listed items lack kind and apiVersion. */
function kindOnly(kind: ServedResource | undefined): { apiVersion: string; kind: string } {
  return { apiVersion: kind?.apiVersion ?? '', kind: kind?.kind ?? '' };
}

function onePerKind(resources: readonly ServedResource[]): ServedResource[] {
  const kept = new Map<string, ServedResource>();
  for (const resource of resources) {
    if (!resource.namespaced || !resource.verbs.includes('list') || !resource.verbs.includes('delete')) continue;
    const key = `${resource.group}/${resource.kind}`;
    if (!kept.has(key)) kept.set(key, resource);
  }
  return [...kept.values()];
}

function identity({ kind, namespace, name }: ObjectReference): string {
  return `${kind}/${namespace ?? ''}/${name}`;
}
