import type { Claim, Pod } from '../model/core-types.ts';
import { KINDS } from '../model/kinds.ts';
import { controllerReference, type PodTemplate } from '../model/meta.ts';
import type { StatefulSet } from '../model/workload-types.ts';
import { podOf } from '../pods/pod-template.ts';

/** Label of a Pod that names its revision. */
export const REVISION_LABEL = 'controller-revision-hash';

/** The number in the name of a StatefulSet's Pod; -1 when there is none. */
export function ordinalOf({ metadata }: Pod): number {
  const digits = /-(\d+)$/.exec(metadata.name)?.[1];
  return digits === undefined ? -1 : Number(digits);
}

/** The name of a Pod's revision. */
export function revisionOfPod({ metadata }: Pod): string {
  return metadata.labels?.[REVISION_LABEL] ?? '';
}

/** The Pod of an ordinal, with its name, its address in the Service's domain and its claims as volumes. */
export function statefulPod(set: StatefulSet, template: PodTemplate, ordinal: number, revision: string): Pod {
  const name = `${set.metadata.name}-${ordinal}`;
  const { serviceName, volumeClaimTemplates = [] } = set.spec;
  const own = volumeClaimTemplates.map(({ metadata }) => ({
    name: metadata.name,
    persistentVolumeClaim: { claimName: `${metadata.name}-${name}` },
  }));
  const others = ((template.spec['volumes'] ?? []) as { name: string }[]).filter(
    (volume) => !own.some((one) => one.name === volume.name),
  );
  return podOf(set, template, {
    name,
    labels: {
      'apps.kubernetes.io/pod-index': String(ordinal),
      [REVISION_LABEL]: revision,
      'statefulset.kubernetes.io/pod-name': name,
    },
    spec: {
      hostname: name,
      ...(serviceName && { subdomain: serviceName }),
      ...(own.length > 0 && { volumes: [...own, ...others] }),
    },
  });
}

/** The claims of an ordinal's Pod, made from the set's templates. */
export function claimsOf(set: StatefulSet, ordinal: number): Claim[] {
  const { volumeClaimTemplates = [], selector, persistentVolumeClaimRetentionPolicy } = set.spec;
  return volumeClaimTemplates.map(({ metadata, spec }) => ({
    ...KINDS.claim,
    metadata: {
      name: `${metadata.name}-${set.metadata.name}-${ordinal}`,
      namespace: set.metadata.namespace ?? '',
      labels: { ...metadata.labels, ...selector.matchLabels },
      ...(metadata.annotations && { annotations: metadata.annotations }),
      // The garbage collector then deletes the claims with the set.
      ...(persistentVolumeClaimRetentionPolicy?.whenDeleted === 'Delete' && {
        ownerReferences: [{ ...controllerReference(set), blockOwnerDeletion: true }],
      }),
    },
    spec: spec as Claim['spec'],
  }));
}
