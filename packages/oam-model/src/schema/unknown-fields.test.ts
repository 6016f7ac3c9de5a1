import { expect, test } from 'vitest';
import type { Schema } from './types.ts';
import { withoutField, withoutUnknownFields } from './unknown-fields.ts';

const schema: Schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        key: { type: 'string' },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        list: { type: 'array', items: { type: 'object', properties: { name: { type: 'string' } } } },
        limit: { type: 'object', default: {}, properties: { max: { type: 'integer', default: 3 } } },
      },
    },
  },
};
const object = { apiVersion: 'example.org/v1', kind: 'Bar', metadata: { name: 'bar' } };

test('fields that the schema does not know are left out, wherever they stand', () => {
  const { object: left, removed } = withoutUnknownFields(
    {
      ...object,
      extra: 1,
      spec: { key: 'k', foo: 'f', free: { any: 1 }, list: [{ name: 'a' }, { name: 'b', 'x.y': 1 }] },
    },
    schema,
  );
  expect(left).toEqual({ ...object, spec: { key: 'k', free: { any: 1 }, list: [{ name: 'a' }, { name: 'b' }] } });
  expect(removed.map(({ message }) => message)).toEqual([
    '"extra" is not a field of the object',
    '"foo" is not a field of spec',
    '"x.y" is not a field of spec.list[1]',
  ]);
});

test('however many there are', () => {
  const many = Object.fromEntries(Array.from({ length: 120 }, (_, at) => [`unknown${at}`, at]));
  const { object: left, removed } = withoutUnknownFields({ ...object, spec: { key: 'k', ...many } }, schema);
  expect(left.spec).toEqual({ key: 'k' });
  expect(removed).toHaveLength(120);
});

test('what is wrong in another way stays, and what is right is the same object', () => {
  const wrong = { ...object, spec: { key: 1 } };
  expect(withoutUnknownFields(wrong, schema)).toEqual({ object: wrong, removed: [] });
  expect(withoutUnknownFields(wrong, schema).object).toBe(wrong);
});

test('a field is taken out of a copy', () => {
  const value = { a: [{ b: 1, c: 2 }] };
  expect(withoutField(value, ['a', 0, 'b'])).toEqual({ a: [{ c: 2 }] });
  expect(withoutField(value, ['a', 0])).toEqual({ a: [] });
  expect(withoutField(value, ['a', 1, 'b'])).toBe(value);
  expect(value).toEqual({ a: [{ b: 1, c: 2 }] });
});
