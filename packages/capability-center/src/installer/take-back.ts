import { isCapstanError } from '@capstan/base';
import {
  CAPSTAN_KINDS,
  type CapabilityInstall,
  PACKAGE_LABEL,
  type VersionId,
  versionLabel,
} from '@capstan/capability-model';
import { clusterFacts, ensureNamespace } from '@capstan/kube';
import { publishCapabilities } from '../discovery/publish.ts';
import { summarizeProbes } from '../health/probes.ts';
import { helmUnitPlans, type PackagePlan, type UnitPlan } from '../plan/types.ts';
import { objectIdentity } from '../plan/unit-plan.ts';
import { letInstancesIn } from '../uninstall/guard.ts';
import { removeCrds } from '../uninstall/remove-crds.ts';
import { removeNamespaces } from '../uninstall/remove-namespace.ts';
import { removeUnit } from '../uninstall/remove-unit.ts';
import { removalOrder } from '../uninstall/unit-order.ts';
import { applyCrds } from './apply-crds.ts';
import { INSTALLER_CODES } from './codes.ts';
import { collectGarbage } from './garbage.ts';
import { type PackageInForce, packagesInForce } from './in-force.ts';
import { goalObject, writeStatus } from './install-status.ts';
import { helmOwnerOf, INSTALLER } from './labels.ts';
import { unitSteps } from './package-steps.ts';
import { type PreparedPackage, preparePackages, renderedCrds } from './prepared.ts';
import { waitForProbes } from './probe-step.ts';
import { formerUnits, removalOf } from './prune.ts';
import { ownDefinitions, publishDefinitions, withdrawDefinitions } from './publish-definitions.ts';
import type { Run } from './run.ts';
import { statusOf } from './status-of.ts';

/** What an operation was about to change. */
export interface Unfinished {
  /** The packages as it would have made them, or as it was about to remove them; dependencies first. */
  readonly packages: readonly PackagePlan[];
  readonly planDigest: string;
}

/** The state that was gone back to. */
export interface TakenBack {
  readonly restored: readonly ({ readonly package: string } & VersionId)[];
  readonly removed: readonly string[];
  /** In words: what stays, and why. */
  readonly left: readonly string[];
}

/**
 * Goes back to the state before an operation that has not been committed: what it installed anew is removed, dependents
 * first; what was in force before is put back with its former charts and values, from what is kept in the cluster. CRDs
 * stay as they are now, unless the operation made them and no object of them exists. Repeating it completes it.
 */
export async function takeBack(run: Run, { packages, planDigest }: Unfinished, why: string): Promise<TakenBack> {
  const before = await packagesInForce(run.context.client, packages);
  const added = packages.filter(({ name }) => !before.has(name)).toReversed();
  const changed = packages.filter(({ name }) => before.has(name));
  const detail = { remove: added.map(({ name }) => name), restore: changed.map(({ name }) => name) };
  await run.step({ kind: 'revert', text: `go back to what was there: ${why}`, detail }, () =>
    showReverting(run, before),
  );
  const left: string[] = [];
  for (const planned of added) left.push(...(await removeAdded(run, planned, planDigest)));
  const others = [...before.values()].map(({ planned }) => planned);
  for (const planned of changed) {
    const former = before.get(planned.name);
    if (former) await restore(run, { planned, former, others });
  }
  await publishCapabilities(run.context.client);
  await collectGarbage(run.context.client);
  return {
    restored: changed.map(({ name }) => ({ package: name, ...idOf(before.get(name)) })),
    removed: added.filter(({ adopts }) => adopts === undefined).map(({ name }) => name),
    left,
  };
}

function idOf(former: PackageInForce | undefined): VersionId {
  return { version: former?.planned.version ?? '', release: former?.planned.release ?? 0 };
}

/** The state that was gone back to, in words. */
export function describeState({ restored, removed }: TakenBack): string {
  const back = restored.map((one) => `${one.package} is ${versionLabel(one)} again`);
  const gone = removed.map((name) => `${name} is not installed`);
  return [...back, ...gone].join(', ') || 'nothing had been changed';
}

async function showReverting(run: Run, before: ReadonlyMap<string, PackageInForce>): Promise<void> {
  for (const [name, { planned, planDigest }] of before) {
    const message = `version ${versionLabel(planned)} is being put back in place`;
    const standing = { phase: 'Applying', reason: 'RollingBack', message } as const;
    await writeStatus(run.context.client, name, standing, statusOf(planned, planDigest, true));
  }
}

/** Removes a package that the operation had begun to install; answers what stays. */
async function removeAdded(run: Run, planned: PackagePlan, planDigest: string): Promise<string[]> {
  const { name } = planned;
  const { client } = run.context;
  const removal = removalOf(planned, planDigest);
  const definitions = ownDefinitions(planned.metadata);
  await run.step({ kind: 'withdraw', package: name, text: `withdraw the Definitions of ${name}` }, () =>
    withdrawDefinitions(run, name, definitions),
  );
  const left: string[] = [];
  if (planned.adopts) {
    left.push(
      ...planned.adopts.releases.map((one) => `Helm release ${one.namespace}/${one.release}: it was there before`),
    );
  } else {
    for (const unit of removalOrder(planned.units)) await removeUnitStep(run, planned, unit, planDigest);
  }
  const made = planned.adopts ? [] : planned.crds.filter(({ action }) => action === 'create').map((crd) => crd.name);
  if (made.length > 0) {
    const crds = made.map((crd) => ({ name: crd, action: 'delete' as const }));
    const step = { kind: 'crd', package: name, text: `${made.length} CRDs`, detail: { crds: made } } as const;
    left.push(...(await run.step(step, () => removeNewCrds(run, { ...removal, crds }))));
  }
  const step = { kind: 'namespace', package: name, text: `namespace ${planned.namespace.name}` } as const;
  const { kept } = await run.step(step, () => removeNamespaces(run, removal));
  left.push(...kept.map(({ what, why }) => `${what}: ${why}`));
  await run.step({ kind: 'tombstone', package: name, text: `forget that ${name} was wanted` }, () =>
    client.delete({ ...CAPSTAN_KINDS.install, name }),
  );
  return left;
}

async function removeNewCrds(run: Run, removal: ReturnType<typeof removalOf>): Promise<string[]> {
  try {
    await removeCrds(run, removal);
    return [];
  } catch (error) {
    if (!isCapstanError(error, INSTALLER_CODES.instancesExist)) throw error;
    return removal.crds.map(({ name }) => `CRD ${name}: objects of its kind exist`);
  }
}

async function removeUnitStep(run: Run, planned: PackagePlan, unit: UnitPlan, planDigest: string): Promise<void> {
  const release = unit.type === 'helm' ? { release: unit.release } : {};
  const detail = { unit: unit.id, namespace: unit.namespace, ...release };
  await run.step({ kind: 'unit', package: planned.name, text: `remove unit ${unit.id}`, detail }, async () => {
    await removeUnit(run, removalOf(planned, planDigest), unit);
  });
}

interface Restoration {
  /** The package as the operation would have made it. */
  readonly planned: PackagePlan;
  readonly former: PackageInForce;
  readonly others: readonly PackagePlan[];
}

async function restore(run: Run, { planned, former, others }: Restoration): Promise<void> {
  const { client } = run.context;
  const { name, metadata, namespace, units } = former.planned;
  const [prepared] = await preparePackages(run.context, [former.planned], { others, first: 'cluster' });
  if (!prepared) return;
  const kept = new Set(former.planned.definitions.map((definition) => definition.name));
  const added = ownDefinitions(planned.metadata).filter((definition) => !kept.has(definition.name));
  await run.step({ kind: 'withdraw', package: name, text: `withdraw what ${planned.version} added` }, () =>
    withdrawDefinitions(run, name, added),
  );
  await run.step({ kind: 'crd', package: name, text: 'CRDs that are gone' }, () => restoreCrds(run, prepared));
  await run.step({ kind: 'namespace', package: name, text: `namespace ${namespace.name}` }, async () => {
    for (const each of new Set([namespace.name, ...units.map((unit) => unit.namespace)])) {
      await ensureNamespace(client, each, { labels: { [PACKAGE_LABEL]: name }, signal: run.signal });
    }
  });
  await unitSteps(run, prepared);
  await sweepStep(run, planned, former.planned);
  for (const unit of formerUnits(planned.units, units)) await removeUnitStep(run, planned, unit, former.planDigest);
  const facts = await clusterFacts(client);
  const probes = await run.step({ kind: 'probe', package: name, text: 'checks' }, () =>
    waitForProbes(run, metadata, facts),
  );
  await run.step({ kind: 'publish', package: name, text: `Definitions of ${name}` }, async () => {
    await publishDefinitions(run, metadata);
    await letInstancesIn(client, name);
    await restoreGoal(run, former, probes);
  });
}

/**
 * Objects that a failed upgrade has created and the former version lacks: Helm compares with the release that was in
 * force and does not know of them.
 */
async function sweepStep(run: Run, planned: PackagePlan, former: PackagePlan): Promise<void> {
  const { client } = run.context;
  const known = new Set(former.units.flatMap((unit) => unit.objects.map(({ object }) => objectIdentity(object))));
  const extra = helmUnitPlans(planned.units).flatMap((unit) =>
    unit.objects.filter(({ object }) => !known.has(objectIdentity(object))).map(({ object }) => ({ unit, object })),
  );
  if (extra.length === 0) return;
  const text = `${extra.length} objects that only ${planned.version} has`;
  await run.step({ kind: 'unit', package: planned.name, text }, async () => {
    for (const { unit, object } of extra.toReversed()) {
      const live = await client.get(object);
      if (live && helmOwnerOf(live) === `${unit.namespace}/${unit.release}`) await client.delete(object);
    }
  });
}

/** What is there stays as it is, for CRDs never go back; what an interrupted removal deleted comes again. */
async function restoreCrds(run: Run, prepared: PreparedPackage): Promise<void> {
  const { client } = run.context;
  const missing: string[] = [];
  for (const { name } of prepared.planned.crds) {
    const reference = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name };
    if (!(await client.get(reference))) missing.push(name);
  }
  if (missing.length === 0) return;
  const objects = await renderedCrds(run.context, prepared, run.signal);
  await applyCrds(
    run,
    objects.filter(({ metadata }) => missing.includes(metadata.name)),
    { crds: [] },
  );
}

async function restoreGoal(
  run: Run,
  { planned, planDigest }: PackageInForce,
  probes: Awaited<ReturnType<typeof waitForProbes>>,
): Promise<void> {
  const { client } = run.context;
  const { name } = planned;
  const live = (await client.get({ ...CAPSTAN_KINDS.install, name })) as CapabilityInstall | undefined;
  const more = { pinCenter: live?.spec.center !== undefined, allowStandIns: live?.spec.allowStandIns === true };
  const goal = (await client.apply(goalObject(planned, more), { fieldManager: INSTALLER })) as CapabilityInstall;
  const failed = probes.some(({ result }) => result === 'failed');
  const standing = {
    phase: failed ? 'Degraded' : 'Ready',
    reason: failed ? 'ChecksFail' : 'RolledBack',
    message: summarizeProbes(probes),
  } as const;
  await writeStatus(client, name, standing, statusOf(planned, planDigest, true, probes), goal);
}
