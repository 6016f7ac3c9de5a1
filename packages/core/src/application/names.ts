import type { KindReference, ObjectReference } from '@capstan/base';

/** Field manager of everything that the application controller applies. */
export const CONTROLLER_MANAGER = 'capstan-controller';

/** Field manager that keeps a number of replicas between our stating it and an autoscaler's setting it. */
export const REPLICAS_MANAGER = 'capstan-replicas';

/** Labels of rendered resources beside those of OAM. */
export const RESOURCE_LABELS = {
  partOf: 'app.kubernetes.io/part-of',
  instance: 'app.kubernetes.io/instance',
  name: 'app.kubernetes.io/name',
} as const;

/** Value of the managed-by label; informers select on it. */
export const MANAGED_BY = 'capstan';

/** Digest of what was last applied to an object: tells that a field was dropped without comparing field owners. */
export const APPLIED_ANNOTATION = 'capstan.dev/applied';

/** The key of a kind in maps. */
export function kindKey({ apiVersion, kind }: KindReference): string {
  return `${apiVersion}/${kind}`;
}

/** The key of an object in maps. */
export function objectKey({ apiVersion, kind, namespace, name }: ObjectReference): string {
  return `${apiVersion}/${kind}/${namespace ?? ''}/${name}`;
}
