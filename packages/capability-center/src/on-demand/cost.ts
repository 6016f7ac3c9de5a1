import { versionLabel } from '@capstan/capability-model';
import type { InstallPlan, PackagePlan } from '../plan/types.ts';
import type { InstallCost } from './types.ts';

/** What carrying a plan out costs: only what it installs or changes counts. Pure. */
export function costOf({ packages }: Pick<InstallPlan, 'packages'>): InstallCost {
  const changing = packages.filter(({ action }) => action !== 'none');
  const objects = changing.flatMap(({ units }) => units.flatMap((unit) => unit.objects));
  const crds = changing.flatMap((one) => one.crds);
  // A repair puts back what was there: its images run already.
  const renewed = changing.filter(({ action }) => action !== 'repair' && action !== 'adopt');
  return {
    packages: changing.map((one) => `${one.name} ${versionLabel(one)}`),
    objects: objects.filter(({ action }) => action === 'create' || action === 'change').length,
    crds: crds.filter(({ action }) => action === 'create' || action === 'change').length,
    images: new Set(renewed.flatMap((one) => one.images)).size,
    rights: changing.reduce((sum, planned) => sum + newRules(planned), 0),
    rightsFor: renewed.flatMap(({ name, metadata }) => {
      const { summary } = metadata.install.permissions;
      return summary === undefined ? [] : [`${name}: ${summary}`];
    }),
  };
}

/** As the plan counts: of a first installation the rules of its roles, else the rules that are new. */
function newRules({ action, permissions, permissionDelta }: PackagePlan): number {
  const isFirst = action === 'install' || action === 'adopt';
  return isFirst ? permissions.reduce((sum, { lines }) => sum + lines.length, 0) : permissionDelta.added.length;
}
