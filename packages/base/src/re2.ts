/** The parts of an expression: quoted text, escapes, classes, groups, flags, repetitions, and single characters. */
const PARTS =
  /\\Q[\s\S]*?(?:\\E|$)|\\[1-7][0-7]{1,2}|\\[\s\S]|\[\^?(?:\\[\s\S]|\[:\^?\w+:\]|[^\\])(?:\\[\s\S]|\[:\^?\w+:\]|[^\\\]])*\]|\(\?(?:P?<[A-Za-z_]\w*>|[imsU-]*:)|\(\?[imsU-]*\)|\(\??|[*+?]\??|\{\d+(?:,\d*)?\}\??|[\s\S]/g;

/** Letters and digits that mean something after a backslash. */
const KNOWN_ESCAPE = /^\\(?:[^A-Za-z1-9]|[1-7][0-7]|[dDsSwWpPbBAzaftnrvxQE])/;

/** The most that RE2 repeats something. */
const MOST_REPEATS = 1000;

/**
 * What is wrong with a regular expression for those who read it with RE2 (Envoy, Istio, Flagger), as an end of a sentence
 * that begins with the expression; undefined when nothing was found. RE2 has no looking ahead or behind and no references
 * back. What it does not find, as the names of Unicode classes, is left to the program that reads the expression.
 */
export function re2Problem(expression: string): string | undefined {
  let open = 0;
  let repeatable = false;
  for (const [part] of expression.matchAll(PARTS)) {
    const problem = partProblem(part, repeatable, open);
    if (problem) return problem;
    const opens = part.startsWith('(') && !part.endsWith(')');
    if (opens) open += 1;
    if (part === ')') open -= 1;
    if (!isFlags(part)) repeatable = !opens && part !== '|' && !isRepetition(part);
  }
  return open > 0 ? 'has a "(" that is not closed' : undefined;
}

function partProblem(part: string, repeatable: boolean, open: number): string | undefined {
  if (part === '\\') return 'ends with a "\\"';
  if (part === '[') return 'has a "[" that is not closed';
  if (part === '(?') return 'has a group of a kind that RE2 does not have, as looking ahead';
  if (part === ')' && open === 0) return 'has a ")" that closes nothing';
  if (part.startsWith('\\') && !KNOWN_ESCAPE.test(part)) return `has "${part}", which RE2 does not have`;
  if (!isRepetition(part)) return undefined;
  if (!repeatable) return `has "${part}" with nothing before it to repeat`;
  const [, least, most = least] = /^\{(\d+)(?:,(\d+))?/.exec(part) ?? [];
  if (Number(least) > Number(most)) return `has "${part}", which ends before it begins`;
  return Number(most) > MOST_REPEATS ? `has "${part}": RE2 repeats at most ${MOST_REPEATS} times` : undefined;
}

function isRepetition(part: string): boolean {
  return /^(?:[*+?]\??|\{\d.*)$/.test(part);
}

function isFlags(part: string): boolean {
  return part.startsWith('(?') && part.endsWith(')');
}
