import type { JsonObject } from '@capstan/base';
import { describe, expect, test } from 'vitest';
import { HIDDEN, maskValues, secretsIn } from './secret-values.ts';

const password = { type: 'string', format: 'password' };
const of = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({ type: 'object', properties, ...more });

describe('values that a schema marks as secret', () => {
  test.each<[string, JsonObject, JsonObject, JsonObject]>([
    ['by format', of({ a: password, b: { type: 'string' } }), { a: 'hush', b: 'x' }, { a: HIDDEN, b: 'x' }],
    ['by writeOnly', of({ a: { writeOnly: true } }), { a: { deep: [1] } }, { a: HIDDEN }],
    [
      'in lists',
      of({ a: { items: of({ key: password }) } }),
      { a: [{ key: 'k1', id: 1 }] },
      { a: [{ key: HIDDEN, id: 1 }] },
    ],
    ['in tuples', of({ a: { prefixItems: [{}, password] } }), { a: ['user', 'hush'] }, { a: ['user', HIDDEN] }],
    ['in maps', of({ a: { additionalProperties: password } }), { a: { x: 'hush' } }, { a: { x: HIDDEN } }],
    [
      'by pattern',
      of({}, { patternProperties: { Key$: password } }),
      { apiKey: 'hush', other: 1 },
      { apiKey: HIDDEN, other: 1 },
    ],
    ['by reference', of({ a: { $ref: '#/$defs/p' } }, { $defs: { p: password } }), { a: 'hush' }, { a: HIDDEN }],
    ['in alternatives', of({ a: { oneOf: [{ type: 'integer' }, password] } }), { a: 'hush' }, { a: HIDDEN }],
    ['in conditions', { if: {}, else: of({ a: password }) }, { a: 'hush' }, { a: HIDDEN }],
    ['in circles', of({ a: { $ref: '#' }, p: password }), { a: { p: 'hush' } }, { a: { p: HIDDEN } }],
  ])('are hidden %s', (_, schema, values, shown) => {
    expect(maskValues(values, schema)).toEqual(shown);
    expect(JSON.stringify(maskValues(values, schema))).not.toContain('hush');
  });

  test('stay as they are without a schema', () => {
    expect(maskValues({ a: 1 }, undefined)).toEqual({ a: 1 });
  });

  test('are found, but not those that are too short to be told from other text', () => {
    const schema = of({ a: password, b: password, c: { writeOnly: true } });
    expect(secretsIn({ a: 'hush-hush', b: 'x', c: { d: ['deeper'] } }, schema)).toEqual(['hush-hush', 'deeper']);
  });
});
