import type { KubernetesObject } from '../../packages/base/src/index.ts';
import { type CapabilityPackage, versionLabel } from '../../packages/capability-model/src/index.ts';
import type { Helm } from '../../packages/helm-ts/src/index.ts';
import { type ChartFolder, missingCharts, packageVersions, renderPackage, runtimeCrds } from './sources.ts';

/** What a cluster would have in which every package is installed in one of its versions. */
export interface World {
  /** `upstream, newest`, for people. */
  readonly name: string;
  readonly versions: readonly CapabilityPackage[];
  /** By the package that brings them, and `""` for those that programs make at run time. */
  readonly crds: ReadonlyMap<string, readonly KubernetesObject[]>;
  /** Objects of the packages' manifests units, with the label of their version. */
  readonly manifests: readonly { readonly file: string; readonly object: KubernetesObject }[];
  /** Charts that the folder lacks: what they bring is not in here. */
  readonly missing: readonly string[];
}

/** All packages, or those named, in their newest or oldest version, with the charts of a folder. */
export async function worldOf(
  helm: Helm,
  folder: ChartFolder,
  which: 'newest' | 'oldest',
  only?: readonly string[],
): Promise<World> {
  const versions = [...(await packageVersions(only)).values()].flatMap((each) => {
    const chosen = which === 'newest' ? each[0] : each.at(-1);
    return chosen === undefined ? [] : [chosen];
  });
  const crds = new Map<string, readonly KubernetesObject[]>([['', await runtimeCrds(folder, which)]]);
  const manifests: { file: string; object: KubernetesObject }[] = [];
  const missing: string[] = [];
  for (const metadata of versions) {
    const lacking = missingCharts(folder, metadata);
    missing.push(...lacking);
    if (lacking.length > 0) continue;
    const rendered = await renderPackage(helm, folder, metadata);
    crds.set(metadata.name, rendered.crds);
    const file = `${metadata.name} ${versionLabel(metadata)}`;
    manifests.push(...rendered.manifests.map((object) => ({ file, object })));
  }
  return { name: `${folder.name}, ${which}`, versions, crds, manifests, missing };
}

/** All CRDs of a world. */
export function crdsOf({ crds }: World): KubernetesObject[] {
  return [...crds.values()].flat();
}
