import { expect, test } from 'vitest';
import { didYouMean, nearest } from './suggestions.ts';

const names = ['metadata', 'spec', 'status', 'replicas', 'replica'];

test.each([
  ['metatdata', ['metadata']],
  ['Replicas', ['replicas', 'replica']],
  ['repicas', ['replicas', 'replica']],
  ['sepc', ['spec']],
  ['x', []],
  ['', []],
  ['completely-else', []],
])('nearest to %j are %j', (name, expected) => {
  expect(nearest(name, names)).toEqual(expected);
});

test('only what is equally near is asked for', () => {
  expect(didYouMean('repicas', names)).toBe('Did you mean "replicas"?');
  expect(didYouMean('min', ['max', 'mix'])).toBe('Did you mean "mix"?');
  expect(didYouMean('bat', ['bar', 'cat'])).toBe('Did you mean "bar" or "cat"?');
  expect(didYouMean('kubernetes', names)).toBeUndefined();
});
