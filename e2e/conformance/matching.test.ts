import { expect, test } from 'vitest';
import { mismatches } from './matching.ts';

test.each<[string, unknown, unknown, string[]]>([
  ['more keys are fine', { a: 1, b: 2 }, { a: 1 }, []],
  ['another value', { a: { b: 1 } }, { a: { b: 2 } }, ['a.b: 1, not 2']],
  ['a key that is not there', {}, { a: 1 }, ['a: nothing, not 1']],
  ['lists of another length', { a: [1] }, { a: [1, 2] }, ['a: 1 items, not 2: [1]']],
  ['any', { a: 0 }, { a: '~any' }, []],
  ['any of nothing', {}, { a: '~any' }, ['a: nothing, not ~any']],
  ['absent', { a: 1 }, { a: '~absent' }, ['a: 1, not ~absent']],
  ['a pattern', 'web-1', '~matches ^web-\\d$', []],
  ['another pattern', 'web-x', '~matches ^web-\\d$', [': "web-x", not ~matches ^web-\\d$']],
  ['a part', 'the whole text', '~contains whole', []],
  ['some of a list', [{ a: 1 }, { a: 2 }], { '~some': [{ a: 2 }] }, []],
  ['none of a list', [{ a: 1 }], { '~some': [{ a: 2 }] }, [': nothing like {"a":2} in [{"a":1}]']],
])('%s', (_what, actual, expected, wrong) => {
  expect(mismatches(actual, expected)).toEqual(wrong);
});

test('a word that does not exist is a mistake of the case', () => {
  expect(() => mismatches('a', '~like a')).toThrow('there is no word ~like');
});
