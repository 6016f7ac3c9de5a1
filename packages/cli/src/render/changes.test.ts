import { expect, test } from 'vitest';
import type { FieldChange } from '../changes/field-changes.ts';
import { changeLines, changeSummary } from './changes.ts';
import type { Terminal } from './terminal.ts';

const pipe: Terminal = { isTTY: false, columns: undefined, color: false, ellipsis: '…' };
const image: FieldChange = { path: 'spec.containers[web].image', change: 'changed', before: 'a:1', after: 'a:2' };

test.each<[FieldChange, string]>([
  [image, '  spec.containers[web].image: a:1 -> a:2'],
  [{ path: 'spec.paused', change: 'added', after: true }, '  spec.paused: (none) -> true'],
  [{ path: 'spec.args', change: 'removed', before: ['x y'] }, '  spec.args: ["x y"] -> (none)'],
  [{ path: 'spec.note', change: 'changed', before: 'a b', after: '' }, '  spec.note: "a b" -> ""'],
  [{ path: 'data.KEY', change: 'changed', hidden: true }, '  data.KEY: (changed, hidden)'],
])('%j', (change, line) => {
  expect(changeLines(change, '  ', pipe)).toEqual([line]);
});

test('a line that is too long for the terminal is broken after the path', () => {
  const lines = changeLines({ ...image, after: 'x'.repeat(60) }, '  ', { ...pipe, isTTY: true, columns: 50 });
  expect(lines).toHaveLength(2);
  expect(lines.every((line) => line.length <= 50)).toBe(true);
});

test('a summary names the first change and counts the others', () => {
  const replicas: FieldChange = { path: 'workload.spec.replicas', change: 'changed', before: 1, after: 2 };
  expect(changeSummary([replicas, image])).toBe('spec.replicas 1 -> 2 (+1 more)');
});
