import { CapstanError, EXIT, isCapstanError, nearest, referenceTo } from '@capstan/base';
import { CAPSTAN_KINDS, type CapabilityInstall, SYSTEM_NAMESPACE } from '@capstan/capability-model';
import { ensureNamespace, KUBE_CODES, type KubeClient } from '@capstan/kube';
import { CENTER_CODES } from '../codes.ts';
import type { CatalogSource } from '../registry/catalog.ts';
import { readRegistry } from '../registry/read-registry.ts';
import type { RegistryAccess } from '../registry/source.ts';
import {
  BUNDLED_CENTER,
  bundledCenter,
  centerSecret,
  readCenters,
  recordCenter,
  recordedCenters,
  requireRecordable,
} from './center-records.ts';
import { credentialsOf, loginSecret } from './credentials.ts';
import type { CenterRecord } from './types.ts';

/** What managing centers takes beside the client. */
export interface ManageCentersOptions extends Omit<RegistryAccess, 'credentials'> {
  /** Directory of the registry shipped with Capstan. */
  readonly bundled: string;
}

/** A center that was recorded. */
export interface AddedCenter {
  readonly record: CenterRecord;
  /** How many package versions it offers. */
  readonly packages: number;
  readonly source: CatalogSource;
  /** True when the registry shipped with Capstan was recorded too, so that it stays beside the first center. */
  readonly keptBundled: boolean;
}

/**
 * Records a center after reading all of it: reachable, whole and signed as its policy asks. A record of the same name
 * is replaced. Where no center was recorded before, the registry shipped with Capstan is recorded beside it, unless
 * `keepBundled` is false. Rejects as `readRegistry` does, then nothing is recorded.
 */
export async function addCenter(
  client: KubeClient,
  record: CenterRecord,
  options: ManageCentersOptions & { readonly keepBundled?: boolean },
): Promise<AddedCenter> {
  const { keepBundled = true, ...managing } = options;
  const aborts = options.signal ? { signal: options.signal } : {};
  requireRecordable(record);
  const { entries, source } = await readRegistry(record, accessOf(client, managing));
  if (source.offline !== undefined) {
    throw new CapstanError(
      CENTER_CODES.registryUnreadable,
      `The center ${record.name} cannot be read: ${source.offline}.`,
      { hint: 'A center is read before it is recorded; try again when it answers.', exit: EXIT.unreachable },
    );
  }
  await ensureNamespace(client, SYSTEM_NAMESPACE, aborts);
  const recorded = await recordedCenters(client, { bundled: options.bundled, ...aborts });
  const keptBundled = keepBundled && record.name !== BUNDLED_CENTER && recorded.length === 0;
  if (keptBundled) await recordCenter(client, { ...bundledCenter(options.bundled), bundled: true }, aborts);
  await recordCenter(client, record, aborts);
  return { record, packages: entries.length, source, keptBundled };
}

/** A center whose record was removed, and what stays installed from it. */
export interface RemovedCenter {
  readonly name: string;
  /** Packages that were installed from it: they stay, and are planned from their recorded metadata. */
  readonly installed: readonly string[];
  /** Names of the centers that are left. */
  readonly left: readonly string[];
}

/** Removes the record of a center. Rejects with CAPSTAN_CENTER_UNKNOWN, which has the nearest names. */
export async function removeCenter(
  client: KubeClient,
  name: string,
  options: ManageCentersOptions,
): Promise<RemovedCenter> {
  const aborts = options.signal ? { signal: options.signal } : {};
  const reference = referenceTo(centerSecret({ ...bundledCenter('/'), name }));
  const installed = await installedFrom(client, name, aborts);
  const found = await client.get(reference, aborts);
  const names = (await readCenters(client, { bundled: options.bundled, ...aborts })).map((center) => center.name);
  if (!found) throw unknownCenter(name, names);
  await client.delete(reference, aborts);
  return { name, installed, left: names.filter((other) => other !== name) };
}

/**
 * Keeps the login of a host in the cluster, for every center and mirror that reads from it. Rejects as the client does.
 */
export async function loginCenter(
  client: KubeClient,
  host: string,
  credentials: { readonly username: string; readonly password: string },
  options: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  await ensureNamespace(client, SYSTEM_NAMESPACE, options);
  await client.apply(loginSecret(host, credentials), options);
}

/** How the registries of a cluster are read: with the credentials that it keeps. */
export function accessOf(client: KubeClient, { bundled: _, ...access }: ManageCentersOptions): RegistryAccess {
  const aborts = access.signal ? { signal: access.signal } : {};
  return { ...access, credentials: (center) => credentialsOf(center, { client, ...aborts }) };
}

/** The error for a center that is not recorded. */
export function unknownCenter(name: string, names: readonly string[]): CapstanError {
  const near = nearest(name, [...names]);
  return new CapstanError(CENTER_CODES.centerUnknown, `No center ${name} is recorded.`, {
    hint: near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `Recorded are: ${names.join(', ') || 'none'}.`,
    next: ['capstan center list'],
    fields: { center: name, nearest: near },
  });
}

async function installedFrom(
  client: KubeClient,
  center: string,
  aborts: { readonly signal?: AbortSignal },
): Promise<string[]> {
  try {
    const { items } = await client.list(CAPSTAN_KINDS.install, aborts);
    const from = items.filter((item) => (item as CapabilityInstall).status?.center === center);
    return from.map(({ metadata }) => metadata.name).sort();
  } catch (error) {
    // Without Capstan's kinds nothing is installed.
    if (isCapstanError(error, KUBE_CODES.kindUnknown)) return [];
    throw error;
  }
}
