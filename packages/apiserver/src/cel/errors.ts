import { BudgetExceeded } from './budget.ts';
import type { CelNode } from './engine.ts';
import { celLibrary, newEnvironment } from './engine.ts';

/* Errors of the CEL library in the words and the layout of cel-go, as far as they are known. */

interface LibraryError extends Error {
  readonly code: string;
  readonly summary: string;
  readonly range?: { readonly start: number; readonly end: number };
  readonly node?: CelNode;
}

/** An error of parsing or checking: `ERROR: <input>:1:5: undefined field 'b'`, the line and a mark. */
export function compilationProblem(error: unknown, input: string): string {
  const { code = '', summary = String(error), range, node } = error as Partial<LibraryError>;
  const { words: said, at } = translate(code, summary, input, range?.start ?? 0, node);
  const words = said.replace(/\b(list|map)<([^<>]*)>/g, '$1($2)');
  const position = Math.min(at, input.length);
  const before = input.slice(0, position);
  const line = before.split('\n').length;
  const column = [...before.slice(before.lastIndexOf('\n') + 1)].length;
  const shown = input.split('\n')[line - 1] ?? '';
  return `ERROR: <input>:${line}:${column + 1}: ${words}\n | ${shown}\n | ${'.'.repeat(column)}^`;
}

interface Translated {
  readonly words: string;
  /** Position in the expression. */
  readonly at: number;
}

function translate(code: string, summary: string, input: string, at: number, node: CelNode | undefined): Translated {
  const name = /: (.*)$/.exec(summary)?.[1] ?? '';
  // cel-go points at the dot.
  const dot = input.lastIndexOf('.', at);
  switch (code) {
    case 'no_such_key':
      return { words: `undefined field '${name}'`, at: dot < 0 ? at : dot };
    case 'cannot_index_type':
      return {
        words: `type ${/'.*'/.exec(summary)?.[0] ?? ''} does not support field selection`,
        at: dot < 0 ? at : dot,
      };
    case 'unknown_variable':
      return { words: `undeclared reference to '${name}' (in container '')`, at };
    case 'no_such_overload':
      return overload(summary, input, at, node);
    case 'no_matching_overload':
      return call(summary, input, at, node);
    default:
      return { words: code.startsWith('unexpected') ? `Syntax error: ${summary}` : summary, at };
  }
}

function overload(summary: string, input: string, at: number, node: CelNode | undefined): Translated {
  const parts = /^no such overload: (.+?) (==|!=|<=|>=|<|>|\+|-|\*|\/|%|in) (.+)$/.exec(summary);
  if (!parts) return { words: summary, at };
  const [, left, operator = '', right] = parts;
  const first: unknown = Array.isArray(node?.args) ? node.args[0] : undefined;
  const start = typeof first === 'object' && first !== null && 'end' in first ? Number(first.end) : at;
  const name = operator === 'in' ? '@in' : `_${operator}_`;
  const found = input.indexOf(operator, start);
  return {
    words: `found no matching overload for '${name}' applied to '(${left}, ${right})'`,
    at: found < 0 ? at : found,
  };
}

function call(summary: string, input: string, at: number, node: CelNode | undefined): Translated {
  const parts = /'(?:(.*)\.)?([A-Za-z_]\w*)\((.*)\)'$/.exec(summary);
  if (!parts) return { words: summary, at };
  const [, receiver, name = '', types = ''] = parts;
  const from = node?.op === 'rcall' ? node.args[1].end : at;
  const open = input.indexOf('(', input.indexOf(name, from));
  const applied = receiver === undefined ? `(${types})` : `${receiver}.(${types})`;
  const words = functionNames().has(name)
    ? `found no matching overload for '${name}' applied to '${applied}'`
    : `undeclared reference to '${name}' (in container '')`;
  return { words, at: open < 0 ? at : open };
}

let names: ReadonlySet<string> | undefined;

function functionNames(): ReadonlySet<string> {
  names ??= new Set(
    newEnvironment()
      .getDefinitions()
      .functions.map((one) => one.name),
  );
  return names;
}

/** An error while an expression was evaluated. */
export function evaluationProblem(error: unknown): string {
  if (error instanceof BudgetExceeded) return error.message;
  const { EvaluationError } = celLibrary();
  if (!(error instanceof EvaluationError)) return error instanceof Error ? error.message : String(error);
  const { code, summary } = error;
  switch (code) {
    case 'no_such_key':
      return summary.replace(/^No such key: /, 'no such key: ');
    case 'index_out_of_bounds':
      return `index out of bounds: ${/index (-?\d+)/.exec(summary)?.[1] ?? ''}`;
    case 'division_by_zero':
      return 'division by zero';
    case 'modulo_by_zero':
      return 'modulus by zero';
    case 'numeric_overflow':
      return 'integer overflow';
    default:
      return otherProblem(summary);
  }
}

function otherProblem(summary: string): string {
  const conversion = /^(int|uint|double|bool)\(\) type error/.exec(summary);
  if (conversion) return `type conversion error from 'string' to '${conversion[1]}'`;
  return summary.startsWith('no such overload') ? 'no such overload' : summary;
}
