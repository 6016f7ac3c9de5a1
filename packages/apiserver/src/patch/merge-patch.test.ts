import { expect, test } from 'vitest';
import type { JsonObject } from '../model/object.ts';
import { applyMergePatch } from './merge-patch.ts';

test.each<[JsonObject, JsonObject, JsonObject]>([
  // RFC 7386, appendix A.
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  // What the library makes of nulls in lists.
  [{}, { a: [{ b: null, c: 1 }, null] }, { a: [{ c: 1 }, null] }],
  [{ a: { b: 1 } }, { a: [{ b: null }] }, { a: [{ b: null }] }],
  [{ a: null }, { a: { b: null } }, { a: {} }],
])('%j with %j is %j', (document, patch, expected) => {
  const before = JSON.stringify([document, patch]);
  expect(applyMergePatch(document, patch)).toEqual(expected);
  expect(JSON.stringify([document, patch])).toBe(before);
});

test.each<[unknown, string]>([
  [null, 'Invalid JSON Patch'],
  [[], 'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}'],
  ['x', 'error decoding patch: json: cannot unmarshal string into Go value of type map[string]interface {}'],
])('%j is refused', (patch, message) => {
  expect(() => applyMergePatch({}, patch)).toThrow(expect.objectContaining({ code: 400, message }));
});

test('a field named __proto__ is a field', () => {
  const result = applyMergePatch({}, JSON.parse('{"__proto__":{"polluted":true}}'));
  expect(JSON.stringify(result)).toBe('{"__proto__":{"polluted":true}}');
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});
