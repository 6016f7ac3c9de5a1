import { orGone } from '../frame/claim.ts';
import type { SimulatedCluster } from '../frame/cluster.ts';
import type { Controller, KeySink } from '../frame/controller.ts';
import type { Claim, Volume } from '../model/core-types.ts';
import { isDeleting, partsOf } from '../model/meta.ts';
import { BOUND, refersTo, VOLUME_FINALIZERS } from './claim-plan.ts';

const OURS: readonly string[] = VOLUME_FINALIZERS;

/** What is to be done with a volume (persistentvolume controller syncVolume). */
export type VolumeStep = 'available' | 'bound' | 'released' | 'delete' | 'let go' | undefined;

/** Decides about a volume; `claim` is the one of the name that its reference has. */
export function volumeStep(volume: Volume, claim: Claim | undefined): VolumeStep {
  const { claimRef, persistentVolumeReclaimPolicy } = volume.spec;
  const phase = volume.status?.phase;
  const isKept = claimRef !== undefined && claim !== undefined && refersTo(claimRef, claim);
  if (isDeleting(volume)) {
    const isProtected = volume.metadata.finalizers?.some((one) => OURS.includes(one));
    return isProtected && !(isKept && phase === 'Bound') ? 'let go' : undefined;
  }
  // A reference without a uid is a reservation: nothing is bound yet.
  if (!claimRef?.uid) return phase === 'Available' || isKept ? undefined : 'available';
  if (isKept) return phase === 'Bound' ? undefined : 'bound';
  const isOurs = volume.metadata.annotations?.[BOUND.provisionedBy] !== undefined;
  if (phase !== 'Released') return 'released';
  return persistentVolumeReclaimPolicy === 'Delete' && isOurs ? 'delete' : undefined;
}

/** Follows what becomes of volumes: available, bound, released, and deleted where their policy says so. */
export class Volumes implements Controller {
  readonly name = 'persistentvolume';
  readonly #cluster: SimulatedCluster;

  constructor(cluster: SimulatedCluster) {
    this.#cluster = cluster;
  }

  watch(queue: KeySink): void {
    const { claims, volumes } = this.#cluster;
    volumes.onChange((volume, _old, type) => {
      if (type !== 'DELETED') queue.add(`/${volume.metadata.name}`);
    });
    claims.onChange((claim, _old, type) => {
      if (type === 'DELETED' && claim.spec.volumeName) queue.add(`/${claim.spec.volumeName}`);
    });
  }

  async reconcile(key: string): Promise<void> {
    const { claims, volumes } = this.#cluster;
    const volume = volumes.get(partsOf(key).name);
    if (!volume) return;
    const { claimRef } = volume.spec;
    const step = volumeStep(volume, claimRef && claims.get(claimRef.name ?? '', claimRef.namespace));
    switch (step) {
      case 'available':
        return this.#phase(volume, 'Available');
      case 'bound':
        return this.#phase(volume, 'Bound');
      case 'released':
        return this.#phase(volume, 'Released');
      case 'delete':
        return volumes.delete(volume);
      case 'let go': {
        const finalizers = (volume.metadata.finalizers ?? []).filter((one) => !OURS.includes(one));
        await orGone(volumes.patch(volume, { metadata: { finalizers } }));
      }
    }
  }

  async #phase(volume: Volume, phase: string): Promise<void> {
    await orGone(this.#cluster.volumes.updateStatus({ ...volume, status: { ...volume.status, phase } }));
  }
}
