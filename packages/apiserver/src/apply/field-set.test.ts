import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../model/object.ts';
import { type FieldPath, FieldSet } from './field-set.ts';
import { decodeFields, encodeFields } from './fields-v1.ts';

const step = fc.constantFrom('f:a', 'f:b', 'k:{"name":"a"}', 'k:{"name":"b","port":1}', 'v:1', 'v:"a"', 'i:0', 'i:10');
const path = fc.array(step, { minLength: 1, maxLength: 4 });
const paths = fc.array(path, { maxLength: 12 });

function textsOf(set: FieldSet): string[] {
  return set
    .paths()
    .map((one) => one.join(' '))
    .sort();
}

function naive(of: readonly FieldPath[], keep: (text: string) => boolean = () => true): string[] {
  return [...new Set(of.map((one) => one.join(' ')))].filter(keep).sort();
}

describe('sets of fields', () => {
  test('union, intersection and differences are those of their paths', () => {
    fc.assert(
      fc.property(paths, paths, (left, right) => {
        const a = FieldSet.of(...left);
        const b = FieldSet.of(...right);
        const inB = new Set(naive(right));
        const below = (text: string) => [...inB].some((one) => text === one || text.startsWith(`${one} `));
        expect(textsOf(a.union(b))).toEqual(naive([...left, ...right]));
        expect(textsOf(a.intersection(b))).toEqual(naive(left, (text) => inB.has(text)));
        expect(textsOf(a.difference(b))).toEqual(naive(left, (text) => !inB.has(text)));
        expect(textsOf(a.recursiveDifference(b))).toEqual(naive(left, (text) => !below(text)));
        expect(a.equals(b)).toBe(naive(left).join() === naive(right).join());
        expect(a.isEmpty()).toBe(left.length === 0);
        for (const one of right) expect(a.has(one)).toBe(naive(left).includes(one.join(' ')));
      }),
    );
  });

  test('FieldsV1 gives back the set that it was made from', () => {
    fc.assert(
      fc.property(paths, (some) => {
        const set = FieldSet.of(...some);
        const json = JSON.parse(JSON.stringify(encodeFields(set))) as JsonObject;
        expect(decodeFields(json).equals(set)).toBe(true);
        expect(JSON.stringify(encodeFields(decodeFields(json)))).toBe(JSON.stringify(json));
      }),
    );
  });
});

describe('FieldsV1', () => {
  test('fields come first, then keys, values by type and number, and positions', () => {
    const set = FieldSet.of(
      ...[
        'i:10',
        'i:9',
        'v:null',
        'v:true',
        'v:"b"',
        'v:"a"',
        'v:10',
        'v:9',
        'k:{"b":1}',
        'k:{"a":"x"}',
        'k:{"a":2}',
      ].map((one) => [one]),
      ['f:\u{1f600}'],
      ['f:\uffee'],
      ['f:b'],
      ['f:B'],
      ['f:b', 'f:x'],
    );
    expect(JSON.stringify(encodeFields(set))).toBe(
      JSON.stringify({
        'f:B': {},
        'f:b': { '.': {}, 'f:x': {} },
        'f:\uffee': {},
        'f:\u{1f600}': {},
        'k:{"a":2}': {},
        'k:{"a":"x"}': {},
        'k:{"b":1}': {},
        'v:9': {},
        'v:10': {},
        'v:"a"': {},
        'v:"b"': {},
        'v:true': {},
        'v:null': {},
        'i:9': {},
        'i:10': {},
      }),
    );
  });

  test.each([
    ['keys in another order', { 'k:{"b":1,"a":"x"}': {} }, { 'k:{"a":"x","b":1}': {} }],
    ['white space and other numerals', { 'v: 1.0': {}, 'k:{ "a" : 1e1 }': {} }, { 'k:{"a":10}': {}, 'v:1': {} }],
    ['characters that Go escapes', { 'v:"<>"': {} }, { 'v:"\\u003c\\u003e"': {} }],
    ['steps of unknown sorts', { 'x:a': {}, 'f:a': { 'x:b': {} } }, { 'f:a': {} }],
    ['null', { 'f:a': null, 'f:b': { 'f:c': null } }, { 'f:a': {}, 'f:b': { 'f:c': {} } }],
    ['a mark beside nothing', { 'f:a': { '.': {} } }, { 'f:a': {} }],
  ])('reads %s', (_what, written, canonical) => {
    expect(encodeFields(decodeFields(written as JsonObject))).toEqual(canonical);
  });

  test.each([
    ['a step without a sort', { a: {} }],
    ['a step without a colon', { abc: {} }],
    ['keys that are not JSON', { 'k:{"a"}': {} }],
    ['keys that are a list', { 'k:[1]': {} }],
    ['a value that is not JSON', { 'v:x': {} }],
    ['a position that is not a number', { 'i:x': {} }],
    ['a scalar', { 'f:a': 1 }],
    ['a list', { 'f:a': [] }],
  ])('refuses %s', (_what, fields) => {
    expect(() => decodeFields(fields as unknown as JsonObject)).toThrow(TypeError);
  });
});
