import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseQuantity, QuantityError, roundedToMilli } from './quantity.ts';

describe('quantities', () => {
  // As a real server answered when these were sent to it.
  test.each([
    ['1000m', '1'],
    [0.5, '500m'],
    ['0.5Gi', '512Mi'],
    ['1024Ki', '1Mi'],
    ['1e3', '1e3'],
    ['1500m', '1500m'],
    ['100000000000000000000', '100E'],
    ['1.5Mi', '1536Ki'],
    ['1000Ki', '1000Ki'],
    ['0Mi', '0'],
    ['+5', '+5'],
    ['1.0', '1'],
    ['00012', '00012'],
    ['1000000000n', '1'],
    ['10000000000000000000000m', '10E'],
    ['.5', '500m'],
    ['5.', '5.'],
    ['1e-3', '1e-3'],
    ['1.5e3', '1500'],
    [' 1 ', '1'],
    ['1024000000', '1024M'],
    ['123456789Ei', '9223372036854775807'],
  ])('%j is written %s', (source, text) => {
    expect(parseQuantity(source).text).toBe(text);
  });

  test.each([
    ['0.1m', '1m'],
    ['0.0001', '1m'],
    ['0.000000001Mi', '2m'],
    ['1500m', '1500m'],
  ])('%s is rounded up to %s', (source, text) => {
    expect(roundedToMilli(source)).toBe(text);
  });

  test.each(['', 'x', '1x', '.', '1..2', '--1', '1e', '1e99999999', '1 Gi'])('%j is none', (source) => {
    expect(() => parseQuantity(source)).toThrow(QuantityError);
  });

  test('what was written is read as the same amount', () => {
    const suffix = fc.constantFrom('', 'm', 'u', 'n', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'e3', 'E-2');
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.nat(999), suffix, (whole, fraction, unit) => {
        const quantity = parseQuantity(`${whole}.${fraction}${unit}`);
        const again = parseQuantity(quantity.text);
        expect(again.nano).toBe(quantity.nano);
        expect(again.text).toBe(quantity.text);
      }),
    );
  });
});
