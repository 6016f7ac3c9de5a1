import { compareCodePoints, goQuote } from '../model/go-format.ts';
import type { ManagedFieldsEntry } from '../model/object.ts';
import { isMap } from '../schema/json.ts';
import { decodeFields, encodeFields } from './fields-v1.ts';
import type { Managers } from './updater.ts';

/*
 * `metadata.managedFields` and back. Upstream: apimachinery util/managedfields/internal managedfields.go,
 * managedfieldsupdater.go and capmanagers.go.
 */

/** The managers of an object and when each last changed something. */
export interface Managed {
  readonly managers: Managers;
  /** RFC 3339 by manager identifier; absent where an entry has no time. */
  readonly times: Map<string, string>;
}

/** Managed fields of nobody. */
export function emptyManaged(): Managed {
  return { managers: new Map(), times: new Map() };
}

/** What identifies a manager. An applier is the same in all versions, any other manager is not. */
export interface ManagerIdentity {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
}

/** The identifier of a manager: JSON, whose order is the order in which conflicts are listed. */
export function managerId({ manager, operation, apiVersion, subresource }: ManagerIdentity): string {
  return JSON.stringify({
    ...(manager !== '' && { manager }),
    operation,
    ...(operation === 'Update' && { apiVersion }),
    ...(subresource !== '' && { subresource }),
  });
}

/** The parts of an identifier. `apiVersion` is empty for appliers. */
export function parseManagerId(id: string): ManagerIdentity {
  const parts = JSON.parse(id) as Partial<ManagerIdentity>;
  const { manager = '', operation = 'Update', apiVersion = '', subresource = '' } = parts;
  return { manager, operation, apiVersion, subresource };
}

/** Reads entries. Throws TypeError where one is not valid. */
export function decodeManaged(entries: readonly ManagedFieldsEntry[] | undefined): Managed {
  const managed = emptyManaged();
  for (const [index, entry] of (entries ?? []).entries()) {
    const { manager = '', operation, apiVersion = '', subresource = '', fieldsType = '', fieldsV1, time } = entry;
    if (operation !== 'Apply' && operation !== 'Update') throw new TypeError('operation must be `Apply` or `Update`');
    if (apiVersion === '') throw new TypeError('apiVersion must not be empty');
    if (fieldsType === '') throw new TypeError(`missing fieldsType in managed fields entry ${index}`);
    if (fieldsType !== 'FieldsV1') {
      throw new TypeError(`invalid fieldsType ${goQuote(fieldsType)} in managed fields entry ${index}`);
    }
    const id = managerId({ manager, operation, apiVersion, subresource });
    managed.managers.set(id, { set: decodeFields(fieldsV1 ?? {}), apiVersion, applied: operation === 'Apply' });
    if (time === undefined || time === null) managed.times.delete(id);
    else managed.times.set(id, time);
  }
  return managed;
}

/** The entries in canonical order: appliers first, then by time, name, version and subresource. Empty for no managers. */
export function encodeManaged({ managers, times }: Managed): ManagedFieldsEntry[] {
  const entries = [...managers].map(([id, { set, apiVersion, applied }]): ManagedFieldsEntry => {
    const { manager, operation, subresource } = parseManagerId(id);
    const time = times.get(id);
    return {
      ...(manager !== '' && { manager }),
      operation: applied ? 'Apply' : operation,
      apiVersion,
      ...(time !== undefined && { time }),
      fieldsType: 'FieldsV1',
      fieldsV1: encodeFields(set),
      ...(subresource !== '' && { subresource }),
    };
  });
  return entries.sort(compareEntries);
}

function compareEntries(a: ManagedFieldsEntry, b: ManagedFieldsEntry): number {
  return (
    compareCodePoints(a.operation ?? '', b.operation ?? '') ||
    seconds(a.time) - seconds(b.time) ||
    compareCodePoints(a.manager ?? '', b.manager ?? '') ||
    compareCodePoints(a.apiVersion ?? '', b.apiVersion ?? '') ||
    compareCodePoints(a.subresource ?? '', b.subresource ?? '')
  );
}

function seconds(time: string | undefined): number {
  return time === undefined ? 0 : Math.floor(Date.parse(time) / 1000);
}

/** Whether a client asks for the managed fields to be forgotten: an empty list, or a list of one empty entry. */
export function isReset(entries: unknown): boolean {
  if (!Array.isArray(entries)) return false;
  if (entries.length === 0) return true;
  const [only] = entries as unknown[];
  return entries.length === 1 && isMap(only) && Object.keys(only).length === 0;
}

/** Managers of updates that an object has at most. */
const MAX_UPDATE_MANAGERS = 10;
/** Owns what the oldest of too many managers had. */
const ANCIENT_CHANGES = 'ancient-changes';

/** Merges the oldest managers of updates, per version, while there are too many. Changes its argument. */
export function capUpdateManagers({ managers, times }: Managed): void {
  const updaters = [...managers].filter(([, { applied }]) => !applied).map(([id]) => id);
  if (updaters.length <= MAX_UPDATE_MANAGERS) return;
  updaters.sort((a, b) => seconds(times.get(a)) - seconds(times.get(b)) || compareCodePoints(a, b));
  const firsts = new Map<string, string>();
  let count = updaters.length;
  for (const id of updaters) {
    if (count <= MAX_UPDATE_MANAGERS) return;
    const entry = managers.get(id);
    if (!entry) continue;
    const { apiVersion } = entry;
    const first = firsts.get(apiVersion);
    if (first === undefined) {
      firsts.set(apiVersion, id);
      continue;
    }
    const bucket = managerId({ manager: ANCIENT_CHANGES, operation: 'Update', apiVersion, subresource: '' });
    const before = managers.get(bucket) ?? managers.get(first);
    if (!managers.has(bucket)) managers.delete(first);
    managers.set(bucket, { ...entry, set: before ? entry.set.union(before.set) : entry.set });
    managers.delete(id);
    count -= 1;
    const time = times.get(id);
    if (time === undefined) times.delete(bucket);
    else times.set(bucket, time);
  }
}
