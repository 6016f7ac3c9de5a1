import type { IntOrPercent } from './meta.ts';

/** A number or a percentage of a total, rounded as asked (intstr.GetScaledValueFromIntOrPercent). */
export function scaled(value: IntOrPercent | undefined, total: number, round: 'up' | 'down', fallback = 0): number {
  if (value === undefined) return fallback;
  if (typeof value === 'number') return value;
  const share = (total * Number.parseInt(value, 10)) / 100;
  return round === 'up' ? Math.ceil(share) : Math.floor(share);
}

const UNITS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

const QUANTITY = /^([+-]?[0-9.]+)(?:([eE][+-]?[0-9]+)|([a-zA-Z]{0,2}))$/;

/** The value of a resource quantity; precise enough to compare and to add up what a cluster asks for. NaN if it is none. */
export function quantity(text: string | number): number {
  const [, digits = '', exponent = '', unit = ''] = QUANTITY.exec(String(text)) ?? [];
  if (digits === '') return Number.NaN;
  return Number(digits + exponent) * (UNITS[unit] ?? Number.NaN);
}
