import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { indentContinuations } from './continuation-lines.ts';
import { parseManifest } from './results.ts';

const crd = (name: string) => `---
# Source: flagger/crds/crd.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
data:
  one: 'It''s level with
  its key, and

  goes on: here'
  two: "also \\" level
  with its key"
`;

test('lines of quoted scalars that are level with their key are read as Helm reads them', () => {
  expect(() => parse(crd('a').replace('---\n', ''))).toThrow('Missing closing');
  const text = crd('a');
  expect(parseManifest(text + text.replace('name: a', 'name: b'))).toMatchObject([
    {
      metadata: { name: 'a' },
      data: { one: "It's level with its key, and\ngoes on: here", two: 'also " level with its key' },
    },
    { metadata: { name: 'b' }, data: { one: "It's level with its key, and\ngoes on: here" } },
  ]);
});

test('block scalars that look like quotes keep every space', () => {
  const text = "a: |\n  'one\n    two\nb: 'three\nfour'\n";
  expect(parse(indentContinuations(text))).toEqual({ a: "'one\n  two\n", b: 'three four' });
});

test.each(["a: 'never closed\nb: 1\n", 'a: [1\n', "a: 'b' 'c'\n"])('what is wrong stays wrong: %j', (text) => {
  expect(indentContinuations(text)).toBe(text);
  expect(() => parseManifest(`apiVersion: v1\nkind: A\n${text}`)).toThrow('cannot be read');
});

test('text without such lines is returned as it is', () => {
  const text = "---\na: 'x\n  y'\n---\nb: 1\n";
  expect(indentContinuations(text)).toBe(text);
});
