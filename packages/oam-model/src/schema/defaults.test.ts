import { expect, test } from 'vitest';
import { applySchemaDefaults } from './defaults.ts';
import type { Schema } from './types.ts';

const schema: Schema = {
  type: 'object',
  properties: {
    mode: { type: 'string', default: 'auto' },
    maybe: { type: 'string', nullable: true, default: 'x' },
    scale: { type: 'object', default: {}, properties: { min: { type: 'integer', default: 1 } } },
    list: { type: 'array', items: { type: 'object', properties: { weight: { type: 'integer', default: 5 } } } },
    map: {
      type: 'object',
      additionalProperties: { type: 'object', properties: { on: { type: 'boolean', default: false } } },
    },
    deep: { type: 'object', properties: { inner: { type: 'string', default: 'y' } } },
  },
};
const all = { mode: 'auto', maybe: 'x', scale: { min: 1 } };

test.each([
  [{}, all],
  [{ mode: 'manual' }, { ...all, mode: 'manual' }],
  [{ mode: null }, all],
  [{ maybe: null }, { ...all, maybe: null }],
  [{ scale: { min: 0 } }, { ...all, scale: { min: 0 } }],
  [{ list: [{}, { weight: 1 }] }, { ...all, list: [{ weight: 5 }, { weight: 1 }] }],
  [{ map: { a: {} } }, { ...all, map: { a: { on: false } } }],
  [{ deep: {} }, { ...all, deep: { inner: 'y' } }],
  [
    { deep: null, list: null, map: { a: null, b: { on: null } } },
    { ...all, map: { b: { on: false } } },
  ],
  [{ other: null }, { ...all, other: null }],
  [{ other: 1 }, { ...all, other: 1 }],
])('%j becomes %j', (object, expected) => {
  const before = structuredClone(object);
  expect(applySchemaDefaults<object>(object, schema)).toEqual(expected);
  expect(object).toEqual(before);
});

test('a value that lacks nothing is returned itself', () => {
  const object = { ...all, list: [{ weight: 1 }], deep: { inner: 'z' } };
  expect(applySchemaDefaults(object, schema)).toBe(object);
});

test('a default object is not shared between values', () => {
  const [a, b] = [{}, {}].map((object) => applySchemaDefaults<Record<string, unknown>>(object, schema));
  expect(a?.['scale']).not.toBe(b?.['scale']);
});
