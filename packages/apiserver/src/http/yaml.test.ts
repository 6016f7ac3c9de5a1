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

test.each([
  ['an alias of nothing', 'a: *x', "yaml: unknown anchor 'x' referenced"],
  ['an alias of itself', 'a: &x [*x]', 'yaml: an anchor contains itself'],
  [
    'a bomb',
    [
      'a: &a [1]',
      ...'bcdefghi'.split('').map((name, at) => `${name}: &${name} [${`*${'abcdefgh'[at]},`.repeat(9)}]`),
    ].join('\n'),
    'yaml: document contains excessive aliasing',
  ],
])('%s is refused', async (_name, text, problem) => {
  await expect(read(text)).rejects.toThrow(problem);
});
