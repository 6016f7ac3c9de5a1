import type { KubernetesObject, TraitRenderInput } from '@capstan/plugin-api';
import type { TraitVolume, VolumeSpec } from './schema.ts';

/** The new claims of a Volume trait. */
export function renderClaims({ trait, workload }: TraitRenderInput): KubernetesObject[] {
  const { volumes } = trait['spec'] as VolumeSpec;
  return volumes.filter(({ claim }) => claim === undefined).map((volume) => newClaim(workload, volume));
}

/** The name of a volume's new claim. */
export function claimName(workload: KubernetesObject, { name }: Pick<TraitVolume, 'name'>): string {
  return `${workload.metadata.name}-${name}`;
}

function newClaim(workload: KubernetesObject, volume: TraitVolume): KubernetesObject {
  const { size, storageClass, accessMode = 'ReadWriteOnce' } = volume;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: claimName(workload, volume) },
    spec: {
      accessModes: [accessMode],
      resources: { requests: { storage: size } },
      ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
    },
  };
}
