import { describe, expect, test } from 'vitest';
import type { LockedPackage } from '../installer/lock.ts';
import { removalSet } from './removal-set.ts';
import { removalOrder } from './unit-order.ts';

/** Packages by name: `goal` and what each needs. */
function packages(graph: Record<string, { readonly goal?: boolean; readonly requires?: readonly string[] }>) {
  const locked = ({ goal = false, requires = [] }): LockedPackage => ({
    version: '1.0.0',
    release: 0,
    center: 'test',
    packageDigest: 'sha256:p',
    planDigest: 'sha256:q',
    goal,
    askedBy: {},
    requires,
    at: '2026-01-01T00:00:00Z',
  });
  return Object.fromEntries(
    Object.entries(graph).map(([name, { goal = false, requires = [] }]) => [
      name,
      { ...locked({}), goal, requires: [...requires] },
    ]),
  );
}

const DIAMOND = packages({
  shop: { goal: true, requires: ['cart', 'search'] },
  cart: { requires: ['store'] },
  search: { requires: ['store'] },
  store: {},
  other: { goal: true },
});

const ALL = { cascade: true, prune: true };
const NONE = { cascade: false, prune: false };

describe('what goes with a package', () => {
  test('is nothing unasked, but what nobody would need any more is named', () => {
    const { members, dependents, unneeded } = removalSet(DIAMOND, 'shop', NONE);
    expect(members).toEqual([{ name: 'shop', why: 'asked' }]);
    expect(dependents).toEqual([]);
    expect(unneeded).toEqual([
      { name: 'cart', version: '1.0.0', release: 0, neededBy: ['shop'] },
      { name: 'search', version: '1.0.0', release: 0, neededBy: ['shop'] },
      { name: 'store', version: '1.0.0', release: 0, neededBy: ['cart', 'search'] },
    ]);
  });

  test('of those the first is one that can go at once: nobody of the others needs it', () => {
    const tower = packages({ top: { goal: true, requires: ['a', 'z'] }, a: {}, z: { requires: ['a'] } });
    expect(removalSet(tower, 'top', NONE).unneeded.map(({ name }) => name)).toEqual(['z', 'a']);
  });

  test('with prune are those, after what needs them', () => {
    const { members, unneeded } = removalSet(DIAMOND, 'shop', { cascade: false, prune: true });
    expect(members.map(({ name }) => name)).toEqual(['shop', 'cart', 'search', 'store']);
    expect(members.map(({ why }) => why)).toEqual(['asked', 'unneeded', 'unneeded', 'unneeded']);
    expect(unneeded).toEqual([]);
  });

  test('with cascade is all that needs it, directly or not, before it', () => {
    const { members, dependents } = removalSet(DIAMOND, 'store', { cascade: true, prune: false });
    expect(dependents).toEqual(['cart', 'search', 'shop']);
    expect(members.map(({ name }) => name)).toEqual(['shop', 'cart', 'search', 'store']);
  });

  test('never is what somebody asked for, or what others still need', () => {
    const graph = packages({
      a: { goal: true, requires: ['shared', 'wanted'] },
      b: { goal: true, requires: ['shared'] },
      shared: {},
      wanted: { goal: true },
      orphan: {},
    });
    expect(removalSet(graph, 'a', ALL).members).toEqual([{ name: 'a', why: 'asked' }]);
  });

  test('of packages that need each other is decided too', () => {
    const graph = packages({ a: { goal: true, requires: ['b'] }, b: { requires: ['a'] } });
    expect(removalSet(graph, 'b', ALL).members.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  test('of a package that is not in force is only itself', () => {
    expect(removalSet({}, 'half', ALL).members).toEqual([{ name: 'half', why: 'asked' }]);
  });
});

test.each([
  ['later ones first', ['a', 'b', 'c'], {}, ['c', 'b', 'a']],
  ['what needs another before it', ['a', 'b', 'c'], { a: ['c'] }, ['b', 'a', 'c']],
  ['a circle is broken', ['a', 'b'], { a: ['b'], b: ['a'] }, ['b', 'a']],
])('units are removed %s', (_what, ids, after: Record<string, string[]>, expected) => {
  const units = ids.map((id) => ({ id, after: after[id] ?? [] }));
  expect(removalOrder(units).map(({ id }) => id)).toEqual(expected);
});
