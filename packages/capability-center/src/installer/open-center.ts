import type { Clock } from '@capstan/base';
import { CAPSTAN_KINDS, type CapabilityInstall } from '@capstan/capability-model';
import type { Helm } from '@capstan/helm-ts';
import type { KubeClient } from '@capstan/kube';
import { bundledCenter, readCenters } from '../center/center-records.ts';
import { chartAccess } from '../center/chart-access.ts';
import { credentialsOf } from '../center/credentials.ts';
import { resolveChart } from '../center/resolve-chart.ts';
import type { CenterRecord, MirrorRecord } from '../center/types.ts';
import { centerCache } from '../registry/cache.ts';
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
  /** Where what centers offer is kept; default: `capstan/center` in the user's cache directory. */
  readonly cacheDirectory?: string;
  /** Limits the reading, and every reading of charts afterwards. */
  readonly signal?: AbortSignal;
}

/**
 * Reads the centers that the cluster records and what they offer, and answers all that planning and installing need.
 * Centers that cannot be read are warnings of the catalog, also when none can: what is installed can still be planned.
 * Rejects as `readCenters` does.
 */
export async function openCenter(options: OpenCenterOptions): Promise<InstallerContext> {
  const { client, bundledRegistry, mirrors = [], cacheDirectory, signal, ...rest } = options;
  const aborts = signal ? { signal } : {};
  const [centers, { items }] = await Promise.all([
    readCenters(client, { bundled: bundledRegistry, ...aborts }),
    client.list(CAPSTAN_KINDS.install, aborts),
  ]);
  const installed = items.map((item) => {
    const { center } = (item as CapabilityInstall).status ?? {};
    return { package: item.metadata.name, ...(center === undefined ? {} : { center }) };
  });
  const cache = centerCache(cacheDirectory);
  const credentials = (center: CenterRecord) => credentialsOf(center, { client, ...aborts });
  const clock = rest.clock ? { clock: rest.clock } : {};
  const catalog = await loadCatalog(centers, { installed, tolerant: true, credentials, cache, ...clock, ...aborts });
  return {
    ...rest,
    client,
    catalog,
    resolveChart: (name, chart) => {
      // What was installed from a center that is gone has its charts where its package says.
      const center = centers.find((candidate) => candidate.name === name) ?? bundledCenter(bundledRegistry);
      const plain = center.type === 'oci' && center.plainHttp === true ? { plainHttp: true } : {};
      const access = { helm: rest.helm, cache, credentials: credentials(center), ...plain, ...aborts };
      return resolveChart(chart, [...mirrors, ...center.mirrors], chartAccess(access));
    },
  };
}
