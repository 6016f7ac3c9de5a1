import type { JsonObject, KubernetesObject } from '@capstan/base';

/**
 * The fields that a manager owns, as server-side apply records them: keys `f:name` for fields, `k:{...}` and `v:...` for
 * items of lists; an empty object is a whole value.
 */
export type FieldSet = JsonObject;

/** Who owns which fields of an object: one manager's own applies, and everybody else. */
export interface FieldOwners {
  readonly own: FieldSet | undefined;
  readonly others: readonly FieldSet[];
}

/** The fields that a manager applied to an object, beside those of all other managers. The status counts for nobody. */
export function fieldOwners(object: KubernetesObject, manager: string): FieldOwners {
  const others: FieldSet[] = [];
  let own: FieldSet | undefined;
  for (const entry of object.metadata.managedFields ?? []) {
    const fields = entry['fieldsV1'];
    if (!isFieldSet(fields) || entry['subresource']) continue;
    if (entry['manager'] === manager && entry['operation'] === 'Apply') own = fields;
    else others.push(fields);
  }
  return { own, others };
}

/** The owners of a field of what is owned. */
export function ownersOfField(owners: FieldOwners, name: string): FieldOwners {
  return below(owners, (fields) => fields[`f:${name}`]);
}

/** The owners of the list item that has these values (`{name: "web"}`), where the list is merged by such keys. */
export function ownersOfItem(owners: FieldOwners, item: JsonObject): FieldOwners {
  return below(owners, (fields) => fields[itemKey(fields, item) ?? '']);
}

/** The fields that may go away when the manager states them no longer: whole values that others own too stay. */
export function noLongerOwned({ own, others }: FieldOwners): string[] {
  return Object.entries(own ?? {})
    .filter(([key, fields]) => key.startsWith('f:') && (!isWhole(fields) || !others.some((other) => key in other)))
    .map(([key]) => key.slice(2));
}

/** Whether the manager owns a list as a whole, or this item of it: what it no longer states goes away. */
export function ownsItem({ own, others }: FieldOwners, item: JsonObject): boolean {
  if (own === undefined) return false;
  if (isWhole(own)) return true;
  const key = itemKey(own, item);
  return key !== undefined && !others.some((fields) => key in fields);
}

/** The part of an object that a field set covers, for instance what a manager applied; lists are taken as they are. */
export function extractFields(value: JsonObject, fields: FieldSet): JsonObject {
  const kept = Object.entries(value).flatMap(([name, field]) => {
    const owned = fields[`f:${name}`];
    if (!isFieldSet(owned)) return [];
    const whole = isWhole(owned) || !isFieldSet(field);
    return [[name, whole ? field : extractFields(field, owned)] as const];
  });
  return Object.fromEntries(kept);
}

function below({ own, others }: FieldOwners, step: (fields: FieldSet) => unknown): FieldOwners {
  const next = own && step(own);
  return { own: isFieldSet(next) ? next : undefined, others: others.map(step).filter(isFieldSet) };
}

/** The key of a field set that names an item: all values in it are the item's. */
function itemKey(fields: FieldSet, item: JsonObject): string | undefined {
  return Object.keys(fields).find((key) => {
    if (!key.startsWith('k:')) return false;
    const values = JSON.parse(key.slice(2)) as JsonObject;
    return Object.entries(values).every(([name, value]) => (item[name] ?? DEFAULTS[name]) === value);
  });
}

/** Keys of list items that the API server fills in. */
const DEFAULTS: JsonObject = { protocol: 'TCP' };

function isWhole(fields: unknown): boolean {
  return isFieldSet(fields) && Object.keys(fields).length === 0;
}

function isFieldSet(value: unknown): value is FieldSet {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
