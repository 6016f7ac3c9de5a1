import { CAPSTAN_KINDS, type CapabilityInstall } from '@capstan/capability-model';
import type { KubeClient } from '@capstan/kube';
import { projectCapabilities } from './project.ts';

/**
 * Whoever writes the projection does so under this one name: with two, what one of them leaves out would stay, since the
 * other still owns it.
 */
const FIELD_MANAGER = 'capstan-installer';

/**
 * Brings the Capability objects in line with the installations: writes those that follow from them and deletes the
 * others. Repeating it changes nothing.
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
  for (const { status, ...object } of wanted) {
    await client.apply(object, write);
    await client.apply({ ...object, status }, { ...write, subresource: 'status' });
  }
  const names = new Set(wanted.map(({ metadata }) => metadata.name));
  for (const { metadata } of existing.items.filter((item) => !names.has(item.metadata.name))) {
    await client.delete({ ...CAPSTAN_KINDS.capability, name: metadata.name }, request);
  }
}
