import { commitUninstall } from '../installer/commit.ts';
import type { Run } from '../installer/run.ts';
import { type DrainOptions, drainInstances } from './drain.ts';
import { letInstancesIn } from './guard.ts';
import { removeCrds } from './remove-crds.ts';
import { removeNamespaces } from './remove-namespace.ts';
import { removeUnit } from './remove-unit.ts';
import type { KeptThing, PackageRemoval, UnitRemoval } from './types.ts';
import { removalOrder } from './unit-order.ts';

/** What became of one package. */
export interface PackageOutcome {
  readonly removed: readonly string[];
  readonly kept: readonly KeptThing[];
}

/** Removes one package, whose Definitions are withdrawn already. Repeating it completes it. */
export async function removePackage(run: Run, removal: PackageRemoval, options: DrainOptions): Promise<PackageOutcome> {
  const { name, planned } = removal;
  const removed: string[] = [];
  const kept: KeptThing[] = [];
  await run.step({ kind: 'drain', package: name, text: drainText(removal) }, () =>
    drainInstances(run, removal, options),
  );
  for (const unit of removalOrder(planned.units)) {
    const shown = removal.units.find(({ id }) => id === unit.id);
    const text = shown ? unitText(shown) : unit.id;
    const detail = {
      unit: unit.id,
      namespace: unit.namespace,
      ...(unit.type === 'helm' ? { release: unit.release } : {}),
    };
    kept.push(...(await run.step({ kind: 'unit', package: name, text, detail }, () => removeUnit(run, removal, unit))));
    removed.push(text);
  }
  const crds = await removeOrKeepCrds(run, removal);
  removed.push(...crds.removed);
  kept.push(...crds.kept);
  const namespaces = removal.namespaces.map((namespace) => namespace.name);
  const step = { kind: 'namespace', package: name, text: `namespace ${namespaces.join(', ')}` } as const;
  const outcome = await run.step({ ...step, detail: { namespaces } }, () => removeNamespaces(run, removal));
  removed.push(...outcome.removed);
  kept.push(...outcome.kept);
  if (removal.external !== undefined) kept.push({ what: 'outside of the cluster', why: removal.external });
  await run.step({ kind: 'tombstone', package: name, text: 'record that it is gone' }, async () => {
    await letInstancesIn(run.context.client, name);
    const left = kept.map(({ what, why }) => `${what}: ${why}`);
    await commitUninstall(run, removal, left);
  });
  return { removed, kept };
}

function drainText({ drain, instances }: PackageRemoval): string {
  if (drain === 'keep') return 'objects of its kinds stay';
  const total = instances.reduce((sum, one) => sum + one.total - one.own, 0);
  return drain === 'all' ? `${total} objects of its kinds` : 'objects that are on their way out';
}

/** How a unit is called in progress and result. */
function unitText({ type, namespace, release, id }: UnitRemoval): string {
  return type === 'helm' ? `Helm release ${namespace}/${release}` : `objects ${namespace}/${id}`;
}

async function removeOrKeepCrds(run: Run, removal: PackageRemoval): Promise<PackageOutcome> {
  const { name, crds } = removal;
  const names = crds.map((crd) => crd.name);
  const deleted = crds.filter(({ action }) => action === 'delete').length > 0;
  if (!deleted) {
    const why = 'kept, so that no object of its kind is lost';
    return {
      removed: [],
      kept: names.map((crd) => ({ what: `CRD ${crd}`, why, delete: `kubectl delete customresourcedefinition ${crd}` })),
    };
  }
  const step = { kind: 'crd', package: name, text: `${names.length} CRDs`, detail: { crds: names } } as const;
  const removed = await run.step(step, () => removeCrds(run, removal));
  const others = names.filter((crd) => !removed.includes(crd));
  return {
    removed: removed.map((crd) => `CRD ${crd}`),
    kept: others.map((crd) => ({ what: `CRD ${crd}`, why: 'it belongs to somebody else by now' })),
  };
}
