import { expect, test } from 'vitest';
import { isLabelKey, isLabelValue, parseLabelSelector } from './label-selector.ts';

const labels = { app: 'web', 'example.com/tier': 'edge', empty: '' };

test.each([
  ['app=web', true],
  ['app==web', true],
  ['app = web', true],
  ['app!=web', false],
  ['gone!=web', true],
  ['app', true],
  ['!app', false],
  ['!gone', true],
  ['empty=', true],
  ['example.com/tier in (core, edge)', true],
  ['example.com/tier notin (core, edge)', false],
  ['gone in (a)', false],
  ['gone notin (a)', true],
  ['empty in ()', true],
  ['app=web,example.com/tier in (a,edge),!gone', true],
  ['app=web,gone', false],
  ['constructor', false],
])('%s: %s', (selector, expected) => {
  expect(parseLabelSelector(selector)?.(labels)).toBe(expected);
});

test.each(['', ' ', 'a b', 'a=b c', 'a in b', 'a in (b', '=b', 'a=b,', 'a/b/c', '-a', 'a in (b;c)', '! '])(
  '%j is no selector',
  (selector) => {
    expect(parseLabelSelector(selector)).toBeUndefined();
  },
);

test('keys and values have their own forms', () => {
  expect(['a', 'a.b/c_D', 'a'.repeat(64), 'A.b/c', ''].map(isLabelKey)).toEqual([true, true, false, false, false]);
  expect(['a', '', 'a'.repeat(64), 'a b', '-'].map(isLabelValue)).toEqual([true, true, false, false, false]);
});
