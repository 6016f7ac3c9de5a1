import { digestOf } from '@capstan/capability-model';
import type { KubeClient } from '@capstan/kube';
import { PACKAGE_VERSION_ANNOTATION, packageOf } from '../installer/labels.ts';
import { comparable } from './object-diff.ts';
import { mapLimit } from './parallel.ts';
import type { CrdPlan, PackagePlan } from './types.ts';

/**
 * CRDs of planned packages that are not what the plan was made for: somebody changed, made or removed them since. What
 * an earlier run of the same version wrote is as planned. In words; empty when nothing moved.
 */
export async function movedCrds(client: KubeClient, packages: readonly PackagePlan[]): Promise<string[]> {
  const crds = packages.flatMap((planned) => planned.crds.map((crd) => ({ crd, planned })));
  const moved = await mapLimit(crds, 4, async ({ crd, planned }) => {
    const live = await client.get({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      name: crd.name,
    });
    if (live && packageOf(live) === planned.name) {
      const version = live.metadata.annotations?.[PACKAGE_VERSION_ANNOTATION];
      if (version === planned.version && planned.action !== 'none') return undefined;
    }
    return howMoved(crd, live && digestOf(comparable(live)));
  });
  return moved.filter((text) => text !== undefined);
}

function howMoved({ name, liveDigest }: CrdPlan, digest: string | undefined): string | undefined {
  if (liveDigest === digest) return undefined;
  if (digest === undefined) return `The CRD ${name} was removed in the meantime.`;
  return `The CRD ${name} was ${liveDigest === undefined ? 'made' : 'changed'} in the meantime.`;
}
