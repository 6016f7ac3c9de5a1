import { isCapstanError } from '@capstan/base';
import { clusterFacts, KUBE_CODES, type KubeClient } from '@capstan/kube';
import { describeOwner, packageOf } from '../installer/labels.ts';
import type { UnmanagedApi } from '../resolver/types.ts';
import type { InstallPlan } from './types.ts';

/** What plans need to know of the cluster. */
export interface PlanFacts {
  readonly cluster: InstallPlan['cluster'];
  readonly arch: readonly string[];
  readonly os: readonly string[];
  /** Whose Kubernetes it is, where the version tells. */
  readonly distribution?: string;
  /** Why the pods count as simulated or not. */
  readonly reason: string;
  /** Group versions and kinds, as Helm's charts ask for them. */
  readonly apiVersions: readonly string[];
  /** APIs that somebody brought without Capstan. */
  readonly apis: readonly UnmanagedApi[];
}

const CRD = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' } as const;

/** How distributions mark their versions: `v1.35.4+k3s1`, `v1.34.2-gke.100`, `v1.33.1-eks-abcdef`. */
const DISTRIBUTION = /[+-](k3s|rke2|k0s|eks|gke|aks|vmware|microk8s)/;

/** Reads the facts of the cluster that a plan depends on. */
export async function readFacts(client: KubeClient): Promise<PlanFacts> {
  const [facts, system, resources, crds] = await Promise.all([
    clusterFacts(client),
    client.get({ apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' }),
    client.discovery.all(),
    crdsOf(client),
  ]);
  const offered = resources.flatMap(({ apiVersion, kind }) => [apiVersion, `${apiVersion}/${kind}`]);
  const distribution = DISTRIBUTION.exec(facts.version)?.[1];
  return {
    cluster: {
      context: client.context.name,
      uid: system?.metadata.uid ?? '',
      version: facts.version,
      simulated: facts.simulated,
    },
    arch: facts.arch,
    os: facts.os,
    ...(distribution === undefined ? {} : { distribution }),
    reason: facts.reason,
    apiVersions: [...new Set(offered)].sort(),
    apis: unmanagedApis(crds, resources),
  };
}

/** Names and owners of the CRDs; none for who may not list them: a plan is possible without. */
async function crdsOf(client: KubeClient): Promise<Crds> {
  try {
    return (await client.list(CRD, { metadataOnly: true })).items;
  } catch (error) {
    if (isCapstanError(error, KUBE_CODES.forbidden)) return [];
    throw error;
  }
}

type Crds = Awaited<ReturnType<KubeClient['list']>>['items'];
type Resources = Awaited<ReturnType<KubeClient['discovery']['all']>>;

/** The APIs of CRDs that are not ours, by kind, with who brought them. */
function unmanagedApis(crds: Crds, resources: Resources): UnmanagedApi[] {
  const foreign = new Map(crds.filter((crd) => packageOf(crd) === undefined).map((crd) => [crd.metadata.name, crd]));
  const apis = new Map<string, { api: UnmanagedApi; served: Set<string> }>();
  for (const { group, version, kind, resource } of resources) {
    const crd = foreign.get(`${resource}.${group}`);
    if (!crd) continue;
    const key = `${group}/${kind}`;
    const known = apis.get(key) ?? { api: { group, kind, served: [], owner: describeOwner(crd) }, served: new Set() };
    apis.set(key, { ...known, served: known.served.add(version) });
  }
  return [...apis.values()]
    .map(({ api, served }) => ({ ...api, served: [...served].sort() }))
    .sort((a, b) => (`${a.group}/${a.kind}` < `${b.group}/${b.kind}` ? -1 : 1));
}
