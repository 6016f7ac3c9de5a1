import type { Clock } from '@capstan/base';
import { CAPSTAN_KINDS, type CapabilityInstall } from '@capstan/capability-model';
import type { Helm } from '@capstan/helm-ts';
import type { KubeClient } from '@capstan/kube';
import { readCenters } from '../center/center-records.ts';
import { resolveChart } from '../center/resolve-chart.ts';
import type { MirrorRecord } from '../center/types.ts';
import { loadCatalog } from '../registry/catalog.ts';
import type { InstallerContext } from './context.ts';

/** Options of `openCenter`. */
export interface OpenCenterOptions {
  readonly client: KubeClient;
  readonly helm: Helm;
  /** Directory of the registry shipped with Capstan: the only center while none is recorded in the cluster. */
  readonly bundledRegistry: string;
  /** Mirrors that are looked at before those of the centers. */
  readonly mirrors?: readonly MirrorRecord[];
  readonly command?: (words: string) => string;
  readonly clock?: Clock;
  readonly leaseMs?: number;
}

/**
 * Reads the centers that the cluster records and what they offer, and answers all that planning and installing need.
 * Rejects as `readCenters` and `loadCatalog` do.
 */
export async function openCenter(options: OpenCenterOptions): Promise<InstallerContext> {
  const { client, bundledRegistry, mirrors = [], ...rest } = options;
  const [centers, { items }] = await Promise.all([
    readCenters(client, { bundled: bundledRegistry }),
    client.list(CAPSTAN_KINDS.install),
  ]);
  const installed = items.map((item) => {
    const { center } = (item as CapabilityInstall).status ?? {};
    return { package: item.metadata.name, ...(center === undefined ? {} : { center }) };
  });
  const catalog = await loadCatalog(centers, installed);
  return {
    ...rest,
    client,
    catalog,
    resolveChart: (name, chart) => {
      const center = centers.find((candidate) => candidate.name === name);
      return resolveChart(chart, [...mirrors, ...(center?.mirrors ?? [])]);
    },
  };
}
