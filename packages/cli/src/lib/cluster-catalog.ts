import {
  type Catalog,
  credentialsOf,
  type InstalledCapability,
  listInstalled,
  loadCatalog,
} from '@capstan/capability-center';
import { versionLabel } from '@capstan/capability-model';
import type { KubeClient } from '@capstan/kube';
import { orForbidden } from './forbidden.ts';
import { visibleCenters } from './offers.ts';
import { systemIsInstalled } from './types-catalog.ts';

/** What the centers of a cluster offer, beside what is installed there. */
export interface ClusterCatalog {
  readonly catalog: Catalog;
  /** Empty where the caller may not read it, and on a cluster without Capstan. */
  readonly rows: readonly InstalledCapability[];
  /** Version by package, with its release: `2.20.2-r1`. */
  readonly installed: ReadonlyMap<string, string>;
  /** Version of the cluster. */
  readonly kubernetes: string;
}

/** Reads what the centers of a cluster offer, as far as the caller may see them. */
export async function clusterCatalog(client: KubeClient, signal: AbortSignal): Promise<ClusterCatalog> {
  const [{ centers, warnings }, known, { gitVersion }] = await Promise.all([
    visibleCenters(client, signal),
    systemIsInstalled(client),
    client.version(),
  ]);
  const rows = (known && (await orForbidden(listInstalled({ client })))) || [];
  const catalog = await loadCatalog(centers, {
    installed: rows.map(({ name }) => ({ package: name })),
    credentials: (center) => credentialsOf(center, { client, signal }),
    signal,
  });
  return {
    catalog: { ...catalog, warnings: [...warnings, ...catalog.warnings] },
    rows,
    installed: new Map(rows.map((row) => [row.name, versionLabel(row)])),
    kubernetes: gitVersion,
  };
}

/** A line for each thing that a catalog lacks. */
export function catalogWarnings({ warnings }: Pick<Catalog, 'warnings'>): string[] {
  return warnings.map(({ center, message, hides }) => `warning: center ${center}: ${message} Hidden: ${hides}.`);
}
