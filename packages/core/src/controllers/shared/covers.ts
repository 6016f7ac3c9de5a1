import { isRecord } from './objects.ts';

/** Keys under which the API server writes quantities in its own form: 0.5 becomes 500m. */
const QUANTITY_MAPS: ReadonlySet<string> = new Set(['requests', 'limits', 'sizeLimit']);

/** Whether what stands under this key of a built-in kind is a quantity, or a map of them. */
export function holdsQuantities(key: string): boolean {
  return QUANTITY_MAPS.has(key);
}

/**
 * True when everything that `wanted` states is so in `live`. Lists must agree in length and order. Where quantities
 * stand, their amounts must agree and not their forms: the API server rewrites them, and applying them as they were
 * stated would change nothing, again and again.
 */
export function covers(live: unknown, wanted: unknown, quantities = false): boolean {
  if (wanted === undefined) return true;
  if (Array.isArray(wanted)) {
    const items = Array.isArray(live) && live.length === wanted.length;
    return items && wanted.every((item, at) => covers(live[at], item, quantities));
  }
  if (isRecord(wanted)) {
    const entries = Object.entries(wanted);
    return isRecord(live) && entries.every(([key, one]) => covers(live[key], one, quantities || holdsQuantities(key)));
  }
  return live === wanted || (quantities && sameQuantity(live, wanted));
}

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
