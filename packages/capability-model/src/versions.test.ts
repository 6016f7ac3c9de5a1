import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareVersionIds,
  inRange,
  isLabelOf,
  nearestVersions,
  parseLabel,
  parseRange,
  parseVersion,
  versionLabel,
} from './versions.ts';

const part = fc.nat({ max: 5 });
const version = fc.tuple(part, part, part).map((parts) => parts.join('.'));
const versionId = fc.record({ version, release: fc.nat({ max: 3 }) });

describe('versions', () => {
  test.each([
    ['v1.21.1', '1.21.1'],
    ['2.20.2', '2.20.2'],
    [' 1.0.0-rc.1 ', '1.0.0-rc.1'],
    ['2.20.2+standin', '2.20.2+standin'],
  ])('%s is %s', (text, expected) => expect(parseVersion(text)).toBe(expected));

  test.each([
    ['2.20', 'Did you mean "2.20.0"?'],
    ['banana', 'Versions look like 2.20.2.'],
  ])('%s is refused with a hint', (text, hint) => {
    expect(() => parseVersion(text)).toThrow(
      expect.objectContaining({ code: 'CAPSTAN_VERSION_INVALID', hint: expect.stringContaining(hint), exit: 2 }),
    );
  });

  test('order by version, then by release', () => {
    const ids = ['2.10.0', '2.9.0-r1', '2.9.0', '2.10.0-rc.1'];
    const parsed = ids.map((id) => ({ version: id.replace(/-r(\d+)$/, ''), release: id.endsWith('-r1') ? 1 : 0 }));
    expect(parsed.sort(compareVersionIds).map(versionLabel)).toEqual(['2.9.0', '2.9.0-r1', '2.10.0-rc.1', '2.10.0']);
  });

  test('their order is total', () => {
    fc.assert(
      fc.property(versionId, versionId, versionId, (a, b, c) => {
        expect(Math.sign(compareVersionIds(a, b))).toBe(-Math.sign(compareVersionIds(b, a)) || 0);
        if (compareVersionIds(a, b) <= 0 && compareVersionIds(b, c) <= 0)
          expect(compareVersionIds(a, c)).toBeLessThanOrEqual(0);
        expect(compareVersionIds(a, b) === 0).toBe(versionLabel(a) === versionLabel(b));
      }),
    );
  });
});

describe('labels', () => {
  test.each([
    ['2.20.2-r3', { version: '2.20.2', release: 3 }],
    ['v2.20.2-r3', { version: '2.20.2', release: 3 }],
    ['=2.20.2-r12', { version: '2.20.2', release: 12 }],
    ['2.21.0-rc.1-r1', { version: '2.21.0-rc.1', release: 1 }],
    ['2.20.2', undefined],
    ['2.20.2-r0', undefined],
    ['2.20.2-rc1', undefined],
    ['>=2.20.2-r3', undefined],
    ['2.20-r3', undefined],
    ['2.20.x-r1', undefined],
  ])('%s names %j', (text, expected) => expect(parseLabel(text)).toEqual(expected));

  test('what a version with a release is called names it and no other', () => {
    fc.assert(
      fc.property(versionId, versionId, (a, b) => {
        fc.pre(a.release > 0);
        expect(isLabelOf(versionLabel(a), a)).toBe(true);
        expect(isLabelOf(versionLabel(a), b)).toBe(compareVersionIds(a, b) === 0);
      }),
    );
  });
});

describe('ranges', () => {
  test.each([
    ['2.20', '2.20.7', true],
    ['2.20', '2.21.0', false],
    ['v2.20.2', '2.20.2', true],
    ['2.19 || 2.20', '2.20.2', true],
    ['>=1.0', '0.9.0', false],
    ['', '9.9.9', true],
    ['latest', '9.9.9', true],
    ['^2.20.0', '2.99.0', true],
    ['>=2.20.0', '2.21.0-rc.1', false],
    ['>=2.21.0-0', '2.21.0-rc.1', true],
    ['*', '1.0.0+standin', true],
  ])('"%s" and %s: %s', (range, candidate, expected) => expect(inRange(candidate, range)).toBe(expected));

  test('pre-releases match where they are let in', () => {
    expect(inRange('2.21.0-rc.1', '>=2.20.0', { prereleases: true })).toBe(true);
  });

  test('a range that is none is refused with examples', () => {
    expect(() => parseRange('about 2')).toThrow(
      expect.objectContaining({ code: 'CAPSTAN_RANGE_INVALID', hint: expect.stringContaining('^2.20.0') }),
    );
  });

  test.each([
    ['>=3', ['2.20.2']],
    ['2.19.5', ['2.20.2', '2.19.0']],
    ['<2', ['2.18.0']],
    ['1.0.0 || 9.0.0', ['2.20.2', '2.18.0']],
  ])('nearest to %s', (range, expected) => {
    expect(nearestVersions(['2.18.0', '2.20.2', '2.19.0'], range)).toEqual(expected);
  });
});
