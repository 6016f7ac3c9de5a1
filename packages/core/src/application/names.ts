import { groupOf, type KindReference, type ObjectReference } from '@capstan/base';

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

/** Fields of what was last applied that the API server did not know: a JSON list of paths, as its refusal names them. */
export const LEFT_OUT_ANNOTATION = 'capstan.dev/left-out';

const OWN_GROUPS: readonly string[] = ['core.oam.dev', 'workloads.capstan.dev', 'traits.capstan.dev'];

/** Whether nobody but Capstan acts on a kind: then nobody else has a say in the spec of an object that we control. */
export function isOwnKind({ apiVersion }: KindReference): boolean {
  return OWN_GROUPS.includes(groupOf(apiVersion));
}

/** The key of a kind in maps. */
export function kindKey({ apiVersion, kind }: KindReference): string {
  return `${apiVersion}/${kind}`;
}

/** The key of an object in maps. */
export function objectKey({ apiVersion, kind, namespace, name }: ObjectReference): string {
  return `${apiVersion}/${kind}/${namespace ?? ''}/${name}`;
}

/** The object that a key of `objectKey` stands for. */
export function referenceOfKey(key: string): ObjectReference {
  const parts = key.split('/');
  const [kind = '', namespace = '', name = ''] = parts.splice(-3);
  return { apiVersion: parts.join('/'), kind, name, ...(namespace === '' ? {} : { namespace }) };
}

/** The kind that a key of `kindKey` stands for. */
export function kindOfKey(key: string): KindReference {
  const slash = key.lastIndexOf('/');
  return { apiVersion: key.slice(0, slash), kind: key.slice(slash + 1) };
}
