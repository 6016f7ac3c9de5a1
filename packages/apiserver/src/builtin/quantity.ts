/* Quantities (`1500m`, `2Gi`), as apimachinery pkg/api/resource reads, rounds, compares and writes them. */

/** An amount in billionths, and how it is written. */
export interface Quantity {
  readonly nano: bigint;
  readonly format: 'BinarySI' | 'DecimalSI' | 'DecimalExponent';
  /** As `String()` of Go prints it. */
  readonly text: string;
}

/** A text that is no quantity. */
export class QuantityError extends Error {
  override readonly name = 'QuantityError';

  constructor() {
    super("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  }
}

const PATTERN = /^([+-]?)(\d*)(?:\.(\d*))?([a-zA-Z]*[+-]?\d*)$/;
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const DECIMAL_SUFFIXES = new Map(Object.entries(DECIMAL).map(([suffix, exponent]) => [exponent, suffix]));
const BINARY_SUFFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const NANO = 1_000_000_000n;
const LARGEST = (2n ** 63n - 1n) * NANO;
// More than any use; keeps the numbers that a client can make the server compute with small.
const EXPONENT_LIMIT = 1000;
const DIGITS_LIMIT = 4096;

/** Reads a quantity; a JSON number counts as its digits. Throws `QuantityError`. */
export function parseQuantity(source: string | number): Quantity {
  const text = String(source).trim();
  const match = text.length <= DIGITS_LIMIT ? PATTERN.exec(text) : null;
  const [, sign = '', whole = '', fraction = '', suffix = ''] = match ?? [];
  if (!match || (whole === '' && fraction === '')) throw new QuantityError();
  const scale = scaleOf(suffix);
  let nano = roundedUp(BigInt(whole + fraction), scale, fraction.length);
  if (scale.format === 'BinarySI' && nano > LARGEST) nano = LARGEST;
  if (sign === '-') nano = -nano;
  const format = scale.format === 'BinarySI' && nano > 0n && nano < NANO ? 'DecimalSI' : scale.format;
  const kept = keepsItsText(whole, fraction, suffix, scale);
  return { nano, format, text: kept ? text : writeQuantity(nano, format) };
}

interface Scale {
  readonly format: Quantity['format'];
  readonly exponent: number;
}

function scaleOf(suffix: string): Scale {
  const decimal = DECIMAL[suffix];
  if (decimal !== undefined) return { format: 'DecimalSI', exponent: decimal };
  const binary = BINARY[suffix];
  if (binary !== undefined) return { format: 'BinarySI', exponent: binary };
  const exponent = /^[eE]([+-]?\d+)$/.exec(suffix)?.[1];
  if (exponent === undefined || Math.abs(Number(exponent)) > EXPONENT_LIMIT) throw new QuantityError();
  return { format: 'DecimalExponent', exponent: Number(exponent) };
}

function roundedUp(digits: bigint, scale: Scale, fractionDigits: number): bigint {
  const numerator = scale.format === 'BinarySI' ? digits << BigInt(scale.exponent) : digits;
  const power = 9 - fractionDigits + (scale.format === 'BinarySI' ? 0 : scale.exponent);
  if (power >= 0) return numerator * 10n ** BigInt(power);
  const divisor = 10n ** BigInt(-power);
  return (numerator + divisor - 1n) / divisor;
}

/** Upstream keeps a short text as it was written where a quick look finds nothing to simplify, even `+5` or `00012`. */
function keepsItsText(whole: string, fraction: string, suffix: string, scale: Scale): boolean {
  const digits = withoutLeadingZeros(whole) + fraction;
  if (scale.format === 'BinarySI') {
    const precision = 15 - withoutLeadingZeros(whole).length - Math.trunc((scale.exponent * 3) / 10) - 1;
    return fraction === '' && precision >= 0 && (Number(digits) & 7) !== 0;
  }
  const exponent = scale.exponent - fraction.length;
  if (digits.length > 18 || exponent < -9 || suffix === undefined) return false;
  return exponent % 3 === 0 && !digits.endsWith('000') && digits !== '' && !digits.startsWith('0');
}

function withoutLeadingZeros(digits: string): string {
  return digits.replace(/^0+/, '');
}

/** The canonical text of an amount in billionths: no fraction, no digits lost, the largest suffix that allows that. */
export function writeQuantity(nano: bigint, format: Quantity['format']): string {
  if (nano === 0n) return '0';
  const whole = nano % NANO === 0n;
  const small = nano > -1024n * NANO && nano < 1024n * NANO;
  if (format === 'BinarySI' && whole && !small)
    return reduced(nano / NANO, 1024n, 6, (power) => BINARY_SUFFIXES[power]);
  const suffix = (power: number) => {
    const exponent = power * 3 - 9;
    if (format === 'DecimalExponent') return exponent === 0 ? '' : `e${exponent}`;
    return DECIMAL_SUFFIXES.get(exponent);
  };
  return reduced(nano, 1000n, format === 'DecimalExponent' ? EXPONENT_LIMIT : 9, suffix);
}

function reduced(amount: bigint, base: bigint, most: number, suffix: (power: number) => string | undefined): string {
  let rest = amount;
  let power = 0;
  while (power < most && rest % base === 0n) {
    rest /= base;
    power += 1;
  }
  return `${rest}${suffix(power) ?? ''}`;
}

/** Rounds up to thousandths, as the defaults of every resource list do. */
export function roundedToMilli(source: string): string {
  const quantity = parseQuantity(source);
  const milli = 1_000_000n;
  const rest = quantity.nano % milli;
  if (rest === 0n) return quantity.text;
  const up = quantity.nano - rest + (quantity.nano > 0n ? milli : -milli);
  return writeQuantity(up, quantity.format);
}
