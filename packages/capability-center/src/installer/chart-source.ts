import type { ChartReference } from '@capstan/capability-model';
import type { ResolvedChart } from '../center/types.ts';
import { loadChart } from './chart-payload.ts';
import type { InstallerContext } from './context.ts';
import type { RevisionChart } from './revision.ts';
import { keptCharts } from './revisions.ts';

/** Build metadata of a stand-in's version; metadata names charts without it. */
const STAND_IN = /\+standin$/;

/** A chart by its content. */
export type KeptChart = Omit<RevisionChart, 'unit'>;

/**
 * The context with these charts taken from what is kept in the cluster, so that they are found whatever became of the
 * registries. With `first: 'center'` the cluster is asked only where the center has no chart of that content.
 */
export function withKeptCharts(
  context: InstallerContext,
  charts: readonly KeptChart[],
  first: 'cluster' | 'center' = 'cluster',
): InstallerContext {
  const resolveChart = async (center: string, chart: ChartReference): Promise<ResolvedChart> => {
    const kept = charts.find((candidate) => isChart(candidate, chart));
    if (!kept) return context.resolveChart(center, chart);
    if (first === 'cluster') return (await fromCluster(context, kept, chart)) ?? context.resolveChart(center, chart);
    const found = await context.resolveChart(center, chart).catch((error: unknown) => ({ error }));
    if (!('error' in found) && found.digest === kept.digest) return found;
    const instead = await fromCluster(context, kept, chart);
    if (instead) return instead;
    if ('error' in found) throw found.error;
    return found;
  };
  return { ...context, resolveChart };
}

/**
 * The context with charts of the revisions that are kept in the cluster: first, or where the center has none. So what
 * was installed once can be planned again whatever became of the registries.
 */
export function withKeptRevisions(
  context: InstallerContext,
  first: 'cluster' | 'center' = 'cluster',
): InstallerContext {
  let charts: Promise<readonly KeptChart[]> | undefined;
  const fromRevisions = async (chart: ChartReference): Promise<ResolvedChart | undefined> => {
    charts ??= keptCharts(context.client);
    const kept = (await charts).find((candidate) => isChart(candidate, chart));
    return kept && fromCluster(context, kept, chart);
  };
  const resolveChart = async (center: string, chart: ChartReference): Promise<ResolvedChart> => {
    if (first === 'cluster') return (await fromRevisions(chart)) ?? context.resolveChart(center, chart);
    try {
      return await context.resolveChart(center, chart);
    } catch (error) {
      const kept = await fromRevisions(chart);
      if (kept) return kept;
      throw error;
    }
  };
  return { ...context, resolveChart };
}

function isChart({ name, version }: KeptChart, chart: ChartReference): boolean {
  return name === chart.name && version.replace(STAND_IN, '') === chart.version;
}

async function fromCluster(
  { client }: InstallerContext,
  { name, version, digest, standIn }: KeptChart,
  { repository }: ChartReference,
): Promise<ResolvedChart | undefined> {
  const path = await loadChart(client, digest);
  return path === undefined ? undefined : { name, version, standIn, path, digest, repository };
}
