import { CapstanError, EXIT, type KubernetesObject } from '@capstan/base';
import { configuredValues } from '@capstan/capability-model';
import { crdsOf } from '../plan/crds.ts';
import { exportsFor } from '../plan/exports.ts';
import { readFacts } from '../plan/facts.ts';
import { readRelease } from '../plan/release-state.ts';
import { type AnyPreparedUnit, prepareUnits, type RenderedUnit, renderUnit } from '../plan/render.ts';
import { recallRender } from '../plan/render-cache.ts';
import type { PackagePlan } from '../plan/types.ts';
import { withKeptCharts } from './chart-source.ts';
import { INSTALLER_CODES } from './codes.ts';
import { commandLine, type InstallerContext } from './context.ts';
import { chartsOf } from './revisions.ts';

/** A package of a plan, with its charts at hand. */
export interface PreparedPackage {
  readonly planned: PackagePlan;
  readonly units: readonly AnyPreparedUnit[];
}

/** What packages are prepared from. */
export interface PrepareOptions {
  /** Other packages whose exported values they may use. */
  readonly others?: readonly PackagePlan[];
  /** Where charts are looked for first: what comes back was kept in the cluster, what is new is at its center. */
  readonly first: 'cluster' | 'center';
}

/**
 * Finds the charts of planned packages again and checks that they are the very ones that were planned: same content,
 * same values. Throws PLAN_STALE when a chart, a mirror or the meaning of a value changed in between.
 */
export function preparePackages(
  context: InstallerContext,
  packages: readonly PackagePlan[],
  { others = [], first }: PrepareOptions,
): Promise<PreparedPackage[]> {
  // Of a package that is in both lists, the one that is prepared counts.
  const exporters = [...packages, ...others];
  return Promise.all(
    packages.map(async (planned) => {
      const { metadata, center, values } = planned;
      const configuration = configuredValues(metadata, values);
      const exported = exportsFor(planned, exporters, (one) => one.values);
      const source = withKeptCharts(context, chartsOf(planned), first);
      const units = await prepareUnits(source, metadata, { center, configuration, exported });
      for (const [index, { digest, unit }] of units.entries()) {
        if (digest === planned.units[index]?.digest) continue;
        throw staleError(context, planned.name, `The chart or the values of unit ${unit.id} are not the planned ones.`);
      }
      return { planned, units };
    }),
  );
}

/** The CRDs of a prepared package with our marks, rendered again unless this process planned it. */
export async function renderedCrds(
  context: InstallerContext,
  { planned, units }: PreparedPackage,
  signal: AbortSignal,
): Promise<KubernetesObject[]> {
  const { metadata } = planned;
  const rendered = recallRender(context, metadata, units) ?? (await renderAgain(context, units, signal));
  return crdsOf(metadata, rendered).map(({ object }) => object);
}

async function renderAgain(
  context: InstallerContext,
  units: readonly AnyPreparedUnit[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, RenderedUnit>> {
  const { cluster, apiVersions } = await readFacts(context.client);
  const rendered = await Promise.all(
    units.map(async (one) => {
      const release =
        one.type === 'helm' ? await readRelease(context.client, one.unit.release, one.namespace) : undefined;
      const isUpgrade = release !== undefined;
      return renderUnit(context, one, { kubeVersion: cluster.version, apiVersions, isUpgrade, signal });
    }),
  );
  return new Map(units.map(({ unit }, index) => [unit.id, rendered[index] as RenderedUnit]));
}

/** PLAN_STALE: what was planned is not what would be done. */
export function staleError(context: InstallerContext, name: string, why: string): CapstanError {
  return new CapstanError(INSTALLER_CODES.planStale, 'The plan does not fit any more.', {
    hint: `${why} Make a new plan and look at it.`,
    next: [commandLine(context, `cap install ${name} --plan`)],
    exit: EXIT.blocked,
  });
}
