import { isDeepStrictEqual } from 'node:util';
import { isCapstanError, type JsonObject, type KubernetesObject } from '@capstan/base';
import { conditionsOf, KUBE_CODES, type KubeClient, type NewCondition, setCondition } from '@capstan/kube';
import { isRecord, statusOf } from './objects.ts';

/** Field manager of the statuses and events of the built-in controllers. */
export const CONTROLLERS_MANAGER = 'capstan-controller';

/** Messages go into a status of limited size. */
const LONGEST_MESSAGE = 1024;

/** The condition Synced, in the reference's words; without a problem it is true. */
export function syncedCondition(problem?: string): NewCondition {
  if (problem === undefined) return { type: 'Synced', status: 'True', reason: 'ReconcileSuccess', message: '' };
  return { type: 'Synced', status: 'False', reason: 'ReconcileError', message: problem.slice(0, LONGEST_MESSAGE) };
}

/** What a controller has to say about an object. */
export interface Report {
  readonly conditions: readonly NewCondition[];
  /** Fields of the status that are the controller's alone; `undefined` removes one. */
  readonly fields?: JsonObject;
}

/** The merge patch that makes the object's status say what the report does, or undefined when it does already. */
export function statusPatch(object: KubernetesObject, { conditions, fields = {} }: Report, now: number) {
  const live = statusOf(object);
  const before = conditionsOf(object);
  const stamp = { generation: object.metadata.generation, now };
  let after = [...before];
  for (const condition of conditions) after = setCondition(after, condition, stamp);
  return mergePatch(live, { ...fields, conditions: after });
}

/** The merge patch (RFC 7386) that gives these keys of `live` these values. */
function mergePatch(live: JsonObject, wanted: JsonObject): JsonObject | undefined {
  const patch: JsonObject = {};
  for (const [key, value] of Object.entries(wanted)) {
    const have = live[key];
    if (isDeepStrictEqual(have, value)) continue;
    if (value === undefined) patch[key] = null;
    else if (isRecord(have) && isRecord(value)) {
      const gone = Object.keys(have).filter((one) => !(one in value));
      const inner = mergePatch(have, { ...value, ...Object.fromEntries(gone.map((one) => [one, undefined])) });
      if (inner) patch[key] = inner;
    } else patch[key] = value;
  }
  return Object.keys(patch).length > 0 ? patch : undefined;
}

/**
 * Writes what is new in the report into the object's status. Resolves with the object as it is then, or with undefined
 * when nothing was to be written or the object is gone; another object of its name is left alone.
 */
export async function writeReport(
  client: KubeClient,
  object: KubernetesObject,
  report: Report,
  { now, signal }: { readonly now: number; readonly signal: AbortSignal },
): Promise<KubernetesObject | undefined> {
  const status = statusPatch(object, report, now);
  if (!status) return undefined;
  const { apiVersion, kind, metadata } = object;
  const { name, namespace, uid } = metadata;
  const reference = { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
  const options = { type: 'merge', subresource: 'status', fieldManager: CONTROLLERS_MANAGER, signal } as const;
  try {
    return await client.patch(reference, { metadata: { uid }, status }, options);
  } catch (error) {
    // A conflict is thrown: whether or not an event tells of what it met, the object is looked at again.
    if (!isCapstanError(error, KUBE_CODES.notFound)) throw error;
    return undefined;
  }
}
