import { isCapstanError, messageOf, systemClock } from '@capstan/base';
import { versionLabel } from '@capstan/capability-model';
import type { KubeClient } from '@capstan/kube';
import { CENTER_CODES } from '../codes.ts';
import { type RegistryContent, readRegistry } from '../registry/read-registry.ts';
import { cachedRegistry } from '../registry/snapshot.ts';
import { accessOf, type ManageCentersOptions, unknownCenter } from './add-center.ts';
import { readCenters } from './center-records.ts';
import type { CenterRecord } from './types.ts';

/** A center and what is known of it without asking it. */
export interface ListedCenter {
  readonly record: CenterRecord;
  /** How many package versions it offers, or offered when it was read last; absent when it never was. */
  readonly packages?: number;
  /** When a center on another machine was read last. */
  readonly fetchedAt?: string;
  readonly ageMs?: number;
  /** Why a directory cannot be read. */
  readonly problem?: string;
}

/** The centers of a cluster in their order. Directories are read, other centers only as far as the cache knows them. */
export async function listCenters(client: KubeClient, options: ManageCentersOptions): Promise<ListedCenter[]> {
  const { bundled, signal } = options;
  const centers = await readCenters(client, { bundled, ...(signal ? { signal } : {}) });
  return Promise.all(centers.map((record) => describe(record, options)));
}

async function describe(record: CenterRecord, options: ManageCentersOptions): Promise<ListedCenter> {
  try {
    if (record.type === 'directory') return { record, packages: (await readRegistry(record)).entries.length };
    const cached = await cachedRegistry(record, options);
    if (!cached) return { record };
    const { clock = systemClock } = options;
    const ageMs = Math.max(0, clock.now() - Date.parse(cached.fetchedAt));
    return { record, packages: cached.versions.length, fetchedAt: cached.fetchedAt, ageMs };
  } catch (error) {
    if (!isCapstanError(error)) throw error;
    return { record, problem: messageOf(error) };
  }
}

/** What reading a center again brought. */
export interface SyncedCenter {
  readonly center: string;
  readonly packages: number;
  /** `name@version` of what it did not offer when it was read last; everything when it never was. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly signedBy?: string;
  /** Why it could not be read; what was known of it before stays. */
  readonly problem?: { readonly code: string; readonly message: string; readonly hint?: string };
}

/**
 * Reads centers again, all of them or one, and keeps what they offer in the cache. One that cannot be read is told in
 * its row. Rejects with CAPSTAN_CENTER_UNKNOWN when the one that is named is not recorded.
 */
export async function syncCenters(
  client: KubeClient,
  options: ManageCentersOptions & { readonly name?: string },
): Promise<SyncedCenter[]> {
  const { name, ...managing } = options;
  const { bundled, signal } = managing;
  const centers = await readCenters(client, { bundled, ...(signal ? { signal } : {}) });
  const wanted = name === undefined ? centers : centers.filter((center) => center.name === name);
  if (name !== undefined && wanted.length === 0) {
    throw unknownCenter(
      name,
      centers.map((center) => center.name),
    );
  }
  return Promise.all(wanted.map((center) => sync(client, center, managing)));
}

async function sync(client: KubeClient, center: CenterRecord, options: ManageCentersOptions): Promise<SyncedCenter> {
  const access = accessOf(client, options);
  const before = center.type === 'directory' ? undefined : await cachedRegistry(center, access).catch(() => undefined);
  try {
    return synced(center, before?.versions, await readRegistry(center, access));
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!isCapstanError(error)) throw error;
    const { code, message, hint } = error;
    const problem = { code, message, ...(hint === undefined ? {} : { hint }) };
    return { center: center.name, packages: before?.versions.length ?? 0, added: [], removed: [], problem };
  }
}

function synced(center: CenterRecord, before: readonly string[] | undefined, content: RegistryContent): SyncedCenter {
  const { offline, signedBy } = content.source;
  const now = content.entries.map(({ metadata }) => `${metadata.name}@${versionLabel(metadata)}`);
  const known = new Set(before ?? (center.type === 'directory' ? now : []));
  const problem = {
    code: CENTER_CODES.registryUnreadable,
    message: `The center ${center.name} cannot be read: ${offline}.`,
  };
  return {
    center: center.name,
    packages: now.length,
    added: now.filter((version) => !known.has(version)),
    removed: [...known].filter((version) => !now.includes(version)),
    ...(signedBy === undefined ? {} : { signedBy }),
    ...(offline === undefined ? {} : { problem }),
  };
}
