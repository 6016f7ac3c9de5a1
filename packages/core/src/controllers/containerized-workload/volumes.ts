import type { Quantity, WorkloadContainer, WorkloadVolume } from '@capstan/oam-model';
import type { VolumeMount } from './config-files.ts';
import type { PodVolumes } from './names.ts';

/** A claim for a disk. */
export interface DiskClaim {
  readonly name: string;
  readonly accessMode: 'ReadWriteOnce' | 'ReadWriteMany';
  readonly size: Quantity;
}

/** The mounts of each container, in the order of the containers, and the claims behind them. */
export interface WorkloadVolumes {
  readonly mounts: readonly (readonly VolumeMount[])[];
  readonly claims: readonly DiskClaim[];
}

/**
 * Pod volumes for the volumes of all containers. A name that several containers use means one volume where each of them
 * calls it Shared, and else a volume for each, for a name is unique only in its container. A disk is a claim of the
 * workload's own; one that may be lost with the pod, and a volume without a disk, is an emptyDir.
 */
export function workloadVolumes(
  workload: string,
  containers: readonly WorkloadContainer[],
  pod: PodVolumes,
): WorkloadVolumes {
  const all = containers.flatMap(({ resources }) => resources?.volumes ?? []);
  const claims: DiskClaim[] = [];
  const shared = new Map<string, string>();
  const used = new Set<string>();
  const add = (wish: string, { disk, sharingPolicy }: WorkloadVolume): string => {
    if (!disk) return pod.add(wish, { emptyDir: {} });
    const { required: size, ephemeral } = disk;
    if (ephemeral) return pod.add(wish, { emptyDir: { sizeLimit: String(size) } });
    const name = `${workload}-${wish}`;
    claims.push({ name, size, accessMode: sharingPolicy === 'Shared' ? 'ReadWriteMany' : 'ReadWriteOnce' });
    return pod.add(wish, { persistentVolumeClaim: { claimName: name } });
  };
  const mountsOf = (container: WorkloadContainer): VolumeMount[] => {
    const own = new Map<string, string>();
    return (container.resources?.volumes ?? []).map((volume) => {
      const { name: wish, mountPath, accessMode } = volume;
      const same = all.filter(({ name }) => name === wish);
      const known = same.every(({ sharingPolicy }) => sharingPolicy === 'Shared') ? shared : own;
      // The one container that states the disk of a shared volume states it for all.
      const disk = volume.disk ?? (known === shared ? same.find((one) => one.disk)?.disk : undefined);
      const full = used.has(wish) ? `${wish}-${container.name}` : wish;
      const name = known.get(wish) ?? add(full, disk ? { ...volume, disk } : volume);
      used.add(wish);
      known.set(wish, name);
      return { name, mountPath, ...(accessMode === 'RO' ? { readOnly: true } : {}) };
    });
  };
  return { mounts: containers.map(mountsOf), claims };
}
