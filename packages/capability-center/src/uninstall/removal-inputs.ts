import { versionLabel } from '@capstan/capability-model';
import type { PackageRemoval, RemovalInputs, UninstallPlan } from './types.ts';

/**
 * Everything that decides what a removal does. Of the objects of a package's kinds it is in which namespaces some are
 * deleted with it, not how many: they come and go while one looks at the plan, and all are saved or drained. A catalog has
 * no part in a removal; the package's name there makes the digests for two packages differ in every part.
 */
export function removalInputs(
  request: RemovalInputs['wishes'],
  found: Pick<UninstallPlan, 'cluster' | 'staysFor' | 'packages'>,
): RemovalInputs {
  return {
    wishes: request,
    catalog: { package: request.package },
    cluster: {
      uid: found.cluster.uid,
      ...(found.staysFor ? { staysFor: found.staysFor } : {}),
      packages: found.packages.map(decided),
    },
  };
}

function decided(removal: PackageRemoval): RemovalInputs['cluster']['packages'][number] {
  const { name, why, planDigest, drain, units, definitions, crds, instances } = removal;
  const drained = drain === 'all' ? instances : [];
  return {
    name,
    version: versionLabel(removal),
    why,
    planDigest,
    units,
    definitions: definitions.map((definition) => definition.name),
    // Whether they go follows from what was asked for and from the installed metadata, which planDigest stands for.
    crds: crds.map((crd) => crd.name),
    instances: Object.fromEntries(drained.map(({ crd, byNamespace }) => [crd, Object.keys(byNamespace).sort()])),
  };
}
