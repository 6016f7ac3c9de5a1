import type { PackagePlan, UnitPlan } from '../plan/types.ts';
import { objectIdentity } from '../plan/unit-plan.ts';
import { removeUnit } from '../uninstall/remove-unit.ts';
import type { PackageRemoval } from '../uninstall/types.ts';
import type { PackageInForce } from './in-force.ts';
import type { Run } from './run.ts';

/**
 * Removes what packages had before and have no more: units that are gone from them, and objects of units that they carry
 * themselves. (Helm removes what a chart no longer renders.) CRDs stay.
 */
export async function removeFormer(
  run: Run,
  changing: readonly PackagePlan[],
  before: ReadonlyMap<string, PackageInForce>,
): Promise<void> {
  for (const planned of changing) {
    const former = before.get(planned.name);
    if (!former) continue;
    const removal = removalOf(former.planned, former.planDigest);
    for (const unit of formerUnits(former.planned.units, planned.units)) await removeUnit(run, removal, unit);
  }
}

/** What of the units before is not in the units now: whole units, or single objects of those that are ours to apply. */
export function formerUnits(before: readonly UnitPlan[], now: readonly UnitPlan[]): UnitPlan[] {
  return before.toReversed().flatMap((unit) => {
    const same = now.find(({ id, type }) => id === unit.id && type === unit.type);
    if (!same || !isSamePlace(unit, same)) return [unit];
    if (unit.type === 'helm') return [];
    const kept = new Set(
      same.objects.flatMap(({ object, action }) => (action === 'remove' ? [] : objectIdentity(object))),
    );
    const gone = unit.objects.filter(({ object }) => !kept.has(objectIdentity(object)));
    return gone.length > 0 ? [{ ...unit, objects: gone }] : [];
  });
}

function isSamePlace(a: UnitPlan, b: UnitPlan): boolean {
  if (a.type !== 'helm' || b.type !== 'helm') return true;
  return a.release === b.release && a.namespace === b.namespace;
}

/** The removal of parts of a package; what is to go is named by who removes it. */
export function removalOf(planned: PackagePlan, planDigest: string): PackageRemoval {
  return {
    name: planned.name,
    version: planned.version,
    release: planned.release,
    why: 'asked',
    definitions: [],
    instances: [],
    drain: 'keep',
    units: [],
    crds: [],
    leftovers: [],
    namespaces: [],
    planned,
    planDigest,
  };
}
