import { isDeepStrictEqual } from 'node:util';
import {
  CAPSTAN_KINDS,
  type Capability,
  type CapabilityInstall,
  type CapabilityStatus,
} from '@capstan/capability-model';
import type { KubeClient } from '@capstan/kube';
import { projectCapabilities } from './project.ts';

/**
 * Whoever writes the projection does so under this one name: with two, what one of them leaves out would stay, since the
 * other still owns it.
 */
const FIELD_MANAGER = 'capstan-installer';

/**
 * Brings the Capability objects in line with the installations: writes those that follow from them and deletes the
 * others. Repeating it writes nothing.
 */
export async function publishCapabilities(
  client: KubeClient,
  options: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  const request = options.signal ? { signal: options.signal } : {};
  const [installs, existing] = await Promise.all([
    client.list(CAPSTAN_KINDS.install, request),
    client.list(CAPSTAN_KINDS.capability, request),
  ]);
  const wanted = projectCapabilities(installs.items as CapabilityInstall[]);
  // The projection is wholly ours: whoever wrote it last, it follows from the installations alone.
  const write = { fieldManager: FIELD_MANAGER, force: true, ...request };
  const live = new Map((existing.items as Capability[]).map((item) => [item.metadata.name, item.status]));
  const changed = wanted.filter(({ metadata, status }) => !isSame(live.get(metadata.name), status));
  for (const { status, ...object } of changed) {
    await client.apply(object, write);
    await client.apply({ ...object, status }, { ...write, subresource: 'status' });
  }
  const names = new Set(wanted.map(({ metadata }) => metadata.name));
  for (const { metadata } of existing.items.filter((item) => !names.has(item.metadata.name))) {
    await client.delete({ ...CAPSTAN_KINDS.capability, name: metadata.name }, request);
  }
}

function isSame(live: CapabilityStatus | undefined, wanted: CapabilityStatus | undefined): boolean {
  return live !== undefined && isDeepStrictEqual(withoutEmpty(live), withoutEmpty(wanted));
}

/** The API server leaves out lists that are empty, and the writer what is undefined. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(
    ([, each]) => each !== undefined && !(Array.isArray(each) && each.length === 0),
  );
  return Object.fromEntries(kept.map(([key, each]) => [key, withoutEmpty(each)]));
}
