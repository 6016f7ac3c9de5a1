import { isDeepStrictEqual } from 'node:util';
import { CAPABILITY, type CapabilitySource, providedCapabilities } from '@capstan/core';
import type { InformerHub } from '@capstan/kube';

/** A source that has to be filled first. */
export interface FilledSource extends CapabilitySource {
  /** Resolves when what the cluster can do is known. */
  readonly synced: Promise<void>;
}

/**
 * What the cluster can do, from the Capability objects. A change of one is told only when it changes what plugins are
 * told: health and evidence change much more often.
 */
export function startCapabilitySource(hub: InformerHub): FilledSource {
  const { informer, onChange } = hub.use(CAPABILITY);
  const listeners = new Set<(contract: string) => void>();
  let current = providedCapabilities(informer.list());
  onChange(({ object }) => {
    const { name } = object.metadata;
    const before = current[name];
    current = providedCapabilities(informer.list());
    if (isDeepStrictEqual(before, current[name])) return;
    for (const listener of listeners) listener(name);
  });
  return {
    synced: informer.synced,
    current: () => current,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
