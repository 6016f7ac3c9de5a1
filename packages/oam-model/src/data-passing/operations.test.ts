import type { KubernetesObject } from '@capstan/base';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DataOperation } from '../kinds/index.ts';
import { runOperations } from './operations.ts';

const SOURCE = aMap({ spec: { text: 'v', number: 5, object: { a: [1] }, quoted: 'a "b" \\ c', '': 1 } });

function aMap(content: object = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'store', namespace: 'ns' }, ...content };
}

function run(content: object, ...operations: Partial<DataOperation>[]): object {
  const complete = operations.map((operation) => ({
    type: 'jsonPatch',
    op: 'add' as const,
    toFieldPath: 'data.key',
    ...operation,
  }));
  const { apiVersion: _, kind: __, metadata: ___, ...rest } = runOperations(aMap(content), SOURCE, complete);
  return rest;
}

const from = (fieldPath: string) => ({ valueFrom: { fieldPath: `spec.${fieldPath}` } });

describe('without toDataPath the value takes the place of the field', () => {
  test.each<[string, object, Partial<DataOperation>, object]>([
    ['raw JSON', { data: { key: 'old' } }, { value: '"{}"' }, { data: { key: '{}' } }],
    ['an object', { data: { key: 'old' } }, { value: '{}' }, { data: { key: {} } }],
    ['a number of the source', { data: {} }, from('number'), { data: { key: 5 } }],
    ['an object of the source', { data: {} }, from('object'), { data: { key: { a: [1] } } }],
    ['a missing key', { data: {} }, { op: 'replace', ...from('text') }, { data: { key: 'v' } }],
    ['missing parents', {}, from('text'), { data: { key: 'v' } }],
    ['value before valueFrom', {}, { value: '1', ...from('text') }, { data: { key: 1 } }],
    ['slashes', {}, { toFieldPath: '/data/key', ...from('text') }, { data: { key: 'v' } }],
    ['escaped keys', {}, { toFieldPath: 'data.a~1b', ...from('text') }, { data: { 'a/b': 'v' } }],
    ['brackets', { l: [{}] }, { toFieldPath: 'l[0][a.b]', ...from('text') }, { l: [{ 'a.b': 'v' }] }],
    ['an item of a list', { l: ['a', 'b'] }, { op: 'replace', toFieldPath: 'l.1', value: '"c"' }, { l: ['a', 'c'] }],
    ['the end of a list', { l: ['a'] }, { toFieldPath: 'l.-', value: '"c"' }, { l: ['a', 'c'] }],
    ['the end of a list, again', { l: ['a', 'c'] }, { toFieldPath: 'l.-', value: '"c"' }, { l: ['a', 'c'] }],
    ['between two items', { l: ['a', 'b'] }, { toFieldPath: 'l.1', value: '"c"' }, { l: ['a', 'c', 'b'] }],
  ])('%s', (_, content, operation, expected) => {
    expect(run(content, operation)).toEqual(expected);
  });
});

describe('with toDataPath the value goes into the JSON that the field holds as text', () => {
  test.each<[string, unknown, Partial<DataOperation>, unknown]>([
    ['text', '{}', from('text'), '{"sub":"v"}'],
    ['text beside other text', '{"a":"b"}', from('text'), '{"a":"b","sub":"v"}'],
    ['an object in the field', {}, from('text'), '{"sub":"v"}'],
    ['nothing in the field', undefined, from('text'), '{"sub":"v"}'],
    ['empty text in the field', '', from('text'), '{"sub":"v"}'],
    ['quotes and backslashes', '{}', from('quoted'), JSON.stringify({ sub: 'a "b" \\ c' })],
    ['a number', '{}', from('number'), '{"sub":5}'],
    ['text that is not JSON', '{}', { value: 'plain' }, '{"sub":"plain"}'],
    ['a deeper path', '{}', { toDataPath: 'sub.deep', value: 'true' }, '{"sub":{"deep":true}}'],
    ['what is there', '{ "sub": "v" }', from('text'), '{ "sub": "v" }'],
    ['less', '{"sub":"v","a":1}', { op: 'delete' }, '{"a":1}'],
    ['nothing less', '{ "a": 1 }', { op: 'delete' }, '{ "a": 1 }'],
  ])('%s', (_, before, operation, after) => {
    const data = before === undefined ? {} : { key: before };
    expect(run({ data }, { toDataPath: 'sub', ...operation })).toEqual({ data: { key: after } });
  });
});

describe('delete', () => {
  test.each<[string, object, string, object]>([
    ['a key', { data: { key: 'a', b: 'c' } }, 'data.key', { data: { b: 'c' } }],
    ['a key that is not there', { data: { b: 'c' } }, 'data.key', { data: { b: 'c' } }],
    ['a key of nothing', {}, 'data.key', {}],
    ['a key of text', { data: 'a' }, 'data.key', { data: 'a' }],
    ['an item', { l: ['a', 'b'] }, 'l.0', { l: ['b'] }],
    ['an item that is not there', { l: ['a'] }, 'l.1', { l: ['a'] }],
  ])('%s', (_, content, toFieldPath, expected) => {
    expect(run(content, { op: 'delete', toFieldPath })).toEqual(expected);
  });
});

test('operations build on one another', () => {
  const operations = [{ toFieldPath: 'data', value: '{}' }, { value: '{}' }, { toDataPath: 'sub', ...from('text') }];
  expect(run({ data: { old: 'x' } }, ...operations)).toEqual({ data: { key: '{"sub":"v"}' } });
});

test.each<[string, object, Partial<DataOperation>, string]>([
  ['another type', {}, { type: 'merge', value: '1' }, 'invalid type "merge"'],
  ['no value', {}, {}, 'invalid value and valueFrom in operation: both are empty'],
  ['a value that is not JSON', {}, { value: 'plain' }, 'is not JSON'],
  ['a value that the source does not have', {}, from('none'), 'spec.none not found in object'],
  ['no path', {}, { toFieldPath: '', value: '1' }, 'toFieldPath is empty'],
  ['a path with a gap', {}, { toFieldPath: 'a..b', value: '1' }, 'is not a path'],
  ['text on the way', { data: 'a' }, { value: '1' }, 'data is not an object'],
  [
    'data that is not JSON',
    { data: { key: 'plain' } },
    { toDataPath: 'a', value: '1' },
    'the text at data.key is not JSON',
  ],
  ['a position far behind the end', { l: [] }, { toFieldPath: 'l.4', value: '1' }, '"4" is no position'],
])('%s is refused', (_, content, operation, message) => {
  expect(() => run(content, operation)).toThrow(message);
});

test('running operations again changes nothing', () => {
  const path = fc.constantFrom('data.a', 'data.b.c', 'data.list.-', 'data.list.0', 'data[x.y]');
  const operation: fc.Arbitrary<DataOperation> = fc.record({
    type: fc.constant('jsonPatch'),
    op: fc.constantFrom('add', 'replace'),
    toFieldPath: path,
    value: fc.jsonValue().map((value) => JSON.stringify(value)),
  });
  fc.assert(
    fc.property(operation, fc.boolean(), (one, inData) => {
      const complete = inData ? { ...one, toFieldPath: 'text', toDataPath: one.toFieldPath } : one;
      const first = runOperations(aMap({ data: { list: [1] } }), SOURCE, [complete]);
      expect(runOperations(first, SOURCE, [complete])).toEqual(first);
    }),
  );
});
