import { clusterFacts, type KubeClient } from '@capstan/kube';
import type { InstallPlan } from './types.ts';

/** What plans need to know of the cluster. */
export interface PlanFacts {
  readonly cluster: InstallPlan['cluster'];
  readonly arch: readonly string[];
  /** Why the pods count as simulated or not. */
  readonly reason: string;
  /** Group versions and kinds, as Helm's charts ask for them. */
  readonly apiVersions: readonly string[];
}

/** Reads the facts of the cluster that a plan depends on. */
export async function readFacts(client: KubeClient): Promise<PlanFacts> {
  const [facts, system, resources] = await Promise.all([
    clusterFacts(client),
    client.get({ apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' }),
    client.discovery.all(),
  ]);
  const offered = resources.flatMap(({ apiVersion, kind }) => [apiVersion, `${apiVersion}/${kind}`]);
  return {
    cluster: {
      context: client.context.name,
      uid: system?.metadata.uid ?? '',
      version: facts.version,
      simulated: facts.simulated,
    },
    arch: facts.arch,
    reason: facts.reason,
    apiVersions: [...new Set(offered)].sort(),
  };
}
