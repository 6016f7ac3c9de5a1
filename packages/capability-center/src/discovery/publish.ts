import { CAPSTAN_KINDS, type CapabilityInstall } from '@capstan/capability-model';
import type { KubeClient } from '@capstan/kube';
import { projectCapabilities } from './project.ts';

/** Options of `publishCapabilities`. */
export interface PublishCapabilitiesOptions {
  /** Defaults to `capstan-installer`. */
  readonly fieldManager?: string;
  readonly signal?: AbortSignal;
}

/**
 * Brings the Capability objects in line with the installations: writes those that follow from them and deletes the
 * others. Repeating it changes nothing.
 */
export async function publishCapabilities(client: KubeClient, options: PublishCapabilitiesOptions = {}): Promise<void> {
  const { fieldManager = 'capstan-installer', signal } = options;
  const request = signal ? { signal } : {};
  const [installs, existing] = await Promise.all([
    client.list(CAPSTAN_KINDS.install, request),
    client.list(CAPSTAN_KINDS.capability, request),
  ]);
  const wanted = projectCapabilities(installs.items as CapabilityInstall[]);
  // The projection is wholly ours: whoever wrote it last, it follows from the installations alone.
  const write = { fieldManager, force: true, ...request };
  for (const { status, ...object } of wanted) {
    await client.apply(object, write);
    await client.apply({ ...object, status }, { ...write, subresource: 'status' });
  }
  const names = new Set(wanted.map(({ metadata }) => metadata.name));
  for (const { metadata } of existing.items.filter((item) => !names.has(item.metadata.name))) {
    await client.delete({ ...CAPSTAN_KINDS.capability, name: metadata.name }, request);
  }
}
