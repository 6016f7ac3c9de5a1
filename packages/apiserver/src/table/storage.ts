import type { KubeObject } from '../model/object.ts';
import { columns, type Printer } from './columns.ts';
import { since } from './duration.ts';
import { isTrue, items, optionalFields, text, texts, valueAt } from './fields.ts';
import { orNone } from './format.ts';

/* Tables of storage kinds, as pkg/printers/internalversion makes them. */

const age = (object: KubeObject, now: number) => since(object.metadata.creationTimestamp, now);
const nameOf = (object: KubeObject) => object.metadata.name ?? '';
const orUnset = (object: KubeObject, ...path: string[]) =>
  valueAt(object, path) === undefined ? '<unset>' : text(object, ...path);

const ACCESS_MODES: readonly (readonly [string, string])[] = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
];

function accessModes(modes: readonly string[]): string {
  return ACCESS_MODES.filter(([mode]) => modes.includes(mode))
    .map(([, short]) => short)
    .join(',');
}

/** The class of the annotation of old goes first. */
function storageClass(object: KubeObject): string {
  return (
    object.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? text(object, 'spec', 'storageClassName')
  );
}

function phase(object: KubeObject): string {
  return object.metadata.deletionTimestamp === undefined ? text(object, 'status', 'phase') : 'Terminating';
}

/** PersistentVolumes. */
export const persistentVolumePrinter: Printer = {
  columns: columns(
    'Name|Capacity|Access Modes|Reclaim Policy|Status|Claim|StorageClass|VolumeAttributesClass|Reason|Age|VolumeMode*',
  ),
  cells: (object, now) => {
    const claim = optionalFields(object, 'spec', 'claimRef');
    return [
      nameOf(object),
      text(object, 'spec', 'capacity', 'storage') || '0',
      accessModes(texts(object, 'spec', 'accessModes')),
      text(object, 'spec', 'persistentVolumeReclaimPolicy'),
      phase(object),
      claim ? `${text(claim, 'namespace')}/${text(claim, 'name')}` : '',
      storageClass(object),
      orUnset(object, 'spec', 'volumeAttributesClassName'),
      text(object, 'status', 'reason'),
      age(object, now),
      orUnset(object, 'spec', 'volumeMode'),
    ];
  },
};

/** PersistentVolumeClaims. */
export const persistentVolumeClaimPrinter: Printer = {
  columns: columns('Name|Status|Volume|Capacity|Access Modes|StorageClass|VolumeAttributesClass|Age|VolumeMode*'),
  cells: (object, now) => {
    const volume = text(object, 'spec', 'volumeName');
    return [
      nameOf(object),
      phase(object),
      volume,
      volume === '' ? '' : text(object, 'status', 'capacity', 'storage') || '0',
      volume === '' ? '' : accessModes(texts(object, 'status', 'accessModes')),
      storageClass(object),
      orUnset(object, 'spec', 'volumeAttributesClassName'),
      age(object, now),
      orUnset(object, 'spec', 'volumeMode'),
    ];
  },
};

/** StorageClasses. */
export const storageClassPrinter: Printer = {
  columns: columns('Name|Provisioner|ReclaimPolicy|VolumeBindingMode|AllowVolumeExpansion|Age'),
  cells: (object, now) => [
    isDefaultClass(object) ? `${nameOf(object)} (default)` : nameOf(object),
    text(object, 'provisioner'),
    text(object, 'reclaimPolicy') || 'Delete',
    text(object, 'volumeBindingMode') || 'Immediate',
    isTrue(object, 'allowVolumeExpansion'),
    age(object, now),
  ],
};

function isDefaultClass({ metadata }: KubeObject): boolean {
  const names = ['storageclass.kubernetes.io', 'storageclass.beta.kubernetes.io'];
  return names.some((name) => metadata.annotations?.[`${name}/is-default-class`] === 'true');
}

/** VolumeAttributesClasses. */
export const volumeAttributesClassPrinter: Printer = {
  columns: columns('Name|DriverName|Age'),
  cells: (object, now) => [nameOf(object), text(object, 'driverName'), age(object, now)],
};

/** VolumeAttachments. */
export const volumeAttachmentPrinter: Printer = {
  columns: columns('Name|Attacher:name|PV|Node|Attached:boolean|Age'),
  cells: (object, now) => [
    nameOf(object),
    text(object, 'spec', 'attacher'),
    text(object, 'spec', 'source', 'persistentVolumeName'),
    text(object, 'spec', 'nodeName'),
    isTrue(object, 'status', 'attached'),
    age(object, now),
  ],
};

/** CSINodes. */
export const csiNodePrinter: Printer = {
  columns: columns('Name|Drivers:integer|Age'),
  cells: (object, now) => [nameOf(object), items(object, 'spec', 'drivers').length, age(object, now)],
};

/** CSIDrivers. */
export const csiDriverPrinter: Printer = {
  columns: columns(
    'Name|AttachRequired:boolean|PodInfoOnMount:boolean|StorageCapacity:boolean|TokenRequests|RequiresRepublish:boolean|Modes|Age',
  ),
  cells: (object, now) => {
    const requests = valueAt(object, ['spec', 'tokenRequests']);
    const audiences = items(object, 'spec', 'tokenRequests').map((request) => text(request, 'audience'));
    return [
      nameOf(object),
      valueAt(object, ['spec', 'attachRequired']) !== false,
      isTrue(object, 'spec', 'podInfoOnMount'),
      isTrue(object, 'spec', 'storageCapacity'),
      requests === undefined ? '<unset>' : audiences.join(','),
      isTrue(object, 'spec', 'requiresRepublish'),
      orNone(texts(object, 'spec', 'volumeLifecycleModes').join(',')),
      age(object, now),
    ];
  },
};

/** ResourceClaims. */
export const resourceClaimPrinter: Printer = {
  columns: columns('Name|State|Age'),
  cells: (object, now) => [nameOf(object), claimState(object), age(object, now)],
};

function claimState(claim: KubeObject): string {
  const deleted = claim.metadata.deletionTimestamp === undefined ? [] : ['deleted'];
  if (!optionalFields(claim, 'status', 'allocation')) return deleted[0] ?? 'pending';
  const reserved = items(claim, 'status', 'reservedFor').length > 0 ? ['reserved'] : [];
  return [...deleted, 'allocated', ...reserved].join(',');
}

/** ResourceSlices. */
export const resourceSlicePrinter: Printer = {
  columns: columns('Name|Node|Driver|Pool|Age'),
  cells: (object, now) => [
    nameOf(object),
    text(object, 'spec', 'nodeName'),
    text(object, 'spec', 'driver'),
    text(object, 'spec', 'pool', 'name'),
    age(object, now),
  ],
};
