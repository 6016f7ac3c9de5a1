import {
  bundledCenter,
  type CatalogEntry,
  type CatalogWarning,
  type CenterRecord,
  credentialsOf,
  loadCatalog,
  providersOf,
  readCenters,
} from '@capstan/capability-center';
import type { KubeClient } from '@capstan/kube';
import { nearest, type UnknownKind } from '@capstan/oam-model';
import { bundledRegistry } from './assets.ts';
import { orForbidden } from './forbidden.ts';

/** A package that would bring a type. */
export interface Offer {
  readonly package: string;
  readonly version: string;
  /** The type's short name there. */
  readonly shortName: string;
}

/** What the centers of a cluster offer; without a cluster the registry that comes with Capstan. */
export async function offeredPackages(client: KubeClient | undefined): Promise<readonly CatalogEntry[]> {
  if (!client) return (await loadCatalog([bundledCenter(bundledRegistry())])).entries;
  const { centers } = await visibleCenters(client);
  const credentials = (center: CenterRecord) => credentialsOf(center, { client });
  return (await loadCatalog(centers, { credentials })).entries;
}

/**
 * The centers of a cluster as far as the caller may see them: their records are for administrators, so a developer
 * gets the registry that comes with Capstan, with a warning that says so.
 */
export async function visibleCenters(
  client: KubeClient,
  signal?: AbortSignal,
): Promise<{ readonly centers: readonly CenterRecord[]; readonly warnings: readonly CatalogWarning[] }> {
  const bundled = bundledRegistry();
  const read = readCenters(client, { bundled, ...(signal ? { signal } : {}) });
  const centers = await orForbidden(read);
  if (centers) return { centers, warnings: [] };
  const center = bundledCenter(bundled);
  const message = 'you may not read the records of the centers of this cluster; this is what comes with Capstan.';
  return { centers: [center], warnings: [{ center: center.name, message, hides: 'packages of other centers' }] };
}

/** The newest package that offers a kind nobody registered, by kind or name or else by a name that is near. */
export function offerOf(unknown: UnknownKind, entries: readonly CatalogEntry[]): (Offer & Exactness) | undefined {
  const [exact, ...others] = providersOf(unknown, entries);
  if (exact) return { ...exact, exact: true, alternatives: others.map((one) => one.package) };
  const [near] = nearest(unknown.shortName, shortNamesOf(unknown.role, entries));
  const offer = near === undefined ? undefined : offerOfName(near, entries);
  return offer && { ...offer, exact: false, alternatives: [] };
}

/** Whether an offer is of the very kind that was meant, and who else offers it. */
interface Exactness {
  readonly exact: boolean;
  readonly alternatives: readonly string[];
}

function shortNamesOf(role: UnknownKind['role'], entries: readonly CatalogEntry[]): string[] {
  const definitions = entries.flatMap(({ metadata }) => metadata.provides.definitions);
  return [...new Set(definitions.filter((one) => one.role === role).map(({ shortName }) => shortName))];
}

/** The newest package that brings a type of this short or full name. */
export function offerOfName(name: string, entries: readonly CatalogEntry[]): Offer | undefined {
  const wanted = name.toLowerCase();
  for (const { metadata } of entries) {
    const found = metadata.provides.definitions.find((one) =>
      [one.shortName, one.name, one.kind.toLowerCase()].includes(wanted),
    );
    if (found) return { package: metadata.name, version: metadata.version, shortName: found.shortName };
  }
  return undefined;
}
