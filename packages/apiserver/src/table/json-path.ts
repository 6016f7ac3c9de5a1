/** Finds the values of a path in a document, in order. */
export type JsonPath = (document: unknown) => readonly unknown[];

type Step = (values: readonly unknown[]) => readonly unknown[];

const IDENTIFIER = /^[^\s.[\]{}()'"@?,:=<>!]+/;
const INDEX = /^\[\s*(-?\d+)\s*\]/;
const SLICE = /^\[\s*(-?\d*)\s*:\s*(-?\d*)\s*(?::\s*(-?\d*)\s*)?\]/;
const QUOTED = /^\[\s*(['"])((?:\\.|(?!\1).)*)\1\s*\]/;
const UNION = /^\[([^\]?]+)\]/;
const COMPARISON = /^(.*?)\s*(==|!=|<=|>=|<|>)\s*(.*)$/s;

/**
 * Reads a path in the dialect of client-go util/jsonpath, as printer columns have it, without braces: fields, `['quoted']`,
 * `[0]`, `[-1]`, slices, unions, `*`, `..field` and filters such as `[?(@.type=="Ready")]`. Throws RangeError for what it
 * cannot read.
 */
export function parseJsonPath(text: string): JsonPath {
  const steps = parseSteps(text.trim());
  return (document) => steps.reduce<readonly unknown[]>((values, step) => step(values), [document]);
}

function parseSteps(text: string): Step[] {
  const steps: Step[] = [];
  let rest = text.replace(/^[$@]/, '');
  while (rest !== '') {
    const [step, length] = parseStep(rest);
    steps.push(step);
    rest = rest.slice(length);
  }
  return steps;
}

/** One step and how many characters it takes. */
function parseStep(text: string): readonly [Step, number] {
  if (text.startsWith('..')) return parseField(text, 2, descend);
  if (text.startsWith('.')) return text.startsWith('.[') ? [(values) => values, 1] : parseField(text, 1);
  if (text.startsWith('[?(')) return parseFilter(text);
  if (text.startsWith('[')) return parseBrackets(text);
  return parseField(text, 0);
}

function parseField(text: string, start: number, before: Step = (values) => values): readonly [Step, number] {
  const rest = text.slice(start);
  if (rest === '' && start === 1) return [(values) => values, 1];
  const name = readName(rest);
  if (name === undefined) throw new RangeError(`cannot read the path ${text}`);
  const [field, length] = name;
  return [(values) => before(values).flatMap((value) => childrenOf(value, field)), start + length];
}

/** A field's name, in which a backslash lets a dot stand for itself. */
function readName(text: string): readonly [string, number] | undefined {
  let name = '';
  let at = 0;
  while (at < text.length) {
    if (text[at] === '\\' && at + 1 < text.length) {
      name += text[at + 1];
      at += 2;
      continue;
    }
    const part = IDENTIFIER.exec(text.slice(at).split('\\')[0] ?? '')?.[0];
    if (part === undefined) break;
    name += part;
    at += part.length;
  }
  return at === 0 ? undefined : [name, at];
}

function childrenOf(value: unknown, field: string): readonly unknown[] {
  if (field === '*') return everyChild(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.hasOwn(value, field) ? [(value as Record<string, unknown>)[field]] : [];
}

function everyChild(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}

function descend(values: readonly unknown[]): readonly unknown[] {
  return values.flatMap((value) => [value, ...descend(everyChild(value))]);
}

function parseBrackets(text: string): readonly [Step, number] {
  const quoted = QUOTED.exec(text);
  if (quoted) {
    const name = (quoted[2] ?? '').replace(/\\(.)/g, '$1');
    return [(values) => values.flatMap((value) => childrenOf(value, name)), quoted[0].length];
  }
  const index = INDEX.exec(text);
  if (index) return [onLists((list) => slice(list, Number(index[1]))), index[0].length];
  const range = SLICE.exec(text);
  if (range) return [onLists((list) => stepped(list, range)), range[0].length];
  const union = UNION.exec(text);
  if (!union) throw new RangeError(`cannot read the path ${text}`);
  const parts = (union[1] ?? '').split(',').map((part) => part.trim());
  if (parts.length === 1) {
    return [(values) => values.flatMap((value) => childrenOf(value, parts[0] ?? '')), union[0].length];
  }
  const members = parts.map((part) => parseBrackets(`[${part}]`)[0]);
  return [(values) => members.flatMap((member) => member(values)), union[0].length];
}

function onLists(select: (list: readonly unknown[]) => readonly unknown[]): Step {
  return (values) => values.flatMap((value) => (Array.isArray(value) ? select(value) : []));
}

function slice(list: readonly unknown[], index: number): readonly unknown[] {
  const at = index < 0 ? list.length + index : index;
  return at >= 0 && at < list.length ? [list[at]] : [];
}

function stepped(list: readonly unknown[], [, from = '', to = '', by = '']: RegExpExecArray): readonly unknown[] {
  const step = by === '' ? 1 : Math.max(1, Number(by));
  const end = to === '' ? list.length : Number(to);
  return list.slice(from === '' ? 0 : Number(from), end).filter((_, index) => index % step === 0);
}

function parseFilter(text: string): readonly [Step, number] {
  const end = filterEnd(text);
  const test = parseCondition(text.slice(3, end).trim());
  return [(values) => values.flatMap((value) => everyChild(value).filter(test)), end + 2];
}

/** Where `)]` ends a filter, quotes and inner brackets aside. */
function filterEnd(text: string): number {
  let quote = '';
  for (let at = 3; at < text.length - 1; at += 1) {
    const character = text[at] ?? '';
    if (quote !== '') {
      if (character === '\\') at += 1;
      else if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === ')' && text[at + 1] === ']') return at;
  }
  throw new RangeError(`unterminated filter in ${text}`);
}

function parseCondition(text: string): (value: unknown) => boolean {
  const comparison = COMPARISON.exec(text);
  if (!comparison) {
    const path = parseJsonPath(text);
    return (value) => path(value).length > 0;
  }
  const [, left = '', operator = '', right = ''] = comparison;
  const leftOf = parseOperand(left);
  const rightOf = parseOperand(right);
  return (value) => compares(leftOf(value), operator, rightOf(value));
}

function parseOperand(text: string): JsonPath {
  const operand = text.trim();
  const quoted = /^(['"])(.*)\1$/s.exec(operand);
  if (quoted) return () => [(quoted[2] ?? '').replace(/\\(.)/g, '$1')];
  if (/^[+-]?\d+(?:\.\d+)?$/.test(operand)) return () => [Number(operand)];
  if (operand === 'true' || operand === 'false') return () => [operand === 'true'];
  return parseJsonPath(operand);
}

/** Both sides must be of one value and one type; else nothing is true of them but that they differ. */
function compares(left: readonly unknown[], operator: string, right: readonly unknown[]): boolean {
  if (left.length !== 1 || right.length !== 1) return false;
  const [a] = left as readonly [string];
  const [b] = right as readonly [string];
  if (operator === '==') return a === b;
  if (operator === '!=') return a !== b;
  if (typeof a !== typeof b || !['string', 'number'].includes(typeof a)) return false;
  if (operator === '<') return a < b;
  if (operator === '>') return a > b;
  return operator === '<=' ? a <= b : a >= b;
}
