import { expect, test } from 'vitest';
import { comparePreferred } from './version-order.ts';

test('versions are listed as kubectl expects them', () => {
  const sorted = ['v10', 'v2', 'v1', 'v11beta2', 'v10beta3', 'v3beta1', 'v12alpha1', 'v11alpha2', 'foo1', 'foo10'];
  for (const shuffled of [[...sorted].reverse(), [...sorted].sort(), sorted]) {
    expect([...shuffled].sort(comparePreferred)).toEqual(sorted);
  }
  expect(comparePreferred('v1', 'v1')).toBe(0);
  expect(comparePreferred('foo', 'foo')).toBe(0);
});
