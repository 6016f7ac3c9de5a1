import { expect, test } from 'vitest';
import { covers } from './covers.ts';

test.each<[string, unknown, unknown, boolean]>([
  ['what is not stated', { a: 1, b: 2 }, { a: 1, c: undefined }, true],
  ['another value', { a: 1 }, { a: 2 }, false],
  ['a list in another order', ['a', 'b'], ['b', 'a'], false],
  ['a shorter list', { a: ['a'] }, { a: ['a', 'b'] }, false],
  ['a number among quantities', { limits: { cpu: '9k' } }, { limits: { cpu: 9000 } }, true],
  ['a binary suffix', { requests: { memory: '1Gi' } }, { requests: { memory: '1024Mi' } }, true],
  ['an exponent', { requests: { memory: '1k' } }, { requests: { memory: '1e3' } }, true],
  ['another amount', { requests: { cpu: '9' } }, { requests: { cpu: '9k' } }, false],
  ['a size', { emptyDir: { sizeLimit: '500M' } }, { emptyDir: { sizeLimit: '0.5G' } }, true],
  ['no quantity at all', { requests: { cpu: 'much' } }, { requests: { cpu: 'more' } }, false],
  ['the same amount where text stands', { env: [{ value: '1k' }] }, { env: [{ value: '1000' }] }, false],
])('%s', (_what, live, wanted, expected) => {
  expect(covers(live, wanted)).toBe(expected);
});
