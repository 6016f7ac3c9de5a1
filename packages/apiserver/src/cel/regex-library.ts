import { re2 } from '../model/go-regexp.ts';
import { spend } from './budget.ts';
import type { CelEnvironment } from './engine.ts';

/* Regular expressions: apiserver pkg/cel/library/regex.go, and `matches` with Go's syntax instead of JavaScript's. */

type Expression = ReturnType<ReturnType<typeof re2>['compile']>;

const compiled = new Map<string, Expression>();
/** Expressions in rules are few; those that come from data are not kept without end. */
const MAX_COMPILED = 500;

function expression(pattern: string): Expression {
  spend();
  let found = compiled.get(pattern);
  if (!found) {
    found = re2().compile(pattern);
    if (compiled.size >= MAX_COMPILED) compiled.clear();
    compiled.set(pattern, found);
  }
  return found;
}

/** The name under which `matches` of strings is registered: the library's own one uses JavaScript's expressions. */
export const MATCHES = 'matchesRe2';

/** Adds matches, find and findAll. */
export function registerRegex(environment: CelEnvironment): void {
  const matches = (text: string, pattern: string): boolean => expression(pattern).test(text);
  environment.registerFunction(`string.${MATCHES}(string): bool`, matches);
  environment.registerFunction('matches(string, string): bool', matches);
  environment.registerFunction(
    'string.find(string): string',
    (text: string, pattern: string) => findAll(text, pattern, 1)[0] ?? '',
  );
  environment.registerFunction('string.findAll(string): list<string>', (text: string, pattern: string) =>
    findAll(text, pattern, Number.POSITIVE_INFINITY),
  );
  environment.registerFunction(
    'string.findAll(string, int): list<string>',
    (text: string, pattern: string, limit: bigint) =>
      findAll(text, pattern, limit < 0n ? Number.POSITIVE_INFINITY : Number(limit)),
  );
}

function findAll(text: string, pattern: string, limit: number): string[] {
  const matcher = expression(pattern).matcher(text);
  const found: string[] = [];
  while (found.length < limit && matcher.find()) found.push(matcher.group() ?? '');
  return found;
}
