import { expect, test } from 'vitest';
import { re2Problem } from './re2.ts';

test.each([
  ['', '^v[0-9]+$', '(?i)canary|beta', 'a|', '()', '(?P<major>\\d+)\\.(?<minor>\\d+)', '(?:a{2,3})?', 'a+?b*?'],
  [
    '[]a]',
    '[^]]+',
    '[[:alpha:]_(]+',
    '[*+]',
    'a{,2}',
    '{',
    'x}',
    '\\Q(*\\E',
    '\\Q(',
    '\\x41\\pL\\.\\-',
    '(?i:a)',
    '^*',
  ],
  ['\\101', '[\\]]', 'é+'],
])('sound expressions', (...expressions) => {
  expect(expressions.filter((each) => re2Problem(each) !== undefined)).toEqual([]);
});

test.each([
  ['(a', 'has a "(" that is not closed'],
  ['a)', 'has a ")" that closes nothing'],
  ['[a', 'has a "[" that is not closed'],
  ['[]', 'has a "[" that is not closed'],
  ['*.example.com', 'has "*" with nothing before it to repeat'],
  ['a|+', 'has "+" with nothing before it to repeat'],
  ['a**', 'has "*" with nothing before it to repeat'],
  ['a(?!b)', 'has a group of a kind that RE2 does not have, as looking ahead'],
  ['(?<=a)b', 'has a group of a kind that RE2 does not have, as looking ahead'],
  ['(a)\\1', 'has "\\1", which RE2 does not have'],
  ['\\h', 'has "\\h", which RE2 does not have'],
  ['a\\', 'ends with a "\\"'],
  ['a{2,1}', 'has "{2,1}", which ends before it begins'],
  ['a{1001}', 'has "{1001}": RE2 repeats at most 1000 times'],
])('%s is none', (expression, problem) => {
  expect(re2Problem(expression)).toBe(problem);
});
