import type { KindReference } from '@capstan/base';
import { OAM_API_VERSION } from '@capstan/oam-model';

/** The workload kind. */
export const CONTAINERIZED_WORKLOAD: KindReference = { apiVersion: OAM_API_VERSION, kind: 'ContainerizedWorkload' };

/** Kinds of its children. */
export const DEPLOYMENT: KindReference = { apiVersion: 'apps/v1', kind: 'Deployment' };
export const SERVICE: KindReference = { apiVersion: 'v1', kind: 'Service' };
export const CONFIG_MAP: KindReference = { apiVersion: 'v1', kind: 'ConfigMap' };
export const CLAIM: KindReference = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' };

/**
 * Label that ties a workload's pods and children to it; the value is its uid. The reference has it on pods and Service only;
 * on all children it lets controllers follow just them.
 */
export const WORKLOAD_LABEL = 'containerizedworkload.oam.crossplane.io';

/** Names of volumes and labels end here. */
const LONGEST = 63;

/** The name of the ConfigMap of one file, as the reference forms it: clients look for it. */
export function configMapName(workload: string, container: string, path: string): string {
  return `${workload}-${container}-${fnv32a(path)}`;
}

/** FNV-1a with 32 bits over UTF-8, as a number. */
export function fnv32a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** A name as the name of a volume (a DNS label): itself where that is possible, else shortened, with a hash. */
function volumeName(name: string): string {
  if (name.length <= LONGEST && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name)) return name;
  const hash = String(fnv32a(name));
  const start = name
    .toLowerCase()
    .replaceAll(/[^-a-z0-9]/g, '-')
    .slice(0, LONGEST - hash.length - 1);
  return `${start.replaceAll(/^-+|-+$/g, '')}-${hash}`.replace(/^-/, '');
}

/** Gives volumes their names: no two volumes of a pod have the same one, and equal volumes are one volume. */
export class PodVolumes {
  readonly #volumes = new Map<string, Readonly<Record<string, unknown>>>();

  /** The name of a volume with this source, as near to the wished one as possible. */
  add(wish: string, source: Readonly<Record<string, unknown>>): string {
    const wanted = JSON.stringify(source);
    for (let ordinal = 1; ; ordinal += 1) {
      const name = volumeName(ordinal === 1 ? wish : `${wish}-${ordinal}`);
      const taken = this.#volumes.get(name);
      if (taken && JSON.stringify(taken) !== wanted) continue;
      this.#volumes.set(name, source);
      return name;
    }
  }

  /** The volumes of the pod, in the order in which they were added. */
  list(): Record<string, unknown>[] {
    return [...this.#volumes].map(([name, source]) => ({ name, ...source }));
  }
}
