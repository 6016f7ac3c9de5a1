import type { KubernetesObject } from '@capstan/base';
import { expect, test } from 'vitest';
import { ObjectCache } from './object-cache.ts';

function aPod(resourceVersion: number, uid = 'a'): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'n', uid, resourceVersion: String(resourceVersion) },
  };
}

function version(cache: ObjectCache): string | undefined {
  return cache.get('p', 'n')?.metadata.resourceVersion;
}

test('what was learnt from an answer is told once, and older events do not undo it', () => {
  const cache = new ObjectCache();
  cache.put(aPod(1));
  expect(cache.learn(aPod(3)).map(({ type }) => type)).toEqual(['MODIFIED']);
  expect(cache.put(aPod(2))).toEqual([]);
  expect(cache.put(aPod(3))).toEqual([]);
  expect(version(cache)).toBe('3');
  expect(cache.put(aPod(4)).map(({ type }) => type)).toEqual(['MODIFIED']);
});

test('an answer that comes after later events changes nothing', () => {
  const cache = new ObjectCache();
  cache.put(aPod(5));
  expect(cache.learn(aPod(4))).toEqual([]);
  expect(version(cache)).toBe('5');
});

test('an answer does not bring back what was deleted meanwhile', () => {
  const cache = new ObjectCache();
  cache.put(aPod(1));
  cache.remove(aPod(2));
  expect(cache.learn(aPod(1))).toEqual([]);
  expect(cache.list()).toEqual([]);
});

test('the deletion of an object leaves its learnt successor alone', () => {
  const cache = new ObjectCache();
  cache.put(aPod(1));
  cache.learn(aPod(3, 'b'));
  expect(cache.remove(aPod(2))).toEqual([]);
  expect(version(cache)).toBe('3');
});

test('a list keeps what was learnt after its version, and takes a younger cluster as it is', () => {
  const cache = new ObjectCache();
  cache.learn(aPod(9));
  cache.replaceAll([], '5');
  expect(version(cache)).toBe('9');
  cache.put(aPod(9));
  cache.replaceAll([aPod(2, 'b')], '2');
  expect(version(cache)).toBe('2');
});
