import { CapstanError, EXIT } from '@capstan/base';
import { configuredValues, helmUnits } from '@capstan/capability-model';
import { crdsOf } from '../plan/crds.ts';
import { readFacts } from '../plan/facts.ts';
import { readRelease } from '../plan/release-state.ts';
import { type PreparedUnit, prepareUnit, type RenderedUnit, renderUnit } from '../plan/render.ts';
import { recallRender } from '../plan/render-cache.ts';
import type { InstallPlan, PackagePlan } from '../plan/types.ts';
import { INSTALLER_CODES } from './codes.ts';
import { commandLine, type InstallerContext } from './context.ts';

/** A package of a plan, with its charts at hand. */
export interface PreparedPackage {
  readonly planned: PackagePlan;
  readonly units: readonly PreparedUnit[];
}

/**
 * Finds the charts of a plan again and checks that they are the very ones that were planned: same content, same
 * values. Throws PLAN_STALE when a chart or a mirror changed in between.
 */
export async function preparePackage(context: InstallerContext, planned: PackagePlan): Promise<PreparedPackage> {
  const { metadata, center } = planned;
  const configuration = configuredValues(metadata, planned.values);
  const units = await Promise.all(
    helmUnits(metadata).map((unit) => prepareUnit(context, metadata, unit, { center, configuration })),
  );
  for (const [index, { digest, unit }] of units.entries()) {
    if (digest !== planned.units[index]?.digest) {
      throw stale(context, planned, `The chart of unit ${unit.id} is not the one that was planned.`);
    }
  }
  return { planned, units };
}

/** The CRDs of a prepared package, rendered again unless this process planned it. Throws PLAN_STALE if they differ. */
export async function renderedCrds(
  context: InstallerContext,
  { planned, units }: PreparedPackage,
  signal: AbortSignal,
) {
  const { metadata } = planned;
  const rendered = recallRender(context, metadata, units) ?? (await renderAgain(context, units, signal));
  return crdsOf(metadata, rendered).map(({ object }) => object);
}

async function renderAgain(
  context: InstallerContext,
  units: readonly PreparedUnit[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, RenderedUnit>> {
  const facts = await readFacts(context.client);
  const rendered = await Promise.all(
    units.map(async (unit) => {
      const release = await readRelease(context.client, unit.unit.release, unit.namespace);
      const { version: kubeVersion } = facts.cluster;
      const isUpgrade = release !== undefined;
      return renderUnit(context, unit, { kubeVersion, apiVersions: facts.apiVersions, isUpgrade, signal });
    }),
  );
  return new Map(units.map(({ unit }, index) => [unit.id, rendered[index] as RenderedUnit]));
}

/** Throws PLAN_STALE when the plan was made for another cluster, or for another Kubernetes version. */
export async function checkFacts(context: InstallerContext, plan: InstallPlan): Promise<void> {
  const { cluster } = await readFacts(context.client);
  const { uid, version } = plan.cluster;
  if (cluster.uid === uid && cluster.version === version) return;
  const what = cluster.uid === uid ? `The cluster now runs Kubernetes ${cluster.version}.` : 'It is another cluster.';
  throw stale(context, plan.packages[0], what);
}

function stale(context: InstallerContext, planned: PackagePlan | undefined, why: string): CapstanError {
  return new CapstanError(INSTALLER_CODES.planStale, 'The plan does not fit any more.', {
    hint: `${why} Make a new plan and look at it.`,
    next: planned ? [commandLine(context, `cap install ${planned.name} --plan`)] : [],
    exit: EXIT.blocked,
  });
}
