import type { JsonObject, KubernetesObject } from '@capstan/base';
import { covers, holdsQuantities } from './covers.ts';
import { isRecord } from './objects.ts';

/**
 * True when an apply of `object` by `manager` would change nothing: the live object says all of it, the manager owns
 * exactly these fields, and so neither drift nor a field that was dropped since is left. Needs no memory of earlier
 * applies, for the API server keeps it: `metadata.managedFields` in the form of structured-merge-diff's fieldsV1.
 * `quantities`: any text may be a quantity, which the API server writes in its own form. Nobody else can have written it
 * so: the field would not be the manager's any more.
 */
export function isApplied(
  live: KubernetesObject,
  object: KubernetesObject,
  manager: string,
  { quantities = false }: { readonly quantities?: boolean } = {},
): boolean {
  const entry = live.metadata.managedFields?.find(
    (one) => one['manager'] === manager && one['operation'] === 'Apply' && !one['subresource'],
  );
  const fields = entry?.['fieldsV1'];
  if (!isRecord(fields)) return false;
  const { apiVersion: _, kind: __, metadata, ...rest } = object;
  const { labels, annotations, ownerReferences } = metadata;
  return holds(fields, live, { ...rest, metadata: { labels, annotations, ownerReferences } }, quantities);
}

/** Compares what an apply states at one place with the fields that are owned there and with what is there. */
function holds(fields: JsonObject, live: unknown, wanted: unknown, quantities: boolean): boolean {
  const owned = Object.keys(fields).filter((key) => key !== '.');
  if (owned.length === 0) return covers(live, wanted, quantities);
  if (Array.isArray(wanted)) return holdsItems(fields, owned, live, wanted, quantities);
  if (!isRecord(wanted) || !isRecord(live)) return false;
  const keys = Object.keys(wanted).filter((key) => wanted[key] !== undefined && !isNothing(wanted[key]));
  if (keys.length !== owned.length) return false;
  return keys.every((key) => {
    const part = fields[`f:${key}`];
    return isRecord(part) && holds(part, live[key], wanted[key], quantities || holdsQuantities(key));
  });
}

/** Lists whose items have keys (`k:{...}`): each item belongs to one owned key, and the other way round. */
function holdsItems(
  fields: JsonObject,
  owned: readonly string[],
  live: unknown,
  wanted: readonly unknown[],
  quantities: boolean,
): boolean {
  if (!Array.isArray(live) || owned.length !== wanted.length) return false;
  return owned.every((key) => {
    const part = fields[key];
    if (!key.startsWith('k:') || !isRecord(part)) return false;
    const identity = JSON.parse(key.slice(2)) as JsonObject;
    const has = (item: unknown) =>
      isRecord(item) && Object.entries(identity).every(([name, value]) => item[name] === value);
    return holds(part, live.find(has), wanted.find(has), quantities);
  });
}

/** An empty object of metadata leaves no trace in the fields. */
function isNothing(value: unknown): boolean {
  return isRecord(value) && Object.values(value).every((one) => one === undefined) && Object.keys(value).length > 0;
}
