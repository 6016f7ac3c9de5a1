import { goQuote } from '../model/go-format.ts';
import type { CelEnvironment } from './engine.ts';

/* The rest of cel-go's strings extension (ext/strings.go, version 2); the library has the other half. */

/** Adds charAt, format, replace, reverse and strings.quote. */
export function registerStrings(environment: CelEnvironment): void {
  environment.registerFunction('string.charAt(int): string', (text: string, at: bigint) => {
    const characters = [...text];
    if (at < 0n || at > BigInt(characters.length)) throw new RangeError(`index out of range: ${at}`);
    return characters[Number(at)] ?? '';
  });
  environment.registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) =>
    text.replaceAll(from, () => to),
  );
  environment.registerFunction('string.replace(string, string, int): string', replaceSome);
  environment.registerFunction('string.reverse(): string', (text: string) => [...text].reverse().join(''));
  environment.registerFunction('string.format(list<dyn>): string', (text: string, values: readonly unknown[]) =>
    formatText(text, values),
  );
  environment.registerType('StringsNamespace', StringsNamespace);
  environment.registerConstant('strings', 'StringsNamespace', new StringsNamespace());
  environment.registerFunction('StringsNamespace.quote(string): string', (_: unknown, text: string) => goQuote(text));
}

class StringsNamespace {}

function replaceSome(text: string, from: string, to: string, count: bigint): string {
  if (count < 0n) return text.replaceAll(from, () => to);
  let left = Number(count);
  return text.replaceAll(from, (found) => {
    left -= 1;
    return left >= 0 ? to : found;
  });
}

/** `%s %d %f %e %b %o %x %X` with an optional precision. */
function formatText(text: string, values: readonly unknown[]): string {
  let next = 0;
  return text.replace(
    /%(?:(%)|(?:\.(\d+))?([a-zA-Z]))/g,
    (whole, percent: string | undefined, precision: string | undefined, verb: string) => {
      if (percent !== undefined) return '%';
      if (next >= values.length) throw new RangeError(`index ${next} out of range`);
      const value = values[next];
      next += 1;
      const format = VERBS[verb];
      if (!format)
        throw new RangeError(`could not parse formatting clause: unrecognized formatting clause "${whole.slice(1)}"`);
      return format(value, precision === undefined ? 6 : Number(precision));
    },
  );
}

const VERBS: Readonly<Record<string, (value: unknown, precision: number) => string>> = {
  s: textOf,
  d: (value) => String(value),
  f: (value, precision) => Number(value).toFixed(precision),
  e: (value, precision) =>
    Number(value)
      .toExponential(precision)
      .replace(/e([+-])(\d)$/, 'e$10$2'),
  b: (value) => (typeof value === 'boolean' ? (value ? '1' : '0') : (value as bigint).toString(2)),
  o: (value) => (value as bigint).toString(8),
  x: hexadecimal,
  X: (value) => hexadecimal(value).toUpperCase(),
};

function hexadecimal(value: unknown): string {
  if (typeof value === 'string') return Buffer.from(value).toString('hex');
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : (value as bigint).toString(16);
}

/** A value as `%s` prints it. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join(', ')}]`;
  if (value instanceof Map) {
    const entries = [...value].map(([name, field]) => [textOf(name), textOf(field)] as const);
    return `{${entries
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, field]) => `${name}: ${field}`)
      .join(', ')}}`;
  }
  if (value instanceof Date) return value.toISOString().replace(/\.000Z$/, 'Z');
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  return String(value);
}
