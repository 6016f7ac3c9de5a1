import { CapstanError, EXIT } from '@capstan/base';
import { CLI_CODES } from '../codes.ts';

/** One step from values to values below them. */
type Step = (value: unknown) => readonly unknown[];

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'path'; readonly steps: readonly Step[] }
  | { readonly kind: 'range'; readonly steps: readonly Step[]; readonly body: readonly Part[] };

/** A template of `-o jsonpath=`, ready to be filled. */
export type JsonPathTemplate = (data: unknown) => string;

/**
 * A template as kubectl has it: text with `{.items[*].metadata.name}`, quotes in brackets, positions and slices,
 * `..name`, filters `[?(@.state=="Ready")]`, and `{range .items[*]}...{end}`. A path alone needs no braces. What is not
 * there prints as nothing. Anything else is a usage error that names the place.
 */
export function parseJsonPath(template: string): JsonPathTemplate {
  const reader = new Reader(template.includes('{') ? template : `{${template.startsWith('.') ? '' : '.'}${template}}`);
  const parts = reader.parts(false);
  return (data) => fill(parts, data);
}

function fill(parts: readonly Part[], data: unknown): string {
  return parts.map((part) => filled(part, data)).join('');
}

function filled(part: Part, data: unknown): string {
  if (part.kind === 'text') return part.text;
  const values = follow(part.steps, data);
  if (part.kind === 'range') return values.map((value) => fill(part.body, value)).join('');
  return values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join(' ');
}

function follow(steps: readonly Step[], data: unknown): readonly unknown[] {
  return steps
    .reduce<readonly unknown[]>((values, step) => values.flatMap(step), [data])
    .filter((v) => v !== undefined);
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parts(inRange: boolean): Part[] {
    const parts: Part[] = [];
    while (this.#at < this.#text.length) {
      const open = this.#text.indexOf('{', this.#at);
      const text = this.#text.slice(this.#at, open < 0 ? undefined : open);
      if (text !== '') parts.push({ kind: 'text', text });
      this.#at = open < 0 ? this.#text.length : open + 1;
      if (open < 0) break;
      this.#blanks();
      if (this.#word('end')) {
        this.#close();
        if (inRange) return parts;
        throw this.#wrong('there is an {end} without {range}');
      }
      parts.push(this.#expression());
    }
    if (inRange) throw this.#wrong('a {range} has no {end}');
    return parts;
  }

  #expression(): Part {
    if (this.#word('range')) {
      this.#blanks();
      const steps = this.#path('}');
      this.#close();
      return { kind: 'range', steps, body: this.parts(true) };
    }
    const quote = this.#peek();
    if (quote === '"' || quote === "'") {
      const text = this.#quoted();
      this.#close();
      return { kind: 'text', text };
    }
    const steps = this.#path('}');
    this.#close();
    return { kind: 'path', steps };
  }

  /** Steps up to a character of `ends`. */
  #path(ends: string): Step[] {
    const steps: Step[] = [];
    if (this.#peek() === '$' || this.#peek() === '@') this.#at += 1;
    for (let next = this.#peek(); next !== undefined && !`${ends} `.includes(next); next = this.#peek()) {
      if (next === '.') steps.push(this.#dotted());
      else if (next === '[') steps.push(this.#bracketed());
      else if (steps.length === 0) steps.push(field(this.#name()));
      else throw this.#wrong(`"${next}" is not expected`);
    }
    return steps;
  }

  #dotted(): Step {
    this.#at += 1;
    if (this.#peek() === '.') {
      this.#at += 1;
      const name = this.#name();
      return (value) => everywhere(value).flatMap(field(name));
    }
    const next = this.#peek();
    if (next === undefined || next === '}' || next === '[' || next === ' ') return (value) => [value];
    if (next === '*') {
      this.#at += 1;
      return children;
    }
    return field(this.#name());
  }

  #bracketed(): Step {
    this.#at += 1;
    const next = this.#peek();
    if (next === '?') return this.#filter();
    const name = next === '"' || next === "'" ? this.#quoted() : undefined;
    const end = this.#text.indexOf(']', this.#at);
    if (end < 0) throw this.#wrong('a bracket is not closed');
    const inside = this.#text.slice(this.#at, end).trim();
    this.#at = end + 1;
    if (name !== undefined && inside === '') return field(name);
    if (inside === '*') return children;
    const numbers = /^(-?\d*)(:(-?\d*))?$/.exec(inside);
    if (!numbers || inside === '') throw this.#wrong(`[${inside}] is neither a position, a slice nor a quoted name`);
    const [, from = '', slice, to = ''] = numbers;
    if (slice === undefined) return (value) => (Array.isArray(value) ? [value.at(Number(from))] : []);
    const [start, stop] = [from === '' ? 0 : Number(from), to === '' ? undefined : Number(to)];
    return (value) => (Array.isArray(value) ? value.slice(start, stop) : []);
  }

  #filter(): Step {
    if (!this.#text.startsWith('?(', this.#at)) throw this.#wrong('a filter is written [?(@.name=="value")]');
    this.#at += 2;
    this.#blanks();
    const left = this.#path(')=!<>');
    this.#blanks();
    const operator = /^(==|!=|<=|>=|<|>)/.exec(this.#text.slice(this.#at))?.[0];
    let wanted: unknown;
    if (operator !== undefined) {
      this.#at += operator.length;
      this.#blanks();
      wanted = this.#literal();
      this.#blanks();
    }
    if (!this.#text.startsWith(')]', this.#at)) throw this.#wrong('a filter ends with )]');
    this.#at += 2;
    const holds = (item: unknown) => follow(left, item).some((value) => !operator || compares(value, operator, wanted));
    return (value) => (Array.isArray(value) ? value.filter(holds) : []);
  }

  #literal(): unknown {
    const quote = this.#peek();
    if (quote === '"' || quote === "'") return this.#quoted();
    const word = /^[^)\s]+/.exec(this.#text.slice(this.#at))?.[0] ?? '';
    this.#at += word.length;
    try {
      return JSON.parse(word) as unknown;
    } catch {
      throw this.#wrong(`"${word}" is neither a number nor a quoted text`);
    }
  }

  #name(): string {
    const found = /^(?:\\.|[^.[\]{}()\s=!<>])+/.exec(this.#text.slice(this.#at))?.[0];
    if (found === undefined) throw this.#wrong('a name is missing');
    this.#at += found.length;
    return found.replace(/\\(.)/g, '$1');
  }

  #quoted(): string {
    const quote = this.#text[this.#at];
    let text = '';
    for (this.#at += 1; this.#text[this.#at] !== quote; this.#at += 1) {
      let next = this.#text[this.#at];
      if (next === undefined) throw this.#wrong('a quote is not closed');
      if (next === '\\') {
        this.#at += 1;
        next = this.#text[this.#at] ?? '';
        text += ESCAPES[next] ?? next;
      } else text += next;
    }
    this.#at += 1;
    return text;
  }

  #word(word: string): boolean {
    if (!new RegExp(`^${word}(?=[\\s}])`).test(this.#text.slice(this.#at))) return false;
    this.#at += word.length;
    return true;
  }

  #close(): void {
    this.#blanks();
    if (this.#peek() !== '}') throw this.#wrong('a brace is not closed');
    this.#at += 1;
  }

  #blanks(): void {
    while (this.#peek() === ' ') this.#at += 1;
  }

  #peek(): string | undefined {
    return this.#text[this.#at];
  }

  #wrong(what: string): CapstanError {
    return new CapstanError(CLI_CODES.usage, `-o jsonpath: ${what}, at position ${this.#at} of ${this.#text}`, {
      hint: "A template is written as for kubectl: '{.items[*].name}'.",
      exit: EXIT.usage,
    });
  }
}

function field(name: string): Step {
  return (value) => (isObject(value) && Object.hasOwn(value, name) ? [value[name]] : []);
}

function children(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return isObject(value) ? Object.values(value) : [];
}

function everywhere(value: unknown): readonly unknown[] {
  return [value, ...children(value).flatMap(everywhere)];
}

function compares(value: unknown, operator: string, wanted: unknown): boolean {
  if (operator === '==') return value === wanted;
  if (operator === '!=') return value !== wanted;
  if (typeof value !== typeof wanted || (typeof value !== 'number' && typeof value !== 'string')) return false;
  const other = wanted as typeof value;
  if (operator.startsWith('<')) return value < other || (operator === '<=' && value === other);
  return value > other || (operator === '>=' && value === other);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
