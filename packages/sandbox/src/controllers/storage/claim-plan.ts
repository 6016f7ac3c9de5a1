import type { Claim, ObjectRef, StorageClass, Volume } from '../model/core-types.ts';
import { KINDS } from '../model/kinds.ts';
import { compact, fromTime, isDeleting } from '../model/meta.ts';
import { quantity } from '../model/numbers.ts';
import { selects } from '../model/selector.ts';

/** Annotations of bound claims and volumes. */
export const BOUND = {
  completed: 'pv.kubernetes.io/bind-completed',
  byController: 'pv.kubernetes.io/bound-by-controller',
  provisionedBy: 'pv.kubernetes.io/provisioned-by',
  provisioner: 'volume.kubernetes.io/storage-provisioner',
  provisionerBeta: 'volume.beta.kubernetes.io/storage-provisioner',
  selectedNode: 'volume.kubernetes.io/selected-node',
} as const;

/** Finalizers of volumes: of those that are provisioned here, and of all by the API server's admission. */
export const VOLUME_FINALIZERS = ['kubernetes.io/pv-controller', 'kubernetes.io/pv-protection'] as const;

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

/** What the binder looks at. */
export interface ClaimState {
  readonly claim: Claim;
  readonly volumes: readonly Volume[];
  readonly classes: readonly StorageClass[];
  /** The provisioner that is played here. */
  readonly provisioner: string;
}

/** What is to be done with a claim. */
export type ClaimPlan =
  /** Nothing, or nothing yet; `tell` is why. */
  | { readonly do: 'wait'; readonly tell?: { readonly type: 'Normal' | 'Warning'; reason: string; message: string } }
  /** It gets the default class first. */
  | { readonly do: 'classify'; readonly className: string }
  /** The volume is there, or is made first. */
  | { readonly do: 'bind'; readonly volume: Volume; readonly isNew: boolean }
  /** The volume of a bound claim has gone. */
  | { readonly do: 'lose' };

/** Decides about a claim (persistentvolume controller syncClaim). */
export function decideClaim(state: ClaimState): ClaimPlan {
  const { claim, volumes, classes } = state;
  const { volumeName, storageClassName } = claim.spec;
  if (isDeleting(claim)) return { do: 'wait' };
  if (volumeName) return decideNamed(claim, volumeName, volumes);
  if (storageClassName === undefined) {
    const fallback = defaultClass(classes);
    if (fallback) return { do: 'classify', className: fallback.metadata.name };
  }
  const storageClass = classes.find(({ metadata }) => metadata.name === storageClassName);
  const late = storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
  if (late && !claim.metadata.annotations?.[BOUND.selectedNode]) {
    const message = 'waiting for first consumer to be created before binding';
    return { do: 'wait', tell: { type: 'Normal', reason: 'WaitForFirstConsumer', message } };
  }
  const known = findVolume(claim, volumes);
  if (known) return { do: 'bind', volume: boundVolume(known, claim), isNew: false };
  return provision(state, storageClass);
}

function decideNamed(claim: Claim, name: string, volumes: readonly Volume[]): ClaimPlan {
  const volume = volumes.find(({ metadata }) => metadata.name === name);
  if (!volume) return claim.status?.phase === 'Bound' ? { do: 'lose' } : { do: 'wait' };
  const owner = volume.spec.claimRef;
  if (owner && !refersTo(owner, claim)) return { do: 'wait' };
  return { do: 'bind', volume: boundVolume(volume, claim), isNew: false };
}

/** Whether a volume is kept for this very claim; a reference without a uid is an administrator's reservation. */
export function refersTo({ namespace, name, uid }: ObjectRef, { metadata }: Claim): boolean {
  return namespace === metadata.namespace && name === metadata.name && (!uid || uid === metadata.uid);
}

/** The youngest of the classes that are marked as default. */
function defaultClass(classes: readonly StorageClass[]): StorageClass | undefined {
  return classes
    .filter(({ metadata }) => metadata.annotations?.[DEFAULT_CLASS] === 'true')
    .toSorted((one, other) => fromTime(other.metadata.creationTimestamp) - fromTime(one.metadata.creationTimestamp))[0];
}

/** The smallest volume that will do; one that is reserved for the claim before all others. */
function findVolume(claim: Claim, volumes: readonly Volume[]): Volume | undefined {
  const { storageClassName = '', accessModes = [], volumeMode = 'Filesystem', selector, resources } = claim.spec;
  const size = quantity(resources?.requests?.['storage'] ?? '0');
  const sizeOf = ({ spec }: Volume) => quantity(spec.capacity?.['storage'] ?? '0');
  const reserved = volumes.find(({ spec }) => spec.claimRef && refersTo(spec.claimRef, claim));
  if (reserved) return reserved;
  return volumes
    .filter(
      (volume) =>
        volume.spec.claimRef === undefined &&
        !isDeleting(volume) &&
        (volume.spec.storageClassName ?? '') === storageClassName &&
        (volume.spec.volumeMode ?? 'Filesystem') === volumeMode &&
        accessModes.every((mode) => volume.spec.accessModes?.includes(mode)) &&
        (selector === undefined || selects(selector, volume.metadata.labels)) &&
        sizeOf(volume) >= size,
    )
    .toSorted((one, other) => sizeOf(one) - sizeOf(other))[0];
}

function boundVolume(volume: Volume, claim: Claim): Volume {
  const { claimRef } = volume.spec;
  if (claimRef?.uid === claim.metadata.uid) return volume;
  const annotations = { ...volume.metadata.annotations, [BOUND.byController]: 'yes' };
  const spec = { ...volume.spec, claimRef: { ...claimRef, ...referenceTo(claim) } };
  return { ...volume, metadata: { ...volume.metadata, annotations }, spec };
}

function referenceTo({ metadata: { name, namespace, uid, resourceVersion } }: Claim): ObjectRef {
  return compact({ ...KINDS.claim, name, namespace, uid, resourceVersion }) as ObjectRef;
}

function provision({ claim, provisioner }: ClaimState, storageClass: StorageClass | undefined): ClaimPlan {
  const { storageClassName = '' } = claim.spec;
  const wait = (type: 'Normal' | 'Warning', reason: string, message: string): ClaimPlan => ({
    do: 'wait',
    tell: { type, reason, message },
  });
  if (storageClassName === '') {
    return wait(
      'Normal',
      'FailedBinding',
      'no persistent volumes available for this claim and no storage class is set',
    );
  }
  if (!storageClass) {
    return wait('Warning', 'ProvisioningFailed', `storageclass.storage.k8s.io "${storageClassName}" not found`);
  }
  if (storageClass.provisioner === 'kubernetes.io/no-provisioner') {
    return wait('Normal', 'FailedBinding', 'no persistent volumes available for this claim');
  }
  if (storageClass.provisioner !== provisioner) {
    const message = `Waiting for a volume to be created either by the external provisioner '${storageClass.provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
    return wait('Normal', 'ExternalProvisioning', message);
  }
  return { do: 'bind', volume: newVolume(claim, storageClass), isNew: true };
}

function newVolume(claim: Claim, { metadata, provisioner, reclaimPolicy = 'Delete' }: StorageClass): Volume {
  const name = `pvc-${claim.metadata.uid}`;
  const { accessModes = [], volumeMode = 'Filesystem', resources } = claim.spec;
  const annotations = {
    'kubernetes.io/createdby': 'hostpath-dynamic-provisioner',
    [BOUND.byController]: 'yes',
    [BOUND.provisionedBy]: provisioner,
  };
  return {
    ...KINDS.volume,
    metadata: { name, annotations, finalizers: [VOLUME_FINALIZERS[0]] },
    spec: {
      accessModes,
      capacity: { storage: resources?.requests?.['storage'] ?? '0' },
      claimRef: referenceTo(claim),
      // Nothing is ever written there.
      hostPath: { path: `/tmp/hostpath_pv/${claim.metadata.uid}`, type: '' },
      persistentVolumeReclaimPolicy: reclaimPolicy,
      storageClassName: metadata.name,
      volumeMode,
    },
  };
}
