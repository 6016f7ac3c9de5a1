import type { JsonObject, KubernetesObject } from '@capstan/base';
import { isRecord } from './objects.ts';

/**
 * True when an apply of `object` by `manager` would change nothing: the live object says all of it, the manager owns
 * exactly these fields, and so neither drift nor a field that was dropped since is left. Needs no memory of earlier
 * applies, for the API server keeps it: `metadata.managedFields` in the form of structured-merge-diff's fieldsV1.
 */
export function isApplied(live: KubernetesObject, object: KubernetesObject, manager: string): boolean {
  const entry = live.metadata.managedFields?.find(
    (one) => one['manager'] === manager && one['operation'] === 'Apply' && !one['subresource'],
  );
  const fields = entry?.['fieldsV1'];
  if (!isRecord(fields)) return false;
  const { apiVersion: _, kind: __, metadata, ...rest } = object;
  const { labels, annotations, ownerReferences } = metadata;
  return holds(fields, live, { ...rest, metadata: { labels, annotations, ownerReferences } }, false);
}

/** Compares what an apply states at one place with the fields that are owned there and with what is there. */
function holds(fields: JsonObject, live: unknown, wanted: unknown, quantities: boolean): boolean {
  const owned = Object.keys(fields).filter((key) => key !== '.');
  if (owned.length === 0) return agrees(live, wanted, quantities);
  if (Array.isArray(wanted)) return holdsItems(fields, owned, live, wanted, quantities);
  if (!isRecord(wanted) || !isRecord(live)) return false;
  const keys = Object.keys(wanted).filter((key) => wanted[key] !== undefined && !isNothing(wanted[key]));
  if (keys.length !== owned.length) return false;
  return keys.every((key) => {
    const part = fields[`f:${key}`];
    return isRecord(part) && holds(part, live[key], wanted[key], quantities || QUANTITY_MAPS.has(key));
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

/** True when everything that `wanted` states is so in `live`. Lists must agree in length and order. */
function agrees(live: unknown, wanted: unknown, quantities: boolean): boolean {
  if (wanted === undefined) return true;
  if (Array.isArray(wanted)) {
    const items = Array.isArray(live) && live.length === wanted.length;
    return items && wanted.every((item, at) => agrees(live[at], item, quantities));
  }
  if (isRecord(wanted)) {
    return isRecord(live) && Object.entries(wanted).every(([key, value]) => agrees(live[key], value, quantities));
  }
  return live === wanted || (quantities && sameQuantity(live, wanted));
}

/** An empty object of metadata leaves no trace in the fields. */
function isNothing(value: unknown): boolean {
  return isRecord(value) && Object.values(value).every((one) => one === undefined) && Object.keys(value).length > 0;
}

/** Keys under which the API server writes quantities in its own form: 0.5 becomes 500m. */
const QUANTITY_MAPS: ReadonlySet<string> = new Set(['requests', 'limits', 'sizeLimit']);

const QUANTITY = /^([+-]?[0-9.]+)(?:([eE][+-]?[0-9]+)|([numkMGTPE]|[KMGTPE]i)?)$/;
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

function sameQuantity(one: unknown, other: unknown): boolean {
  const [a, b] = [numberOf(one), numberOf(other)];
  return a !== undefined && b !== undefined && Math.abs(a - b) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b));
}

/** The number that a quantity means (resource.Quantity). */
function numberOf(quantity: unknown): number | undefined {
  const [, digits, exponent, suffix = ''] = QUANTITY.exec(String(quantity)) ?? [];
  if (digits === undefined) return undefined;
  if (exponent !== undefined) return Number(`${digits}${exponent}`);
  if (suffix in DECIMAL) return Number(digits) * 10 ** (DECIMAL[suffix] ?? 0);
  return Number(digits) * 1024 ** (BINARY.indexOf(suffix) + 1);
}
