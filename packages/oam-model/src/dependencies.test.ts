import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DependencyNode, dependencyGraph } from './dependencies.ts';

const node = (instance: string, ...dependencies: string[]): DependencyNode => ({ instance, aliases: [], dependencies });

test('instances are waited for by their name', () => {
  expect(dependencyGraph([node('frontend', 'backend'), node('backend')])).toEqual({
    waitsFor: [[1], []],
    problems: [],
  });
});

test('a name of a Component or workload means every instance of it, unless an instance has that name', () => {
  const nodes = [
    node('web', 'redis'),
    { instance: 'cache', aliases: ['redis'] },
    { instance: 'queue', aliases: ['redis', 'web'] },
  ];
  expect(dependencyGraph(nodes).waitsFor).toEqual([[1, 2], [], []]);
  expect(dependencyGraph([...nodes, node('redis')]).waitsFor[0]).toEqual([3]);
});

describe('problems', () => {
  test.each<[string, DependencyNode[], string[]]>([
    [
      'unknown',
      [node('a', 'b', 'c'), node('b')],
      ['unknown 0 1 "a" depends on "c", which is no instance of the application'],
    ],
    ['itself', [node('a', 'a')], ['cycle 0 0 the dependencies form a cycle: a -> a']],
    [
      'three, from the first of the cycle',
      [node('x', 'a'), node('a', 'b'), node('b', 'c'), node('c', 'a')],
      ['cycle 3 0 the dependencies form a cycle: a -> b -> c -> a'],
    ],
    ['none in a diamond', [node('a', 'b', 'c'), node('b', 'd'), node('c', 'd'), node('d')], []],
  ])('%s', (_what, nodes, expected) => {
    const { problems } = dependencyGraph(nodes);
    expect(problems.map(({ kind, node: at, dependency, message }) => `${kind} ${at} ${dependency} ${message}`)).toEqual(
      expected,
    );
  });
});

test('the edges that remain have no cycle, and none is lost without a problem', () => {
  const graph = fc.integer({ min: 1, max: 8 }).chain((size) =>
    fc.array(fc.uniqueArray(fc.integer({ min: 0, max: size - 1 }), { maxLength: 4 }), {
      minLength: size,
      maxLength: size,
    }),
  );
  fc.assert(
    fc.property(graph, (edges) => {
      const { waitsFor, problems } = dependencyGraph(
        edges.map((targets, index) => node(`n${index}`, ...targets.map((target) => `n${target}`))),
      );
      const left = new Set(edges.keys());
      for (let before = -1; before !== left.size; ) {
        before = left.size;
        for (const at of left) if (waitsFor[at]!.every((target) => !left.has(target))) left.delete(at);
      }
      expect(left.size).toBe(0);
      expect(waitsFor.flat().length + problems.length).toBe(edges.flat().length);
    }),
  );
});

test('a chain of any length is followed', () => {
  const nodes = Array.from({ length: 20_000 }, (_, index) => node(`n${index}`, `n${index + 1}`));
  expect(dependencyGraph([...nodes, node('n20000')]).problems).toEqual([]);
});
