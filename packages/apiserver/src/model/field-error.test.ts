import { describe, expect, test } from 'vitest';
import {
  aggregateMessage,
  child,
  duplicate,
  forbidden,
  index,
  internalError,
  invalid,
  key,
  notFound,
  notSupported,
  required,
  tooLong,
  tooMany,
  typeInvalid,
} from './field-error.ts';
import { compareCodePoints, goQuote, goValue } from './go-format.ts';

describe('field causes', () => {
  test.each([
    [required('spec.a'), 'FieldValueRequired', 'Required value'],
    [required('spec.a', 'must be set'), 'FieldValueRequired', 'Required value: must be set'],
    [invalid('spec.a', 'x"y', 'bad'), 'FieldValueInvalid', 'Invalid value: "x\\"y": bad'],
    [invalid('spec.a', 0.00001, 'bad'), 'FieldValueInvalid', 'Invalid value: 1e-05: bad'],
    [
      invalid('spec.a', { b: '<', a: [1, null] }, 'bad'),
      'FieldValueInvalid',
      'Invalid value: {"a":[1,null],"b":"\\u003c"}: bad',
    ],
    [invalid('spec.a', null, 'bad'), 'FieldValueInvalid', 'Invalid value: null: bad'],
    [typeInvalid('spec.a', 'x', 'bad'), 'FieldValueTypeInvalid', 'Invalid value: "x": bad'],
    [
      notSupported('spec.a', 'x', ['A', 'B']),
      'FieldValueNotSupported',
      'Unsupported value: "x": supported values: "A", "B"',
    ],
    [forbidden('spec.a', 'no'), 'FieldValueForbidden', 'Forbidden: no'],
    [duplicate('spec.a', 1), 'FieldValueDuplicate', 'Duplicate value: 1'],
    [notFound('spec.a', 'x'), 'FieldValueNotFound', 'Not found: "x"'],
    [tooLong('spec.a', 1), 'FieldValueTooLong', 'Too long: may not be more than 1 byte'],
    [tooLong('spec.a', -1), 'FieldValueTooLong', 'Too long: value is too long'],
    [tooMany('spec.a', 3, 2), 'FieldValueTooMany', 'Too many: 3: must have at most 2 items'],
    [tooMany('spec.a', -1, -1), 'FieldValueTooMany', 'Too many: has too many items'],
    [internalError('spec.a', 'oops'), 'InternalError', 'Internal error: oops'],
  ])('%j', (cause, reason, message) => {
    expect(cause).toEqual({ field: 'spec.a', reason, message });
  });

  test('paths are joined as in Go', () => {
    expect(key(index(child('', 'spec', 'containers'), 0), 'a')).toBe('spec.containers[0][a]');
    expect(required('').field).toBe('<nil>');
  });

  test('several causes are put in brackets, repeated ones once', () => {
    expect(aggregateMessage([])).toBe('');
    expect(aggregateMessage([required('a'), required('a')])).toBe('a: Required value');
    expect(aggregateMessage([required('a'), required('b')])).toBe('[a: Required value, b: Required value]');
  });
});

describe('values as Go prints them', () => {
  test.each([
    ['tab\tand bell\x07', '"tab\\tand bell\\a"'],
    ['\x01\x7f\u00a0\u{10ffff}', '"\\x01\\x7f\\u00a0\\U0010ffff"'],
    ['grün 日本', '"grün 日本"'],
  ])('%j', (text, quoted) => {
    expect(goQuote(text)).toBe(quoted);
  });

  test('%v of maps, lists, numbers and nothing', () => {
    expect(goValue({ b: [1, 'x'], a: null, c: 1e21 })).toBe('map[a:<nil> b:[1 x] c:1e+21]');
  });

  test('strings are ordered by code point', () => {
    expect(['\u{1f600}', '\uffff', 'a', ''].sort(compareCodePoints)).toEqual(['', 'a', '\uffff', '\u{1f600}']);
  });
});
