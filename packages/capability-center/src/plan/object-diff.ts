import type { JsonObject, KubernetesObject } from '@capstan/base';

/** One field that an apply would change. `hidden` stands for the values of Secrets, which are never shown. */
export interface FieldChange {
  /** Dotted path; list positions in brackets. */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
  readonly hidden?: true;
}

const SERVER_FIELDS = ['managedFields', 'resourceVersion', 'generation', 'uid', 'creationTimestamp', 'selfLink'];

/**
 * The fields in which two states of one object differ, in path order. What the server keeps for itself (managed
 * fields, versions, status) does not count, and the data of a Secret is reported as changed without its values.
 */
export function diffObjects(before: KubernetesObject, after: KubernetesObject): FieldChange[] {
  const changes: FieldChange[] = [];
  compare(comparable(before), comparable(after), '', changes);
  return isSecret(after) ? changes.map(hideSecretData) : changes;
}

/** The object without what the server writes: what two applies of the same text have in common. */
export function comparable(object: KubernetesObject): JsonObject {
  const { status: _status, metadata, ...rest } = object;
  const kept = Object.entries(metadata).filter(([key]) => !SERVER_FIELDS.includes(key));
  return { ...rest, metadata: Object.fromEntries(kept) };
}

function compare(before: unknown, after: unknown, path: string, changes: FieldChange[]): void {
  if (Object.is(before, after)) return;
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    for (let index = 0; index < length; index += 1) compare(before[index], after[index], `${path}[${index}]`, changes);
    return;
  }
  if (isMap(before) && isMap(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    for (const key of keys) compare(before[key], after[key], path === '' ? key : `${path}.${key}`, changes);
    return;
  }
  changes.push({
    path,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  });
}

function hideSecretData(change: FieldChange): FieldChange {
  return /^(data|stringData)(\.|$)/.test(change.path) ? { path: change.path, hidden: true } : change;
}

function isSecret(object: KubernetesObject): boolean {
  return object.kind === 'Secret' && object.apiVersion === 'v1';
}

function isMap(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
