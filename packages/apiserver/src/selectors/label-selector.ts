import type { StatusCause } from '../model/api-error.ts';
import { badRequest } from '../model/errors.ts';
import { aggregateMessage, invalid } from '../model/field-error.ts';
import { compareCodePoints } from '../model/go-format.ts';
import { labelKeyProblems, labelValueProblems } from './label-format.ts';
import { labelTokens, type Token, type TokenKind } from './label-tokens.ts';

/** How a requirement relates a label to its values (apimachinery selection.Operator). */
export type LabelOperator = 'in' | 'notin' | '=' | '==' | '!=' | 'exists' | '!' | 'gt' | 'lt';

/** One part of a label selector. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  readonly values: readonly string[];
}

/** A parsed label selector. */
export interface LabelSelector {
  /** In order of their keys. */
  readonly requirements: readonly LabelRequirement[];
  /** Selects everything. */
  readonly empty: boolean;
  matches(labels: Readonly<Record<string, string>> | undefined): boolean;
}

type Labels = Readonly<Record<string, string>>;

/**
 * Parses the text of a `labelSelector` parameter; absent and empty select everything. Throws 400 with the messages of
 * apimachinery labels.Parse.
 */
export function parseLabelSelector(text: string | undefined): LabelSelector {
  return labelSelector(text === undefined || text === '' ? [] : new Parser(labelTokens(text)).parse());
}

/** A selector of requirements that are known to be well formed, such as those of a `matchLabels`. */
export function labelSelector(requirements: readonly LabelRequirement[]): LabelSelector {
  const sorted = [...requirements].sort((a, b) => compareCodePoints(a.key, b.key));
  const tests = sorted.map(matcher);
  return {
    requirements: sorted,
    empty: sorted.length === 0,
    matches: (labels = {}) => tests.every((test) => test(labels)),
  };
}

function matcher(requirement: LabelRequirement): (labels: Labels) => boolean {
  const { key, operator } = requirement;
  const values = new Set(requirement.values);
  const [only = ''] = requirement.values;
  switch (operator) {
    case 'exists':
      return (labels) => Object.hasOwn(labels, key);
    case '!':
      return (labels) => !Object.hasOwn(labels, key);
    case 'in':
    case '=':
    case '==':
      return (labels) => Object.hasOwn(labels, key) && values.has(labels[key] ?? '');
    case 'notin':
    case '!=':
      return (labels) => !Object.hasOwn(labels, key) || !values.has(labels[key] ?? '');
    case 'gt':
      return (labels) => compareIntegers(labels, key, only) > 0;
    case 'lt':
      return (labels) => compareIntegers(labels, key, only) < 0;
  }
}

/** NaN where the label is absent or no integer: that is neither greater nor less. */
function compareIntegers(labels: Labels, key: string, value: string): number {
  const label = Object.hasOwn(labels, key) ? integer(labels[key] ?? '') : undefined;
  const bound = integer(value);
  if (label === undefined || bound === undefined) return Number.NaN;
  return label > bound ? 1 : label < bound ? -1 : 0;
}

/** As Go's ParseInt with base 10 and 64 bits. */
function integer(text: string): bigint | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined;
  const value = BigInt(text.replace(/^\+/, ''));
  return value === BigInt.asIntN(64, value) ? value : undefined;
}

const OPERATOR_OF: Partial<Record<TokenKind, LabelOperator>> = {
  in: 'in',
  notin: 'notin',
  '=': '=',
  '==': '==',
  '!=': '!=',
  '>': 'gt',
  '<': 'lt',
};

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): LabelRequirement[] {
    const requirements: LabelRequirement[] = [];
    for (;;) {
      const next = this.#peek();
      if (next.kind === 'end') return requirements;
      if (!isIdentifier(next) && next.kind !== '!') {
        throw badRequest(`found '${next.text}', expected: !, identifier, or 'end of string'`);
      }
      requirements.push(this.#requirement());
      const separator = this.#take();
      if (separator.kind === 'end') return requirements;
      if (separator.kind !== ',') throw badRequest(`found '${separator.text}', expected: ',' or 'end of string'`);
      const following = this.#peek();
      if (!isIdentifier(following) && following.kind !== '!') {
        throw badRequest(`found '${following.text}', expected: identifier after ','`);
      }
    }
  }

  #requirement(): LabelRequirement {
    const negated = this.#peek().kind === '!';
    if (negated) this.#take();
    const { text: key, ...token } = this.#take();
    if (!isIdentifier(token)) throw unparsable(`found '${key}', expected: identifier`);
    const problems = labelKeyProblems(key);
    if (problems.length > 0) throw refused([invalid('', key, problems.join('; '))]);
    const end = this.#peek().kind;
    if (negated || end === 'end' || end === ',') return { key, operator: negated ? '!' : 'exists', values: [] };
    const operator = this.#operator();
    const values = operator === 'in' || operator === 'notin' ? this.#values() : [this.#value()];
    const causes = values.flatMap((value, at) => valueCauses(key, operator, value, at));
    if (causes.length > 0) throw refused(causes);
    return { key, operator, values };
  }

  #operator(): LabelOperator {
    const token = this.#take();
    const operator = OPERATOR_OF[token.kind];
    if (!operator) throw unparsable(`found '${token.text}', expected: in, notin, =, ==, !=, gt, lt`);
    return operator;
  }

  #value(): string {
    const next = this.#peek();
    if (next.kind === 'end' || next.kind === ',') return '';
    this.#take();
    if (!isIdentifier(next)) throw unparsable(`found '${next.text}', expected: identifier`);
    return next.text;
  }

  /** `(a,b)`: sorted, each once; empty ones count. */
  #values(): string[] {
    const open = this.#take();
    if (open.kind !== '(') throw unparsable(`found '${open.text}' expected: '('`);
    const first = this.#peek();
    if (!isIdentifier(first) && first.kind !== ',' && first.kind !== ')') {
      throw unparsable(`found '${first.text}', expected: ',', ')' or identifier`);
    }
    const values = new Set<string>(first.kind === ')' ? [''] : []);
    if (first.kind !== ')') this.#identifiers(values);
    this.#take();
    return [...values].sort(compareCodePoints);
  }

  #identifiers(values: Set<string>): void {
    do {
      const token = this.#take();
      const next = this.#peek().kind;
      if (token.kind === ',') {
        if (values.size === 0 || next === ',' || next === ')') values.add('');
        continue;
      }
      if (!isIdentifier(token)) throw unparsable(`found '${token.text}', expected: ',', or identifier`);
      values.add(token.text);
      if (next !== ',' && next !== ')') throw unparsable(`found '${this.#peek().text}', expected: ',' or ')'`);
    } while (this.#peek().kind !== ')');
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '' };
  }

  #take(): Token {
    const token = this.#peek();
    this.#at += 1;
    return token;
  }
}

/** `in` and `notin` are words like any other, except where an operator is due. */
function isIdentifier(token: Pick<Token, 'kind'>): boolean {
  return token.kind === 'identifier' || token.kind === 'in' || token.kind === 'notin';
}

function valueCauses(key: string, operator: LabelOperator, value: string, at: number): StatusCause[] {
  const causes: StatusCause[] = [];
  if ((operator === 'gt' || operator === 'lt') && integer(value) === undefined) {
    causes.push(invalid(`values[${at}]`, value, "for 'Gt', 'Lt' operators, the value must be an integer"));
  }
  const problems = labelValueProblems(value);
  if (problems.length > 0) causes.push(invalid(`values[${at}][${key}]`, value, problems.join('; ')));
  return causes;
}

function refused(causes: readonly StatusCause[]) {
  return unparsable(aggregateMessage(causes));
}

function unparsable(message: string) {
  return badRequest(`unable to parse requirement: ${message}`);
}
