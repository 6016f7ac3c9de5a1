import { groupOf } from '@capstan/base';
import {
  bundledCenter,
  type CatalogEntry,
  type CatalogWarning,
  type CenterRecord,
  credentialsOf,
  loadCatalog,
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

/** The newest package that offers a kind nobody registered, by kind or else by a name that is near. */
export function offerOf(unknown: UnknownKind, entries: readonly CatalogEntry[]): Offer | undefined {
  const offers = entries.flatMap(({ metadata }) =>
    metadata.provides.definitions
      .filter((definition) => definition.role === unknown.role)
      .map(({ kind, name, shortName }) => ({
        package: metadata.name,
        version: metadata.version,
        kind,
        name,
        shortName,
      })),
  );
  const group = groupOf(unknown.apiVersion);
  const exact = offers.find(({ kind, name }) => kind === unknown.kind && name.endsWith(`.${group}`));
  if (exact) return exact;
  const [near] = nearest(
    unknown.shortName,
    offers.map(({ shortName }) => shortName),
  );
  return offers.find(({ shortName }) => shortName === near);
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
