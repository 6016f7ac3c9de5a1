import { detectInstalled, type InstalledCapability, latestEntries } from '@capstan/capability-center';
import { compareVersionIds, versionLabel } from '@capstan/capability-model';
import type { KubeClient } from '@capstan/kube';
import { catalogWarnings, clusterCatalog } from './cluster-catalog.ts';
import { orForbidden } from './forbidden.ts';

/** An installed capability in a list; one that was installed by hand has the state `unmanaged`. */
export interface ListedCapability extends Omit<InstalledCapability, 'phase'> {
  readonly phase: InstalledCapability['phase'] | 'unmanaged';
  /** The newest version that is offered and runs on the cluster. */
  readonly newest?: string;
  /** The newest version, where it is newer than the installed one. */
  readonly update?: { readonly version: string; readonly note?: string };
}

/** The installed capabilities with those that somebody installed by hand, and with newer versions where asked for. */
export async function listedCapabilities(
  client: KubeClient,
  rows: readonly InstalledCapability[],
  { updates, signal }: { readonly updates: boolean; readonly signal: AbortSignal },
): Promise<{ readonly items: readonly ListedCapability[]; readonly warnings: readonly string[] }> {
  const { catalog, kubernetes } = await clusterCatalog(client, signal);
  const detected = (await orForbidden(detectInstalled(client, catalog))) ?? [];
  const latest = new Map(latestEntries(catalog, { kubernetes }).map(({ metadata }) => [metadata.name, metadata]));
  const byHand = detected.map(({ package: name, version, offered, obstacle }): ListedCapability => {
    const command = `capstan cap install ${name} --adopt`;
    return {
      name,
      version: offered ?? version ?? '',
      release: 0,
      phase: 'unmanaged',
      reason: 'Unmanaged',
      message:
        obstacle === undefined ? `installed by hand; take it over: ${command}` : `installed by hand; ${obstacle}`,
      standIn: version?.endsWith('+standin') ?? false,
      goal: true,
      ...(obstacle === undefined ? { next: command } : {}),
    };
  });
  const items = [...rows, ...byHand].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    items: updates ? items.map((item) => withUpdate(item, latest.get(item.name))) : items,
    warnings: catalogWarnings(catalog),
  };
}

type Latest = ReturnType<typeof latestEntries>[number]['metadata'];

function withUpdate(item: ListedCapability, latest: Latest | undefined): ListedCapability {
  if (!latest || item.version === '') return item;
  const newest = versionLabel(latest);
  if (compareVersionIds(latest, item) <= 0) return { ...item, newest };
  const note = latest.lifecycle.phase === 'supported' ? {} : { note: latest.lifecycle.phase };
  return { ...item, newest, update: { version: newest, ...note } };
}
