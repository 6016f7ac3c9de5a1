import { describeObject, groupOf, type KubernetesObject, type ObjectReference } from '@capstan/base';
import type { CapabilityPackage } from '@capstan/capability-model';
import { healthOf, type KubeClient } from '@capstan/kube';
import { mapLimit } from '../plan/parallel.ts';
import type { PackagePlan } from '../plan/types.ts';
import type { FinalizerReport } from './types.ts';

const CONTROLLER_KINDS = ['Deployment', 'StatefulSet', 'DaemonSet'];

/** Finalizers that every API server and controller manager serves. */
const BUILT_IN = /^(?:foregroundDeletion|orphan|kubernetes|(?:[a-z.]+\.)?kubernetes\.io\/.*)$/;

/** What runs the finalizers of a package's kinds. */
export interface FinalizerServers {
  /** In words, as far as there are any. */
  readonly description?: string;
  /** Whether all of it is ready; undefined on a cluster whose pods are simulated: nothing runs there. */
  readonly ready?: boolean;
}

/** The programs of a package, and whether they are at work. */
export async function finalizerServers(
  client: KubeClient,
  planned: PackagePlan,
  simulated: boolean,
): Promise<FinalizerServers> {
  const programs = planned.units
    .flatMap(({ objects }) => objects.map(({ object }) => object))
    .filter(({ kind }) => CONTROLLER_KINDS.includes(kind));
  if (programs.length === 0) return {};
  const live = await mapLimit(programs, 4, (program) => client.get(program));
  const ready = live.every((object) => object !== undefined && healthOf(object).status === 'ready');
  return { description: describeAll(programs), ...(simulated ? {} : { ready }) };
}

function describeAll(programs: readonly ObjectReference[]): string {
  const shown = programs.slice(0, 3).map((program) => describeObject(program));
  return [...shown, ...(programs.length > shown.length ? [`${programs.length - shown.length} more`] : [])].join(', ');
}

/** The finalizers of a kind's objects, the most frequent first, with who serves each as far as its name tells. */
export function finalizerReports(
  objects: readonly KubernetesObject[],
  metadata: CapabilityPackage,
  servers: FinalizerServers,
): FinalizerReport[] {
  const counts = new Map<string, number>();
  for (const name of objects.flatMap(({ metadata: { finalizers = [] } }) => finalizers)) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const groups = new Set(metadata.install.crds.map(({ name }) => name.slice(name.indexOf('.') + 1)));
  return [...counts]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([name, count]) => ({ name, objects: count, ...servedBy(name, groups, servers) }));
}

function servedBy(
  finalizer: string,
  groups: ReadonlySet<string>,
  servers: FinalizerServers,
): Pick<FinalizerReport, 'servedBy' | 'serving'> {
  if (BUILT_IN.test(finalizer)) return { servedBy: 'Kubernetes', serving: true };
  const domain = groupOf(finalizer) || finalizer;
  const ours = [...groups].some(
    (group) => domain === group || domain.endsWith(`.${group}`) || group.endsWith(`.${domain}`),
  );
  if (!ours || servers.description === undefined) return {};
  return { servedBy: servers.description, ...(servers.ready === undefined ? {} : { serving: servers.ready }) };
}
