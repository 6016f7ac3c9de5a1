import { expect, test } from 'vitest';
import { compare } from './compare.ts';
import { checkKnown, type KnownDifference, ratchet, UNEXPLAINED } from './known.ts';
import type { CaseResult } from './results.ts';

function aCase(id: string, ...paths: string[]): CaseResult {
  const differences = paths.map((path) => ({ path, real: 1, embedded: 2 }));
  const different = paths.length === 0 ? [] : [{ script: 's', step: 1, request: 'GET /', differences }];
  return { id, area: 'crud', key: { verb: 'get', type: 't', feature: id }, steps: 1, different };
}

const known: KnownDifference[] = [
  { reason: 'colours', owner: 'http', match: { path: '^body\\.color' }, cases: ['a'] },
  { reason: UNEXPLAINED, owner: 'apiserver', cases: ['b'] },
];

test('a new difference and one that is gone are both found', () => {
  const { unexpected, stale } = checkKnown([aCase('a'), aCase('b', 'x'), aCase('c', 'x')], known);
  expect(unexpected.map(({ id }) => id)).toEqual(['c']);
  expect(stale).toEqual(['a']);
});

test('the ratchet keeps reasons, drops equal cases and explains what matches', () => {
  const results = [aCase('a'), aCase('b', 'x'), aCase('c', 'body.color'), aCase('d', 'body.color', 'body.size')];
  expect(ratchet(results, known, true)).toEqual([
    { ...known[0], cases: ['c'] },
    { reason: UNEXPLAINED, owner: 'apiserver', cases: ['b', 'd'] },
  ]);
});

test('the ratchet of some areas leaves the others alone', () => {
  expect(ratchet([aCase('c', 'body.color')], known, false)).toEqual([
    { ...known[0], cases: ['a', 'c'] },
    { reason: UNEXPLAINED, owner: 'apiserver', cases: ['b'] },
  ]);
});

test('a comparison names every place, and not the order of keys', () => {
  const real = { status: 200, contentType: 'j', body: { a: 1, list: [1, 2], 'x.y': 1 } };
  const embedded = { contentType: 'j', status: 201, body: { list: [1], a: 1, 'x.y': 2 } };
  expect(compare(real, embedded)).toEqual([
    { path: 'status', real: 200, embedded: 201 },
    { path: 'body.list[1]', real: 2 },
    { path: 'body["x.y"]', real: 1, embedded: 2 },
  ]);
});
