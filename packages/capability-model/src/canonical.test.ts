import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, digestOf } from './canonical.ts';

const json = fc.jsonValue({ depthSize: 'medium', stringUnit: 'grapheme' });

/** The same value with the members of every object in another order. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, shuffled(member)]),
  );
}

describe('canonical JSON', () => {
  test('parses back to the same value', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test('and digest do not depend on the order of members', () => {
    fc.assert(fc.property(json, (value) => digestOf(shuffled(value)) === digestOf(value)));
  });

  test('is equal exactly where values are', () => {
    const parsed = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(canonicalJson(a) === canonicalJson(b)).toBe(isDeepStrictEqual(parsed(a), parsed(b)));
      }),
    );
  });

  test('is the form of RFC 8785', () => {
    const value = { '€': 1e21, '\r': 4.5, a: [56.0, { d: true, 10: null }], 1: 'z', ö: 0.002, '😀': '\u000f"\\' };
    expect(canonicalJson(value)).toBe(
      '{"\\r":4.5,"1":"z","a":[56,{"10":null,"d":true}],"ö":0.002,"€":1e+21,"😀":"\\u000f\\"\\\\"}',
    );
  });

  test('writes every number so that it reads back as itself, in one form', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(number, (value) => {
        const text = canonicalJson(value);
        expect(Number(text) === value).toBe(true);
        expect(canonicalJson(Number(text))).toBe(text);
      }),
    );
    // RFC 8785, appendix B.
    expect(canonicalJson([333333333.3333333, 1e30, 4.5, 2e-3, 1e-27, 5e-324, -0, 2 ** 53])).toBe(
      '[333333333.3333333,1e+30,4.5,0.002,1e-27,5e-324,0,9007199254740992]',
    );
  });

  test('orders names by UTF-16 units and keeps text as it is, without normal forms', () => {
    const name = fc.string({ unit: 'binary', maxLength: 6 });
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 8 }), (names) => {
        const members = [...names].sort().map((each) => `${JSON.stringify(each)}:0`);
        expect(canonicalJson(Object.fromEntries(names.map((each) => [each, 0])))).toBe(`{${members.join(',')}}`);
      }),
    );
    expect(digestOf('\u00e9')).not.toBe(digestOf('e\u0301'));
  });

  test('refuses what is nested without end instead of exhausting the stack', () => {
    const endless: unknown[] = [];
    endless.push(endless);
    expect(() => canonicalJson(endless)).toThrow(/nested more than 1000 levels deep/);
  });

  test('leaves out members that are undefined and keeps -0 apart from nothing', () => {
    expect(canonicalJson({ b: undefined, a: -0 })).toBe('{"a":0}');
  });

  test.each([
    ['NaN', { a: { b: [Number.NaN] } }, 'a.b[0]'],
    ['a function', { a: () => 1 }, 'a'],
    ['a date', { a: new Date(0) }, 'a'],
    ['half a surrogate pair', { a: '\ud800' }, 'a'],
    ['undefined in a list', { a: [undefined] }, 'a[0]'],
  ])('refuses %s and names where it is', (_, value, path) => {
    expect(() => canonicalJson(value)).toThrow(
      expect.objectContaining({ code: 'CAPSTAN_JSON_NOT_CANONICAL', message: expect.stringContaining(`at ${path} `) }),
    );
  });

  test('digests name their algorithm', () => {
    expect(digestOf({})).toBe('sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
  });
});
