import type { JsonObject, KubernetesObject } from '@capstan/plugin-api';
import { FRIENDLY } from '../../friendly-crd.ts';
import type { VolumeUse } from '../../pods/spec.ts';
import { claimName } from './render.ts';
import type { TraitVolume, VolumeSpec } from './schema.ts';

/** The workload with the volumes mounted: in its own `volumes` where it is a friendly one, else in its pod template. */
export function shapeVolumes(workload: KubernetesObject, trait: KubernetesObject): KubernetesObject {
  const { volumes } = trait['spec'] as VolumeSpec;
  const isFriendly = workload.apiVersion.startsWith(`${FRIENDLY.workloads}/`);
  return isFriendly ? withVolumes(workload, volumes) : withPodVolumes(workload, volumes);
}

function withVolumes(workload: KubernetesObject, volumes: readonly TraitVolume[]): KubernetesObject {
  const spec = objectIn(workload, 'spec');
  const uses = volumes.map((volume): VolumeUse => {
    const { name, path, readOnly, accessMode } = volume;
    return {
      name,
      path,
      claim: claimOf(workload, volume),
      ...(readOnly ? { readOnly } : {}),
      ...(accessMode === 'ReadWriteMany' || accessMode === 'ReadOnlyMany' ? { shared: true } : {}),
    };
  });
  return { ...workload, spec: { ...spec, volumes: merged(listIn(spec, 'volumes'), uses) } };
}

/** Every container mounts it, as nothing tells which of them needs it. */
function withPodVolumes(workload: KubernetesObject, volumes: readonly TraitVolume[]): KubernetesObject {
  const spec = objectIn(workload, 'spec');
  const template = objectIn(spec, 'template');
  const pod = objectIn(template, 'spec');
  const mounts = volumes.map(({ name, path, readOnly }) => ({
    name,
    mountPath: path,
    ...(readOnly ? { readOnly } : {}),
  }));
  const claims = volumes.map((volume) => ({
    name: volume.name,
    persistentVolumeClaim: { claimName: claimOf(workload, volume) },
  }));
  const containers = listIn(pod, 'containers').map((container) => ({
    ...container,
    volumeMounts: merged(listIn(container, 'volumeMounts'), mounts),
  }));
  const shaped = { ...pod, containers, volumes: merged(listIn(pod, 'volumes'), claims) };
  return { ...workload, spec: { ...spec, template: { ...template, spec: shaped } } };
}

function claimOf(workload: KubernetesObject, volume: TraitVolume): string {
  return volume.claim ?? claimName(workload, volume);
}

/** The trait's volume takes the place of one of the same name that the workload states. */
function merged(stated: readonly JsonObject[], added: readonly { readonly name: string }[]): object[] {
  const names = new Set<unknown>(added.map(({ name }) => name));
  return [...stated.filter(({ name }) => !names.has(name)), ...added];
}

function objectIn(holder: JsonObject | KubernetesObject, key: string): JsonObject {
  const value = holder[key];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

function listIn(holder: JsonObject, key: string): JsonObject[] {
  const value = holder[key];
  return Array.isArray(value) ? value : [];
}
