import fc from 'fast-check';
import { expect, test } from 'vitest';
import { offsetInJson, parseJsonText } from './json-text.ts';

/** The path of some value inside of another one. */
function pathsIn(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const members = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [path, ...members.flatMap(([key, member]) => pathsIn(member, [...path, key]))];
}

test('every value of a text is found where it stands', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(undefined, 2, '\t'), (value, indent) => {
      const text = JSON.stringify(value, undefined, indent);
      for (const path of pathsIn(JSON.parse(text))) {
        const at = path.reduce<unknown>(
          (parent, key) => (parent as Record<string | number, unknown>)[key],
          JSON.parse(text),
        );
        const name = path.at(-1);
        const container = typeof at === 'object' && at !== null;
        const shown = container && typeof name === 'string' ? name : at;
        const start = container && typeof name !== 'string' ? (Array.isArray(at) ? '[' : '{') : JSON.stringify(shown);
        expect(text.slice(offsetInJson(text, path)).startsWith(start)).toBe(true);
      }
    }),
  );
});

test.each([
  ['brackets', '['.repeat(200_000)],
  ['deep lists', `${'['.repeat(200_000)}${']'.repeat(200_000)}`],
  ['deep objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
  ['what YAML nests', 'a: {b\n'.repeat(200_000)],
  ['what YAML nests without brackets', '- '.repeat(32_000)],
  ['a string without end', `"${'x'.repeat(1_000_000)}`],
  ['nothing', ' '.repeat(1_000_000)],
])('%s are refused at once', (_, text) => {
  const started = performance.now();
  expect(parseJsonText(text)).toMatchObject({ fault: { reason: expect.any(String), offset: expect.any(Number) } });
  expect(performance.now() - started).toBeLessThan(5000);
});
