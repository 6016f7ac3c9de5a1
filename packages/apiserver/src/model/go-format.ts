/* Values as Go prints them: clients and tests compare messages of the API server byte by byte. */

const NAMED_ESCAPES: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

// Letters, marks, numbers, punctuation, symbols and the ASCII space: unicode.IsPrint of Go.
const NEEDS_QUOTING = /["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;

/** A string as by `%q` (strconv.Quote). */
export function goQuote(text: string): string {
  return `"${text.replace(NEEDS_QUOTING, quoteCharacter)}"`;
}

function quoteCharacter(character: string): string {
  const named = NAMED_ESCAPES[character];
  if (named !== undefined) return named;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code >= 0xd800 && code <= 0xdfff) return '\ufffd';
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\U${code.toString(16).padStart(8, '0')}`;
}

/** A number as by `%v`: shortest form, exponents of two digits below 1e-4 and from 1e21 on. */
export function goNumber(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && magnitude < 1e-4) return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  return Object.is(value, -0) ? '-0' : String(value);
}

/** A value as by `%v`: maps as `map[a:1 b:2]` in order of keys, lists as `[1 2]`, null as `<nil>`. */
export function goValue(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (typeof value === 'number') return goNumber(value);
  if (Array.isArray(value)) return `[${value.map(goValue).join(' ')}]`;
  if (typeof value === 'object') {
    const fields = Object.entries(value).sort(([a], [b]) => compareCodePoints(a, b));
    return `map[${fields.map(([name, field]) => `${name}:${goValue(field)}`).join(' ')}]`;
  }
  return String(value);
}

/** JSON as by Go's encoding/json for maps: keys in order, `<`, `>`, `&` and line separators escaped. */
export function goJson(value: unknown): string {
  return JSON.stringify(value === undefined ? null : value, sortedKeys).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** An object that `goJson` prints as Go prints a struct: its fields in the order in which they are given. */
export class GoStruct {
  [field: string]: unknown;

  constructor(fields: Readonly<Record<string, unknown>>) {
    Object.assign(this, fields);
  }
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof GoStruct) return value;
  const entries = Object.entries(value);
  const sorted = entries.sort(([a], [b]) => compareCodePoints(a, b));
  // Integer-like names always come first in a JavaScript object; they are digits only, so that rarely differs.
  return Object.fromEntries(sorted);
}

/** The order of Go's strings (bytes of UTF-8), which is the order of code points. */
export function compareCodePoints(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left === right) continue;
    // Surrogates stand for code points above all others of two bytes.
    const leftHigh = left >= 0xd800 && left <= 0xdfff;
    const rightHigh = right >= 0xd800 && right <= 0xdfff;
    if (leftHigh !== rightHigh) return leftHigh ? 1 : -1;
    return left < right ? -1 : 1;
  }
  return a.length - b.length;
}
