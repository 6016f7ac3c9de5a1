import type { KubernetesObject } from '@capstan/base';
import { capabilityCustomResourceDefinitions, digestOf, SYSTEM_NAMESPACE } from '@capstan/capability-model';
import { builtinManifests } from '@capstan/core';
import { oamCustomResourceDefinitions } from '@capstan/oam-model';
import { systemRoles } from './roles.ts';

/** Version of what `installSystem` installs; that of this package. */
export const SYSTEM_VERSION = '0.1.0';

/** Annotations by which an installed object is known as ours. */
export const SYSTEM_ANNOTATIONS = { version: 'capstan.dev/version', digest: 'capstan.dev/digest' } as const;

/** Everything that a cluster needs before Capstan can work in it, in the order in which it is applied. */
export function systemManifests(): KubernetesObject[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: SYSTEM_NAMESPACE } },
    ...oamCustomResourceDefinitions(),
    ...capabilityCustomResourceDefinitions(),
    ...builtinManifests(),
    ...systemRoles(),
  ].map(stamped);
}

/** True for a CustomResourceDefinition. */
export function isCrd(object: KubernetesObject): boolean {
  return object.kind === 'CustomResourceDefinition';
}

/** The CRDs among the manifests. */
export function systemCrds(): KubernetesObject[] {
  return systemManifests().filter(isCrd);
}

function stamped(object: KubernetesObject): KubernetesObject {
  const { metadata } = object;
  return {
    ...object,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, 'app.kubernetes.io/part-of': 'capstan' },
      annotations: {
        ...metadata.annotations,
        [SYSTEM_ANNOTATIONS.version]: SYSTEM_VERSION,
        [SYSTEM_ANNOTATIONS.digest]: digestOf(object),
      },
    },
  };
}
