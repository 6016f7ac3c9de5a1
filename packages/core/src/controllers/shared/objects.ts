import type { JsonObject, KubernetesObject, ObjectReference, OwnerReference } from '@capstan/base';
import { inheritedAnnotations } from '@capstan/oam-model';

/** True for a JSON object, false for arrays and null. */
export function isRecord(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The keys of an object that have a value. An apply states no key without one. */
export function stated<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}

/** The object's status, empty when it has none. */
export function statusOf(object: KubernetesObject): JsonObject {
  return isRecord(object['status']) ? object['status'] : {};
}

/** `<namespace>/<name>`: the key of an object in the queue of its controller. */
export function keyOf({ metadata: { namespace = '', name } }: KubernetesObject): string {
  return `${namespace}/${name}`;
}

/** The namespace and name of a queue's key. */
export function placeOf(key: string): { namespace: string; name: string } {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** The owner that controls an object, if any. */
export function controllerOf({ metadata }: KubernetesObject): OwnerReference | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller);
}

/** The reference by which an object controls what it makes. */
export function controllerReference({ apiVersion, kind, metadata }: KubernetesObject): OwnerReference {
  const { name, uid = '' } = metadata;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}

/**
 * The annotations of a workload that its children get: all but those by which tools, and Capstan itself, remember the
 * workload's own state.
 */
export function passedOnAnnotations({ metadata: { annotations } }: KubernetesObject): Record<string, string> {
  const own = ([key]: [string, string]) => !key.startsWith('capstan.dev/');
  return Object.fromEntries(Object.entries(inheritedAnnotations(annotations)).filter(own));
}

/** The key of an object in maps; versions of one kind are the same kind. */
export function objectKey({ apiVersion, kind, namespace = '', name }: ObjectReference): string {
  const slash = apiVersion.indexOf('/');
  return `${slash < 0 ? '' : apiVersion.slice(0, slash)}/${kind}/${namespace}/${name}`;
}
