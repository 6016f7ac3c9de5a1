import { versionLabel } from '@capstan/capability-model';
import type { InstallPlan } from '../plan/types.ts';
import type { InstallCost } from './types.ts';

/** What carrying a plan out costs: only what it installs or changes counts. Pure. */
export function costOf({ packages }: Pick<InstallPlan, 'packages'>): InstallCost {
  const changing = packages.filter(({ action }) => action !== 'none');
  const objects = changing.flatMap(({ units }) => units.flatMap((unit) => unit.objects));
  const crds = changing.flatMap((one) => one.crds);
  return {
    packages: changing.map((one) => `${one.name} ${versionLabel(one)}`),
    objects: objects.filter(({ action }) => action === 'create' || action === 'change').length,
    crds: crds.filter(({ action }) => action === 'create' || action === 'change').length,
    images: new Set(changing.flatMap((one) => one.images)).size,
    rights: changing.flatMap((one) => one.permissions).reduce((sum, { lines }) => sum + lines.length, 0),
    rightsFor: changing.flatMap(({ name, metadata }) => {
      const { summary } = metadata.install.permissions;
      return summary === undefined ? [] : [`${name}: ${summary}`];
    }),
  };
}
