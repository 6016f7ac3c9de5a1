import { expect, test } from 'vitest';
import { parseJsonPath } from './jsonpath.ts';

const data = {
  kind: 'List',
  items: [
    { name: 'a', state: 'Ready', size: 1, labels: { 'app.kubernetes.io/name': 'x' } },
    { name: 'b', state: 'Pending', size: 2, tags: ['one', 'two', 'three'] },
  ],
};

test.each([
  ['{.kind}', 'List'],
  ['.kind', 'List'],
  ['kind', 'List'],
  ['{$.items[*].name}', 'a b'],
  ['{.items[0].name} and {.items[-1].name}', 'a and b'],
  ["{.items[0].labels['app.kubernetes.io/name']}", 'x'],
  ['{.items[0].labels.app\\.kubernetes\\.io/name}', 'x'],
  ['{..name}', 'a b'],
  ['{.items[1].tags[1:]}', 'two three'],
  ['{.items[?(@.state=="Ready")].name}', 'a'],
  ["{.items[?(@.state!='Ready')].size}", '2'],
  ['{.items[?(@.size >= 2)].name}', 'b'],
  ['{.items[?(@.tags)].name}', 'b'],
  ['{range .items[*]}{.name}={.size}{"\\n"}{end}', 'a=1\nb=2\n'],
  ['{.items[0].labels}', '{"app.kubernetes.io/name":"x"}'],
  ['{.missing[*].name}{.kind.deeper}', ''],
])('%s', (template, expected) => {
  expect(parseJsonPath(template)(data)).toBe(expected);
});

test.each(['{.items[}', '{.items[x]}', '{range .items}', '{end}', '{.a', '{.items[?(.a]}', '{"x}', '{.a b}'])(
  '%s is a usage error',
  (template) => {
    expect(() => parseJsonPath(template)).toThrow(expect.objectContaining({ code: 'CAPSTAN_CLI_USAGE', exit: 2 }));
  },
);
