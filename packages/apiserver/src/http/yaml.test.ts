import { expect, test } from 'vitest';
import { readYaml } from './yaml.ts';

const read = (text: string) => readYaml(text, (problem) => new Error(problem));

test.each([
  ['{"a": [1, null]}', { a: [1, null] }],
  ['a: 1\nb: [x, "y"]\n', { a: 1, b: ['x', 'y'] }],
  ['# nothing\n', null],
  ['a: &x {b: 1}\nc: {<<: *x, d: 2}\n', { a: { b: 1 }, c: { b: 1, d: 2 } }],
  ['when: 2020-01-01T00:00:00Z\n', { when: '2020-01-01T00:00:00.000Z' }],
])('%j is read', async (text, value) => {
  expect(await read(text)).toEqual({ value, duplicates: [] });
});

test('keys that are said twice are told with their lines; the last one counts', async () => {
  expect(await read('a: 1\nb: 2\na: 3\n')).toEqual({
    value: { a: 3, b: 2 },
    duplicates: ['line 3: key "a" already set in map'],
  });
  expect((await read('{"a": 1, "a": 2}')).duplicates).toEqual(['line 1: key "a" already set in map']);
});

test('what is no YAML is refused with its line', async () => {
  await expect(read('a: b\n]')).rejects.toThrow('yaml: line 2: did not find expected node content');
});
