import { groupOf, type JsonObject, type KubernetesObject } from '@capstan/plugin-api';

/** Whether a value is a plain object. */
export function isRecord(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member of that name when it is an object, else an empty one. */
export function recordIn(value: unknown, name: string): JsonObject {
  const member = isRecord(value) ? value[name] : undefined;
  return isRecord(member) ? member : {};
}

/** The member of that name when it is a list, else an empty one. */
export function listIn(value: unknown, name: string): readonly unknown[] {
  const member = isRecord(value) ? value[name] : undefined;
  return Array.isArray(member) ? member : [];
}

/** Whether an object is of a kind in a group, whatever its version. */
export function isOf(object: Pick<KubernetesObject, 'apiVersion' | 'kind'>, group: string, kind: string): boolean {
  return object.kind === kind && groupOf(object.apiVersion) === group;
}

/** `Kind name`, for messages. */
export function called({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata.name}`;
}
