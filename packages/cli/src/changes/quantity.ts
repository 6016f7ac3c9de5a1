const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+))(m|u|n|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?\d+)?$/;
const DECIMAL = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 } as const;
const BINARY = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 } as const;

/** Whether two values are the same Kubernetes quantity in other words, as `1000m` and `1`: the API server rewrites them. */
export function sameQuantity(one: unknown, other: unknown): boolean {
  const [first, second] = [amountOf(one), amountOf(other)];
  return first !== undefined && first === second;
}

function amountOf(value: unknown): number | undefined {
  const match = QUANTITY.exec(String(value));
  if (!match || (typeof value !== 'string' && typeof value !== 'number')) return undefined;
  const [, digits = '', unit = ''] = match;
  if (unit in BINARY) return Number(digits) * 2 ** BINARY[unit as keyof typeof BINARY];
  // As one literal, so that no rounding comes between.
  return Number(unit in DECIMAL ? `${digits}e${DECIMAL[unit as keyof typeof DECIMAL]}` : `${digits}${unit}`);
}
