import { compareCodePoints, goJson, goNumber, goQuote, goValue } from '../model/go-format.ts';

/*
 * Steps of a path into an object, in the serialised form of FieldsV1: `f:name` for a field, `k:{"name":"x"}` for the item
 * of a list with keys, `v:"x"` for the item of a set, `i:0` for a position. The text of a step is its identity everywhere
 * in this folder; its parts are read from the text where order or display need them. Upstream: structured-merge-diff
 * fieldpath/element.go and serialize-pe.go.
 */

/** A step, taken apart. */
export type PathElement =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'key'; readonly fields: readonly KeyField[] }
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'index'; readonly index: number };

/** A key's name and value. A step has them in order of names. */
export type KeyField = readonly [name: string, value: unknown];

/** The step to a field. */
export function fieldStep(name: string): string {
  return `f:${name}`;
}

/** The step to the item of a list whose keys have these values; `fields` in order of names. */
export function keyStep(fields: readonly KeyField[]): string {
  return `k:{${fields.map(([name, value]) => `${JSON.stringify(name)}:${valueText(value)}`).join(',')}}`;
}

/** The step to this item of a set. */
export function valueStep(value: unknown): string {
  return `v:${valueText(value)}`;
}

function valueText(value: unknown): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '0' : String(value);
  if (typeof value === 'string' && !ESCAPED_BY_GO.test(value)) return JSON.stringify(value);
  return goJson(value);
}

const ESCAPED_BY_GO = /[<>&\u2028\u2029]/;

/** How many parsed steps are remembered: names of fields recur in every object, keys mostly do. */
const REMEMBERED = 20_000;
const parsed = new Map<string, PathElement>();

/** Takes a step apart. The text must come from this module or from `canonicalStep`. */
export function parseStep(text: string): PathElement {
  const known = parsed.get(text);
  if (known) return known;
  const element = readStep(text);
  if (!element) throw new TypeError(`not a path element: ${text}`);
  if (parsed.size >= REMEMBERED) parsed.clear();
  parsed.set(text, element);
  return element;
}

/**
 * The step that a client wrote, in the one form that equal steps share; undefined for a step of an unknown sort, which
 * is skipped. Throws TypeError for malformed ones.
 */
export function canonicalStep(text: string): string | undefined {
  if (text.startsWith('f:')) return text;
  if (text.length < 2) throw new TypeError('key must be 2 characters long:');
  if (text[1] !== ':') throw new TypeError(`missing colon: ${text}`);
  const element = readStep(text);
  if (!element) return undefined;
  switch (element.kind) {
    case 'key':
      return keyStep(element.fields);
    case 'value':
      return valueStep(element.value);
    default:
      return `i:${element.kind === 'index' ? element.index : 0}`;
  }
}

function readStep(text: string): PathElement | undefined {
  const rest = text.slice(2);
  switch (text.slice(0, 2)) {
    case 'f:':
      return { kind: 'field', name: rest };
    case 'k:':
      return { kind: 'key', fields: readKeys(rest) };
    case 'v:':
      return { kind: 'value', value: readJson(rest) };
    case 'i:':
      if (!/^[+-]?\d+$/.test(rest)) throw new TypeError(`strconv.Atoi: parsing ${goQuote(rest)}: invalid syntax`);
      return { kind: 'index', index: Number(rest) };
    default:
      return undefined;
  }
}

function readKeys(text: string): KeyField[] {
  const value = readJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError(`not keys: ${text}`);
  return Object.entries(value).sort(([a], [b]) => compareCodePoints(a, b));
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new TypeError(`not JSON: ${text}`);
  }
}

const KIND_ORDER = { field: 0, key: 1, value: 2, index: 3 } as const;

/** The order of steps in FieldsV1 and in lists of conflicts. */
export function compareSteps(a: string, b: string): number {
  if (a === b) return 0;
  const left = parseStep(a);
  const right = parseStep(b);
  if (left.kind === 'field' && right.kind === 'field') return compareCodePoints(left.name, right.name);
  if (left.kind === 'key' && right.kind === 'key') return compareKeys(left.fields, right.fields);
  if (left.kind === 'value' && right.kind === 'value') return compareValues(left.value, right.value);
  if (left.kind === 'index' && right.kind === 'index') return left.index - right.index;
  return KIND_ORDER[left.kind] - KIND_ORDER[right.kind];
}

function compareKeys(a: readonly KeyField[], b: readonly KeyField[]): number {
  for (const [at, [name, value]] of a.entries()) {
    const other = b[at];
    if (!other) return 1;
    const order = compareCodePoints(name, other[0]) || compareValues(value, other[1]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function rank(value: unknown): number {
  if (value === null) return 5;
  if (Array.isArray(value)) return 3;
  return { number: 0, string: 1, boolean: 2, object: 4 }[typeof value as 'number' | 'string' | 'boolean' | 'object'];
}

/** The order of JSON values: numbers, strings, booleans, lists, objects, null. */
function compareValues(a: unknown, b: unknown): number {
  const order = rank(a) - rank(b);
  if (order !== 0) return order;
  if (typeof a === 'number') return a - (b as number);
  if (typeof a === 'string') return compareCodePoints(a, b as string);
  if (typeof a === 'boolean') return Number(a) - Number(b);
  return compareCodePoints(goJson(a), goJson(b));
}

/** A path as messages show it: `.spec.containers[name="web"].image`. */
export function pathText(path: readonly string[]): string {
  return path.map(stepText).join('');
}

/** A step as messages show it. */
export function stepText(step: string): string {
  const element = parseStep(step);
  switch (element.kind) {
    case 'field':
      return `.${element.name}`;
    case 'key':
      return `[${element.fields.map(([name, value]) => `${name}=${displayed(value)}`).join(',')}]`;
    case 'value':
      return `[=${displayed(element.value)}]`;
    case 'index':
      return `[${element.index}]`;
  }
}

function displayed(value: unknown): string {
  if (typeof value === 'string') return goQuote(value);
  if (typeof value === 'number') return goNumber(value);
  if (value === null) return 'null';
  if (Array.isArray(value)) return `[${value.map(displayed).join(',')}]`;
  if (typeof value !== 'object') return goValue(value);
  return Object.entries(value)
    .map(([name, field]) => `${name}=${displayed(field)}`)
    .join('');
}
