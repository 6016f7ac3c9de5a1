import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OAM_CODES } from './codes.ts';
import { formatFieldPath, getField, type PathSegment, parseFieldPath, setField } from './field-path.ts';

describe('parsing', () => {
  test.each<[string, PathSegment[]]>([
    ['', []],
    ['spec', ['spec']],
    ['spec.replicas', ['spec', 'replicas']],
    ['spec.containers[0].image', ['spec', 'containers', 0, 'image']],
    ['[2][3].a', [2, 3, 'a']],
    ['metadata.annotations[a.b/c]', ['metadata', 'annotations', 'a.b/c']],
    [`metadata.labels['a.b']["c.d"]`, ['metadata', 'labels', 'a.b', 'c.d']],
    [`a['0']`, ['a', '0']],
    ['a[0]b', ['a', 0, 'b']],
    ['a[4294967296]', ['a', '4294967296']],
    [`a["'b'"]['c]`, ['a', 'b', 'c']],
    ['a[-1]', ['a', '-1']],
    ['a.0', ['a', '0']],
    [`a["x]y"].b`, ['a', 'x]y', 'b']],
  ])('%j is %j', (path, segments) => {
    expect(parseFieldPath(path)).toEqual(segments);
  });

  test.each([
    ['.a', 'position 1'],
    ['a.', 'position 2'],
    ['a..b', 'position 2'],
    ['a.[0]', 'position 2'],
    ['a[]', 'brackets are empty'],
    ["a['']", 'brackets are empty'],
    ['a[0', 'not closed'],
    ['a[b[c]]', 'not closed'],
    ['a]', 'closes nothing'],
    ['a[1025]', 'limit of 1024'],
    ['a[4294967295]', 'limit of 1024'],
    ['a[0].', 'position 5'],
  ])('%j is refused: %s', (path, why) => {
    expect(() => parseFieldPath(path)).toThrow(
      expect.objectContaining({ code: OAM_CODES.fieldPathInvalid, message: expect.stringContaining(why) }),
    );
  });

  test('what is formatted is read back', () => {
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 6 }), (path) => {
        expect(parseFieldPath(formatFieldPath(path))).toEqual(path);
      }),
    );
  });

  test('any text is either a path or refused with our code', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '.', '[', ']', '0', "'", '"') }), (text) => {
        try {
          expect(parseFieldPath(text).every((each) => each !== '')).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ code: OAM_CODES.fieldPathInvalid });
        }
      }),
    );
  });
});

describe('setting', () => {
  test.each([
    [{}, 'spec.replicas', { spec: { replicas: 'v' } }],
    [{ spec: null }, 'spec.replicas', { spec: { replicas: 'v' } }],
    [{}, 'a[2]', { a: [null, null, 'v'] }],
    [{ a: [{ b: 1 }] }, 'a[1].b', { a: [{ b: 1 }, { b: 'v' }] }],
    [{ a: [null] }, 'a[0].b', { a: [{ b: 'v' }] }],
    [{ a: 1, b: 2 }, 'a', { a: 'v', b: 2 }],
    [
      { metadata: { annotations: { x: 'y' } } },
      'metadata.annotations[a.b/c]',
      { metadata: { annotations: { x: 'y', 'a.b/c': 'v' } } },
    ],
  ])('in %j at %s', (object, path, expected) => {
    expect(setField(object, path, 'v')).toEqual(expected);
  });

  test.each([
    [{ spec: 1 }, 'spec.replicas', 'spec is not an object'],
    [{ spec: [] }, 'spec.replicas', 'spec is not an object'],
    [{ a: {} }, 'a[0]', 'a is not an array'],
    [{ a: 'text' }, 'a[0].b', 'a is not an array'],
  ])('in %j at %s is refused: %s', (object, path, message) => {
    expect(() => setField(object, path, 'v')).toThrow(
      expect.objectContaining({ code: OAM_CODES.fieldPathBlocked, message }),
    );
  });

  test('what was set is read, and the object itself stays as it was', () => {
    fc.assert(
      fc.property(
        fc.array(segment, { minLength: 1, maxLength: 5 }),
        fc.jsonValue(),
        fc.object(),
        (path, value, object) => {
          const before = structuredClone(object);
          let changed: unknown;
          try {
            changed = setField(object, path, value);
          } catch (error) {
            expect(error).toMatchObject({ code: OAM_CODES.fieldPathBlocked });
            return;
          }
          expect(getField(changed, path)).toEqual(value);
          expect(object).toEqual(before);
        },
      ),
    );
  });

  test('names of JavaScript are data', () => {
    const changed = setField({}, '__proto__.polluted', 'yes');
    expect(JSON.stringify(changed)).toBe('{"__proto__":{"polluted":"yes"}}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(getField({}, 'constructor.name')).toBeUndefined();
  });
});

/** Quotes are stripped in brackets, so a written path cannot express every key that has them. */
const key = fc
  .oneof(
    fc.constantFrom('spec', 'a.b/c', '0', '[0]', '__proto__', 'toString', 'x]y', 'x[y'),
    fc.string({ minLength: 1, maxLength: 8 }),
  )
  .filter((text) => !/['"]/.test(text));
const segment = fc.oneof(key, fc.nat({ max: 20 }));
