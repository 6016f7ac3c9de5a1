import type { CelEnvironment } from './engine.ts';
import type { Equatable } from './equality.ts';

/* Quantities: apiserver pkg/cel/library/quantity.go. */

const FORM = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:(Ki|Mi|Gi|Ti|Pi|Ei)|([numkMGTPE])|[eE]([+-]?\d+))?$/;
const BINARY: Readonly<Record<string, bigint>> = { Ki: 1n, Mi: 2n, Gi: 3n, Ti: 4n, Pi: 5n, Ei: 6n };
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
/** Quantities are kept in billionths; finer ones are rounded up, as upstream does. */
const SCALE = 9;
const BASE = 10n ** BigInt(SCALE);
const MAX_INT = 2n ** 63n - 1n;

/** The value of a quantity in billionths; undefined where the text is none. */
export function parseQuantity(text: string): bigint | undefined {
  const match = FORM.exec(text);
  if (!match) return undefined;
  const [, sign = '', digits = '0', binary, decimal, exponent] = match;
  if (digits.length > 400 || Math.abs(Number(exponent ?? 0)) > 400) return undefined;
  const [whole = '', fraction = ''] = digits.split('.');
  const mantissa = BigInt(`${whole}${fraction}` || '0') * (binary === undefined ? 1n : 1024n ** (BINARY[binary] ?? 0n));
  const power = SCALE - fraction.length + (decimal === undefined ? Number(exponent ?? 0) : (DECIMAL[decimal] ?? 0));
  const scaled = power >= 0 ? mantissa * 10n ** BigInt(power) : divideUp(mantissa, 10n ** BigInt(-power));
  return sign === '-' ? -scaled : scaled;
}

function divideUp(value: bigint, divisor: bigint): bigint {
  return (value + divisor - 1n) / divisor;
}

class Quantity implements Equatable {
  readonly billionths: bigint;

  constructor(billionths: bigint) {
    this.billionths = billionths;
  }

  equals(other: unknown): boolean {
    return other instanceof Quantity && other.billionths === this.billionths;
  }
}

function quantity(text: string): Quantity {
  const found = parseQuantity(text);
  if (found === undefined)
    throw new RangeError("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  return new Quantity(found);
}

function isInteger(value: Quantity): boolean {
  const whole = value.billionths / BASE;
  return value.billionths % BASE === 0n && whole <= MAX_INT && whole >= -MAX_INT - 1n;
}

function asInteger(value: Quantity): bigint {
  if (!isInteger(value)) throw new RangeError('cannot convert value to integer');
  return value.billionths / BASE;
}

function compare(a: Quantity, b: Quantity): bigint {
  return a.billionths < b.billionths ? -1n : a.billionths > b.billionths ? 1n : 0n;
}

/** Adds quantity, isQuantity and the methods of quantities. */
export function registerQuantity(environment: CelEnvironment): void {
  const type = 'kubernetes.Quantity';
  const on = (signature: string, handler: (...args: never[]) => unknown): void => {
    environment.registerFunction(signature, handler as (...args: unknown[]) => unknown);
  };
  environment.registerType(type, { ctor: Quantity, fields: {} });
  environment.registerOperator(`${type} == ${type}`, (a: Quantity, b: Quantity) => a.equals(b));
  on(`quantity(string): ${type}`, quantity);
  on('isQuantity(string): bool', (text: string) => parseQuantity(text) !== undefined);
  on(`${type}.sign(): int`, (value: Quantity) => compare(value, new Quantity(0n)));
  on(`${type}.isInteger(): bool`, isInteger);
  on(`${type}.asInteger(): int`, asInteger);
  on(`${type}.asApproximateFloat(): double`, (value: Quantity) => Number(value.billionths) / Number(BASE));
  on(`${type}.add(${type}): ${type}`, (a: Quantity, b: Quantity) => new Quantity(a.billionths + b.billionths));
  on(`${type}.add(int): ${type}`, (a: Quantity, b: bigint) => new Quantity(a.billionths + b * BASE));
  on(`${type}.sub(${type}): ${type}`, (a: Quantity, b: Quantity) => new Quantity(a.billionths - b.billionths));
  on(`${type}.sub(int): ${type}`, (a: Quantity, b: bigint) => new Quantity(a.billionths - b * BASE));
  on(`${type}.isGreaterThan(${type}): bool`, (a: Quantity, b: Quantity) => a.billionths > b.billionths);
  on(`${type}.isLessThan(${type}): bool`, (a: Quantity, b: Quantity) => a.billionths < b.billionths);
  on(`${type}.compareTo(${type}): int`, compare);
}
