import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type GraphNode, runGraph } from './graph.ts';

/** A node that notes when it begins and ends. */
function noting(id: string, after: readonly string[], log: string[], fails = false): GraphNode {
  return {
    id,
    after,
    run: async () => {
      log.push(`begin ${id}`);
      await Promise.resolve();
      if (fails) throw new Error(id);
      log.push(`end ${id}`);
    },
  };
}

describe('a graph of steps', () => {
  test('runs each node after all that it comes after, never more than the limit at a time', async () => {
    const nodes = fc
      .uniqueArray(fc.nat(20), { minLength: 1 })
      .chain((ids) =>
        fc.tuple(
          fc.integer({ min: 1, max: 4 }),
          fc.tuple(...ids.map((id, index) => fc.tuple(fc.constant(id), fc.subarray(ids.slice(0, index))))),
        ),
      );
    await fc.assert(
      fc.asyncProperty(nodes, async ([limit, graph]) => {
        const log: string[] = [];
        await runGraph(
          graph.map(([id, after]) => noting(String(id), after.map(String), log)),
          { limit },
        );
        let running = 0;
        for (const line of log) {
          running += line.startsWith('begin') ? 1 : -1;
          expect(running).toBeLessThanOrEqual(limit);
        }
        for (const [id, after] of graph) {
          for (const other of after) expect(log.indexOf(`end ${other}`)).toBeLessThan(log.indexOf(`begin ${id}`));
        }
        expect(log).toHaveLength(2 * graph.length);
      }),
    );
  });

  test('begins nothing after a failure, waits for what is under way, and throws the first one', async () => {
    const log: string[] = [];
    const nodes = [noting('a', [], log), noting('bad', [], log, true), noting('c', ['a'], log), noting('d', [], log)];
    await expect(runGraph(nodes, { limit: 2 })).rejects.toThrow('bad');
    expect(log).toEqual(['begin a', 'begin bad', 'end a']);
  });

  test('begins nothing once its signal is aborted', async () => {
    const log: string[] = [];
    const signal = AbortSignal.abort(new Error('stopped'));
    await expect(runGraph([noting('a', [], log)], { limit: 1, signal })).rejects.toThrow('stopped');
    expect(log).toEqual([]);
  });

  test.each([
    { name: 'a cycle', nodes: [noting('a', ['b'], []), noting('b', ['a'], [])] },
    { name: 'an unknown name', nodes: [noting('a', ['nothing'], [])] },
  ])('is refused with $name', async ({ nodes }) => {
    await expect(runGraph(nodes, { limit: 1 })).rejects.toThrow(/wait for one another/);
  });
});
