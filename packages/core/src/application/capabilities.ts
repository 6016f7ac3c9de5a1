import { CAPSTAN_KINDS, type Capability } from '@capstan/capability-model';
import type { ComponentContext, KindReference, KubernetesObject, ProvidedCapability } from '@capstan/plugin-api';

/** What a cluster can do, as plugins are told. */
export type Capabilities = ComponentContext['capabilities'];

/** Where the application controller learns what its cluster can do. */
export interface CapabilitySource {
  current(): Capabilities;
  /** Calls back with the id of each contract for which something changed; returns its own undo. */
  onChange(listener: (contract: string) => void): () => void;
}

/** The kind that capabilities are read from. */
export const CAPABILITY: KindReference = CAPSTAN_KINDS.capability;

/** The key under which a look at all capabilities is noted. */
export const EVERY_CAPABILITY = '*';

/**
 * What Capability objects say is in force here, by contract: the first of its providers whose installation is complete.
 * It shows its exports from then on until it is removed; that it is upgraded or not well in between changes nothing about
 * how applications are rendered. One that was installed before exports were shown counts while it is Ready.
 */
export function providedCapabilities(objects: readonly KubernetesObject[]): Capabilities {
  return Object.fromEntries(
    objects.flatMap((object) => {
      const provider = (object as Capability).status?.providers?.find(
        ({ exports, health }) => exports !== undefined || health === 'Ready',
      );
      return provider ? [[object.metadata.name, providedBy(provider)] as const] : [];
    }),
  );
}

function providedBy(provider: NonNullable<NonNullable<Capability['status']>['providers']>[number]): ProvidedCapability {
  const { package: name, version, features = [], exports = {} } = provider;
  return { package: name, version, features, exports };
}

/** The same capabilities, telling which of them are looked at. */
export function noted(capabilities: Capabilities, note: (contract: string) => void): Capabilities {
  return new Proxy(capabilities, {
    get: (target, contract) => {
      if (typeof contract === 'string') note(contract);
      return Reflect.get(target, contract);
    },
    has: (target, contract) => {
      if (typeof contract === 'string') note(contract);
      return Reflect.has(target, contract);
    },
    getOwnPropertyDescriptor: (target, contract) => {
      if (typeof contract === 'string') note(contract);
      return Reflect.getOwnPropertyDescriptor(target, contract);
    },
    ownKeys: (target) => {
      note(EVERY_CAPABILITY);
      return Reflect.ownKeys(target);
    },
  });
}
