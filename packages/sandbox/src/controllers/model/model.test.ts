import { describe, expect, test } from 'vitest';
import { deepEqual } from './equality.ts';
import type { LabelSelector } from './meta.ts';
import { hashOf, randomSuffix } from './names.ts';
import { quantity, scaled } from './numbers.ts';
import { selects } from './selector.ts';

test('a hash depends on values, not on the order of fields, and makes no words', () => {
  expect(hashOf({ a: 1, b: [2] })).toBe(hashOf({ b: [2], a: 1, c: undefined }));
  expect(hashOf({ a: 1 })).not.toBe(hashOf({ a: 2 }));
  expect(hashOf({ a: 1 })).not.toBe(hashOf({ a: 1 }, 1));
  expect(hashOf({ a: 1 })).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{6,10}$/);
  expect(randomSuffix()).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{5}$/);
});

test.each([
  ['100m', 0.1],
  ['1.5', 1.5],
  ['2Gi', 2 * 2 ** 30],
  ['10k', 10_000],
  ['1e3', 1_000],
  ['12E', 12e18],
])('quantity %s', (text, value) => {
  expect(quantity(text)).toBe(value);
});

test('shares round as asked', () => {
  expect([
    scaled('25%', 10, 'up'),
    scaled('25%', 10, 'down'),
    scaled(7, 10, 'up'),
    scaled(undefined, 10, 'up', 4),
  ]).toEqual([3, 2, 7, 4]);
});

describe('selectors', () => {
  const labels = { app: 'web', tier: 'front' };
  test.each<[LabelSelector | undefined, boolean]>([
    [undefined, false],
    [{}, true],
    [{ matchLabels: { app: 'web' } }, true],
    [{ matchLabels: { app: 'web', tier: 'back' } }, false],
    [{ matchExpressions: [{ key: 'app', operator: 'In', values: ['web', 'api'] }] }, true],
    [{ matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['a'] }] }, true],
    [{ matchExpressions: [{ key: 'zone', operator: 'Exists' }] }, false],
    [{ matchExpressions: [{ key: 'zone', operator: 'DoesNotExist' }] }, true],
  ])('%j: %s', (selector, expected) => {
    expect(selects(selector, labels)).toBe(expected);
  });
});

test('equality takes an undefined field for an absent one, and nothing else', () => {
  expect(deepEqual({ a: { b: [1, null] }, c: undefined }, { a: { b: [1, null] } })).toBe(true);
  expect(deepEqual({ a: 1 }, { a: 1, b: 2 })).toBe(false);
  expect(deepEqual([1, 2], [1])).toBe(false);
  expect(deepEqual({ a: null }, {})).toBe(false);
  expect(deepEqual([], {})).toBe(false);
});
