import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isBlank, withoutZeroStructs } from './json.ts';

test.each<[string, unknown, unknown]>([
  ['a zero struct', { valueFrom: { dataOutputName: '' }, name: 'x' }, { name: 'x' }],
  ['structs in structs', { a: { b: { c: '' }, d: null } }, undefined],
  ['an empty list', { a: [], b: 1 }, { b: 1 }],
  ['a list with items, which keep their places', [{}, { a: '' }, { b: 1 }, '', null], [{}, {}, { b: 1 }, '', null]],
  ['zero and false', { a: 0, b: false }, { a: 0, b: false }],
  ['a name of the language', JSON.parse('{"__proto__":{"a":1}}'), JSON.parse('{"__proto__":{"a":1}}')],
])('%s', (_what, value, expected) => {
  expect(withoutZeroStructs(value)).toEqual(expected);
});

test('what is opaque stays as it is', () => {
  const value = {
    trait: { spec: { emptyDir: {} } },
    parameterValues: [{ name: 'x', value: '' }],
    scopeRef: { name: '' },
  };
  expect(withoutZeroStructs(value, ['trait', 'value'])).toEqual({
    trait: { spec: { emptyDir: {} } },
    parameterValues: [{ name: 'x', value: '' }],
  });
});

test('nothing is taken away twice, and of blank values without list items nothing remains', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const stripped = withoutZeroStructs(value);
      expect(withoutZeroStructs(stripped)).toEqual(stripped);
      if (stripped === undefined) expect(isBlank(value)).toBe(true);
    }),
  );
});
