import fc from 'fast-check';
import semver from 'semver';
import { describe, expect, test } from 'vitest';
import { asAskers, commonRange, intersection } from './askers.ts';

describe('who asks', () => {
  test('is read from early locks, where all have one range', () => {
    expect(asAskers(['CapabilitySet a', 'you'], '^2.0.0')).toEqual({ 'CapabilitySet a': '^2.0.0', you: '^2.0.0' });
    expect(asAskers({ you: '^1.0.0' }, '*')).toEqual({ you: '^1.0.0' });
  });

  test.each([
    [[], '*'],
    [['*'], '*'],
    [['^2.0.0', '*'], '^2.0.0'],
    [['^2.0.0', '^2.0.0'], '^2.0.0'],
    [['>=2.1.0', '<2.5.0'], '<2.5.0 >=2.1.0'],
    [['>=2.20.2', '2.20.2-r3', '*'], '2.20.2-r3'],
  ])('has %j in common %s', (ranges, common) => expect(commonRange(ranges)).toBe(common));
});

test('a version is in the intersection of two ranges when it is in both', () => {
  const number = fc.integer({ min: 0, max: 3 });
  const version = fc.tuple(number, number, number).map((parts) => parts.join('.'));
  const comparator = fc.tuple(fc.constantFrom('>=', '<', '^', '~', ''), version).map(([sign, at]) => `${sign}${at}`);
  const range = fc
    .array(fc.array(comparator, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 2 })
    .map((sets) => new semver.Range(sets.map((all) => all.join(' ')).join(' || ')).range);
  fc.assert(
    fc.property(range, range, version, (a, b, probe) => {
      if (!semver.intersects(a, b)) return;
      const both = semver.satisfies(probe, a) && semver.satisfies(probe, b);
      expect(semver.satisfies(probe, intersection(a, b))).toBe(both);
    }),
  );
});
