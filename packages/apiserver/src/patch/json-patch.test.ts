import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../model/object.ts';
import { applyJsonPatch, jsonPatchStrictErrors } from './json-patch.ts';

function aConfigMap(): JsonObject {
  return { kind: 'ConfigMap', metadata: { name: 'p', finalizers: ['a/b', 'c/d'] }, data: { a: '1', b: '2' } };
}

/** The document after a patch, without what the patches here never change. */
function patched(patch: unknown) {
  const document = aConfigMap();
  const result = applyJsonPatch(document, patch) as { metadata: { finalizers: unknown }; data: unknown };
  expect(document).toEqual(aConfigMap());
  return [result.data, result.metadata.finalizers];
}

const DATA = { a: '1', b: '2' };
const LIST = ['a/b', 'c/d'];

describe('a patch that applies', () => {
  test.each<[string, unknown, unknown, unknown]>([
    ['nothing', [], DATA, LIST],
    ['null', null, DATA, LIST],
    ['add', [{ op: 'add', path: '/data/c', value: 'z' }], { ...DATA, c: 'z' }, LIST],
    ['add over', [{ op: 'add', path: '/data/a', value: 'z' }], { ...DATA, a: 'z' }, LIST],
    ['add null', [{ op: 'add', path: '/data/c', value: null }], { ...DATA, c: null }, LIST],
    ['add without a value', [{ op: 'add', path: '/data/c' }], { ...DATA, c: null }, LIST],
    ['add with other fields', [{ op: 'add', path: '/data/c', value: 'z', foo: 1 }], { ...DATA, c: 'z' }, LIST],
    ['add to a list', [{ op: 'add', path: '/metadata/finalizers/1', value: 'x' }], DATA, ['a/b', 'x', 'c/d']],
    ['append', [{ op: 'add', path: '/metadata/finalizers/-', value: 'x' }], DATA, [...LIST, 'x']],
    ['append by index', [{ op: 'add', path: '/metadata/finalizers/2', value: 'x' }], DATA, [...LIST, 'x']],
    ['add from the end', [{ op: 'add', path: '/metadata/finalizers/-1', value: 'x' }], DATA, [...LIST, 'x']],
    ['remove', [{ op: 'remove', path: '/data/a' }], { b: '2' }, LIST],
    ['remove the last', [{ op: 'remove', path: '/metadata/finalizers/-1' }], DATA, ['a/b']],
    ['replace', [{ op: 'replace', path: '/data/a', value: 'z' }], { a: 'z', b: '2' }, LIST],
    ['replace what is absent', [{ op: 'replace', path: '/data/zz', value: 'z' }], { ...DATA, zz: 'z' }, LIST],
    ['replace in a list', [{ op: 'replace', path: '/metadata/finalizers/0', value: 'x' }], DATA, ['x', 'c/d']],
    ['move', [{ op: 'move', from: '/data/a', path: '/data/c' }], { b: '2', c: '1' }, LIST],
    ['copy', [{ op: 'copy', from: '/data/a', path: '/data/c' }], { ...DATA, c: '1' }, LIST],
    ['copy what is absent', [{ op: 'copy', from: '/data/zz', path: '/data/c' }], { ...DATA, c: null }, LIST],
    ['test', [{ op: 'test', path: '/data', value: { b: '2', a: '1' } }], DATA, LIST],
    ['test what is absent', [{ op: 'test', path: '/data/zz' }], DATA, LIST],
    ['test for null', [{ op: 'test', path: '/data/zz', value: null }], DATA, LIST],
    ['a path without its slash', [{ op: 'add', path: 'x/data/c', value: 'z' }], { ...DATA, c: 'z' }, LIST],
    ['coded names', [{ op: 'add', path: '/data/~01~1', value: 'z' }], { ...DATA, '~1/': 'z' }, LIST],
    ['an empty name', [{ op: 'add', path: '/data/', value: 'z' }], { ...DATA, '': 'z' }, LIST],
  ])('%s', (_what, patch, data, finalizers) => {
    expect(patched(patch)).toEqual([data, finalizers]);
  });

  test('may replace the whole', () => {
    expect(applyJsonPatch(aConfigMap(), [{ op: 'replace', path: '', value: [1] }])).toEqual([1]);
  });

  test('does not reach the prototype of objects', () => {
    const result = applyJsonPatch({}, [{ op: 'add', path: '/__proto__', value: { polluted: true } }]);
    expect(Object.keys(result as object)).toEqual(['__proto__']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(() => applyJsonPatch({}, [{ op: 'add', path: '/constructor/x', value: 1 }])).toThrow();
  });

  test('shares nothing with what it was made of', () => {
    const value = { k: ['v'] };
    const result = applyJsonPatch({}, [
      { op: 'add', path: '/a', value },
      { op: 'copy', from: '/a', path: '/b' },
      { op: 'add', path: '/b/k/-', value: 'w' },
    ]);
    expect([result, value]).toEqual([{ a: { k: ['v'] }, b: { k: ['v', 'w'] } }, { k: ['v'] }]);
  });
});

test.each<[string, unknown]>([
  ['no operation', [null]],
  ['an unknown operation', [{ op: 'foo', path: '/data/a' }]],
  ['no path', [{ op: 'add' }]],
  ['an empty path', [{ op: 'add', path: '', value: {} }]],
  ['a path that is no path', [{ op: 'add', path: 'x' }]],
  ['a missing parent', [{ op: 'replace', path: '/zz/zz', value: 'z' }]],
  ['a scalar as parent', [{ op: 'add', path: '/kind/x', value: 'z' }]],
  ['the removal of nothing', [{ op: 'remove', path: '/data/zz' }]],
  ['the removal of all', [{ op: 'remove', path: '' }]],
  ['a failed test', [{ op: 'test', path: '/data/a', value: '3' }]],
  ['a test of another length', [{ op: 'test', path: '/metadata/finalizers', value: ['a/b'] }]],
  ['an index out of bounds', [{ op: 'add', path: '/metadata/finalizers/5', value: 'x' }]],
  ['no index', [{ op: 'remove', path: '/metadata/finalizers/x' }]],
  ['a replacement out of bounds', [{ op: 'replace', path: '/metadata/finalizers/2', value: 'x' }]],
  ['a document that is a number', [{ op: 'replace', path: '', value: 1 }]],
  ['a move from nowhere', [{ op: 'move', path: '/data/x' }]],
  ['a move of nothing', [{ op: 'move', from: '/data/zz', path: '/data/x' }]],
])('%s does not apply: 422 without a word about why', (_what, patch) => {
  expect(() => applyJsonPatch(aConfigMap(), patch)).toThrow(
    expect.objectContaining({
      code: 422,
      reason: 'Invalid',
      message: 'the server rejected our request due to an error in our request',
      details: {},
    }),
  );
});

test.each<[unknown, string]>([
  [{}, 'object into Go value of type []handlers.jsonPatchOp'],
  ['x', 'string into Go value of type []handlers.jsonPatchOp'],
  [[1], 'number into Go value of type handlers.jsonPatchOp'],
  [[{ op: 1 }], 'number into Go struct field jsonPatchOp.op of type string'],
  [[{ op: 'add', path: true }], 'bool into Go struct field jsonPatchOp.path of type string'],
])('%j cannot be read', (patch, what) => {
  expect(() => applyJsonPatch(aConfigMap(), patch)).toThrow(
    expect.objectContaining({ code: 400, message: `error decoding patch: json: cannot unmarshal ${what}` }),
  );
});

test('has at most 10,000 operations', () => {
  const operation = { op: 'test', path: '/data/a', value: '1' };
  expect(() => applyJsonPatch(aConfigMap(), Array(10_000).fill(operation))).not.toThrow();
  expect(() => applyJsonPatch(aConfigMap(), Array(10_001).fill(operation))).toThrow(
    expect.objectContaining({
      code: 413,
      message: 'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001',
    }),
  );
});

test('strict validation names fields that an operation does not have', () => {
  expect(jsonPatchStrictErrors([{ op: 'add', path: '/a', foo: 1 }, { bar: 1 }])).toEqual([
    'json patch unknown field "[0].foo"',
    'json patch unknown field "[1].bar"',
  ]);
});

test('any patch applies or is refused, and never changes the document', () => {
  const path = fc.constantFrom('', '/', '/data', '/data/a', '/metadata/finalizers/0', '/metadata/finalizers/-', '/x/y');
  const operation = fc.record(
    {
      op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test'),
      path,
      from: path,
      value: fc.jsonValue(),
    },
    { requiredKeys: ['op', 'path'] },
  );
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 4 }), (patch) => {
      const document = aConfigMap();
      try {
        applyJsonPatch(document, patch);
      } catch (error) {
        expect(error).toMatchObject({ code: 422 });
      }
      expect(document).toEqual(aConfigMap());
    }),
  );
});
