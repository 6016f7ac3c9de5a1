import { expect, test } from 'vitest';
import { caseOf, describeRequest } from './cases.ts';
import { fillTree } from './fill.ts';
import { defineScript, parseScript } from './load.ts';
import { jsonPatchOf, mergePatch } from './merge-patch.ts';
import { parsePath, readPath, withoutPaths } from './path.ts';

test.each([
  ['a.b', ['a', 'b']],
  ['items[0].name', ['items', 0, 'name']],
  ['metadata.annotations["a.b/c"].x', ['metadata', 'annotations', 'a.b/c', 'x']],
])('the path %s has its parts', (path, parts) => {
  expect(parsePath(path)).toEqual(parts);
});

test('a path reads what is there, and nothing where nothing is', () => {
  const tree = { a: [{ b: 1 }] };
  expect(readPath(tree, 'a[0].b')).toBe(1);
  expect(readPath(tree, 'a[1].b')).toBeUndefined();
  expect(readPath(tree, 'a[0].b.c')).toBeUndefined();
});

test('ignored paths are left out, a star stands for every item', () => {
  const tree = { items: [{ a: 1, b: 2 }, { a: 3 }], c: { d: 1 } };
  expect(withoutPaths(tree, ['items[*].a', 'c.d'])).toEqual({ items: [{ b: 2 }, {}], c: {} });
  expect(tree.items[0]).toEqual({ a: 1, b: 2 });
});

test('variables are filled in values and keys; what is unknown stays', () => {
  const filled = fillTree(
    { '$(id)': ['x-$(ns)', '$(other)', 5] },
    new Map([
      ['id', 'i'],
      ['ns', 'n'],
    ]),
  );
  expect(filled).toEqual({ i: ['x-n', '$(other)', 5] });
});

test.each([
  ['GET /api/v1/namespaces/x/pods', undefined, 'list', 'v1/pods'],
  ['GET /api/v1/namespaces/x/pods?watch=true', undefined, 'watch', 'v1/pods'],
  ['GET /api/v1/namespaces/x', undefined, 'get', 'v1/namespaces'],
  ['PUT /api/v1/namespaces/x/finalize', undefined, 'update', 'v1/namespaces/finalize'],
  [
    'PATCH /apis/apps/v1/namespaces/x/deployments/d/scale',
    'application/merge-patch+json',
    'merge patch',
    'apps/v1/deployments/scale',
  ],
  ['DELETE /api/v1/namespaces/x/pods', undefined, 'deletecollection', 'v1/pods'],
  ['GET /apis/apps/v1', undefined, 'get', '/apis/apps/v1'],
  ['GET /apis/$(id).example.com/v1/things/t', undefined, 'get', 'example.com/v1/things'],
])('%s is about a verb and a type', (request, contentType, verb, type) => {
  expect(describeRequest({ request, ...(contentType !== undefined && { contentType }) })).toEqual({ verb, type });
});

test('a collected watch counts for the type that is watched', () => {
  const script = defineScript('watch/x', {
    steps: [
      { watch: 'w', request: 'GET /api/v1/pods?watch=true' },
      { collect: 'w', events: 1, case: 'c' },
    ],
  });
  expect(script.steps.map((step) => caseOf(script, step))).toEqual([
    undefined,
    { verb: 'watch', type: 'v1/pods', feature: 'c' },
  ]);
});

test('a file that is no script is named', () => {
  expect(() => parseScript('crud/x.yaml', 'steps: [{ case: a }]')).toThrow('crud/x.yaml: step 1 has no request');
  expect(() => parseScript('crud/x.yaml', 'hello')).toThrow('crud/x.yaml: has no list of steps');
});

test('a merge patch becomes a JSON patch that does the same to what is there', () => {
  const patch = { spec: { a: 2, 'b/c': { d: 1 } } };
  expect(jsonPatchOf(patch, { spec: { a: 1 } })).toEqual([
    { op: 'replace', path: '/spec/a', value: 2 },
    { op: 'add', path: '/spec/b~1c', value: { d: 1 } },
  ]);
  expect(mergePatch({ spec: { a: 1, x: 1 } }, { spec: { x: null, a: 2 } })).toEqual({ spec: { a: 2 } });
});
