import { groupOf, type KindReference } from '@capstan/base';
import type { DefinitionCatalog } from '../catalog.ts';
import type { CrdVersion } from '../schema/types.ts';

/** Kinds of Kubernetes itself that a Definition may register, for when nothing better is known. */
const BUILT_IN: ReadonlyMap<string, KindReference> = new Map(
  [
    ['deployments.apps', 'apps/v1', 'Deployment'],
    ['statefulsets.apps', 'apps/v1', 'StatefulSet'],
    ['daemonsets.apps', 'apps/v1', 'DaemonSet'],
    ['replicasets.apps', 'apps/v1', 'ReplicaSet'],
    ['jobs.batch', 'batch/v1', 'Job'],
    ['cronjobs.batch', 'batch/v1', 'CronJob'],
    ['pods', 'v1', 'Pod'],
    ['services', 'v1', 'Service'],
    ['configmaps', 'v1', 'ConfigMap'],
    ['persistentvolumeclaims', 'v1', 'PersistentVolumeClaim'],
    ['horizontalpodautoscalers.autoscaling', 'autoscaling/v2', 'HorizontalPodAutoscaler'],
    ['ingresses.networking.k8s.io', 'networking.k8s.io/v1', 'Ingress'],
    ['networkpolicies.networking.k8s.io', 'networking.k8s.io/v1', 'NetworkPolicy'],
    ['poddisruptionbudgets.policy', 'policy/v1', 'PodDisruptionBudget'],
  ].map(([name = '', apiVersion = '', kind = '']) => [name, { apiVersion, kind }]),
);

/**
 * The kind behind a name of the form `<plural>.<group>`, in the version that is asked for or the preferred one: the
 * newest stable that is served, as discovery orders them. Undefined when nothing known serves it.
 */
export function kindNamed(name: string, catalog: DefinitionCatalog, version?: string): KindReference | undefined {
  const crd = catalog.crds.find((each) => each.metadata.name === name);
  if (crd) {
    const served = crd.spec.versions.filter((each) => each.served).sort(byPriority);
    const found = version ? served.find((each) => each.name === version) : served[0];
    return found && { apiVersion: `${crd.spec.group}/${found.name}`, kind: crd.spec.names.kind };
  }
  const key = name.endsWith('.') ? name.slice(0, -1) : name;
  const known = catalog.kinds?.get(key) ?? BUILT_IN.get(key);
  if (!known || !version || known.apiVersion.split('/').at(-1) === version) return known;
  const group = key.includes('.') ? `${key.slice(key.indexOf('.') + 1)}/` : '';
  return { ...known, apiVersion: `${group}${version}` };
}

/** Whether a kind is known in any version: by a CRD, by discovery, or as one of Kubernetes' own. Case does not count. */
export function isKnownKind({ apiVersion, kind }: KindReference, catalog: DefinitionCatalog): boolean {
  const [group, name] = [groupOf(apiVersion), kind.toLowerCase()];
  const known = [...BUILT_IN.values(), ...(catalog.kinds?.values() ?? [])];
  return (
    known.some((each) => groupOf(each.apiVersion) === group && each.kind.toLowerCase() === name) ||
    catalog.crds.some(({ spec }) => spec.group === group && spec.names.kind.toLowerCase() === name)
  );
}

/** Kubernetes' order of versions: stable before beta before alpha, newer before older, anything else last by name. */
function byPriority(one: CrdVersion, other: CrdVersion): number {
  const [a, b] = [rank(one.name), rank(other.name)];
  for (const [at, value] of a.entries()) {
    const difference = (b[at] ?? 0) - value;
    if (difference !== 0) return difference;
  }
  return one.name < other.name ? -1 : 1;
}

function rank(name: string): readonly number[] {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(name);
  if (!match) return [0, 0, 0];
  const stage = match[2] === undefined ? 3 : match[2] === 'beta' ? 2 : 1;
  return [stage, Number(match[1]), Number(match[3] ?? 0)];
}
