/**
 * Where a value does not match what is expected, as paths; empty when it matches. Objects need the expected keys, lists
 * the same length. Words: `~any` (there, whatever it is), `~absent`, `~matches REGEX`, `~contains TEXT`; a list under
 * `~some` needs at least one item of each kind, in any order.
 */
export function mismatches(actual: unknown, expected: unknown, path = ''): string[] {
  if (typeof expected === 'string' && expected.startsWith('~')) return byWord(actual, expected, path);
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return [`${path}: ${text(actual)} is not a list`];
    if (actual.length !== expected.length)
      return [`${path}: ${actual.length} items, not ${expected.length}: ${text(actual)}`];
    return expected.flatMap((item, index) => mismatches(actual[index], item, `${path}[${index}]`));
  }
  if (typeof expected === 'object' && expected !== null) {
    if ('~some' in expected) return some(actual, expected['~some'] as readonly unknown[], path);
    if (typeof actual !== 'object' || actual === null) return [`${path}: ${text(actual)} is not an object`];
    return Object.entries(expected).flatMap(([key, item]) =>
      mismatches((actual as Record<string, unknown>)[key], item, path ? `${path}.${key}` : key),
    );
  }
  return actual === expected ? [] : [`${path}: ${text(actual)}, not ${text(expected)}`];
}

function byWord(actual: unknown, expected: string, path: string): string[] {
  const [word = '', ...rest] = expected.split(' ');
  const argument = rest.join(' ');
  const holds = {
    '~any': () => actual !== undefined,
    '~absent': () => actual === undefined,
    '~matches': () => typeof actual === 'string' && new RegExp(argument).test(actual),
    '~contains': () => typeof actual === 'string' && actual.includes(argument),
  }[word];
  if (!holds) throw new Error(`${path}: there is no word ${word}`);
  return holds() ? [] : [`${path}: ${text(actual)}, not ${expected}`];
}

function some(actual: unknown, expected: readonly unknown[], path: string): string[] {
  if (!Array.isArray(actual)) return [`${path}: ${text(actual)} is not a list`];
  return expected
    .filter((wanted) => !actual.some((item) => mismatches(item, wanted).length === 0))
    .map((wanted) => `${path}: nothing like ${text(wanted)} in ${text(actual)}`);
}

function text(value: unknown): string {
  const json = JSON.stringify(value) ?? 'nothing';
  return json.length > 600 ? `${json.slice(0, 600)}...` : json;
}
