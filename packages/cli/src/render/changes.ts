import type { FieldChange } from '../changes/field-changes.ts';
import { cut, paint, plain, type Terminal } from './terminal.ts';

/** Longer values are cut where changes are listed; `-o json` has them whole. */
const LONGEST_VALUE = 200;
/** In one line of a table. */
const LONGEST_SHORT = 40;

/** One changed field as lines: `path: old -> new`, broken after the path where a terminal is too narrow. */
export function changeLines(change: FieldChange, indent: string, terminal: Terminal): string[] {
  const path = `${indent}${plain(change.path)}:`;
  const text = valuesOf(change, LONGEST_VALUE);
  const width = terminal.columns ?? Number.POSITIVE_INFINITY;
  if (path.length + 1 + text.length <= width) return [`${path} ${text}`];
  return [path, `${indent}    ${cut(text, width - indent.length - 4, terminal.ellipsis)}`];
}

/** Several changes in few words: the first one, and how many more there are. */
export function changeSummary(changes: readonly FieldChange[]): string {
  const [first, ...more] = changes;
  if (!first) return 'nothing that is shown';
  const path = first.path.replace(/^workload\./, '');
  const rest = more.length > 0 ? ` (+${more.length} more)` : '';
  return plain(`${path} ${valuesOf(first, LONGEST_SHORT)}${rest}`);
}

/** The sign before a created, changed or removed object. */
export function sign(action: 'created' | 'changed' | 'unchanged' | 'removed', terminal: Terminal): string {
  const [mark, tone] = SIGNS[action];
  return paint(mark, tone, terminal);
}

const SIGNS = {
  created: ['+', 'good'],
  changed: ['~', 'warn'],
  unchanged: ['=', undefined],
  removed: ['-', 'bad'],
} as const;

function valuesOf({ change, before, after, hidden }: FieldChange, longest: number): string {
  if (hidden) return `(${change}, hidden)`;
  if (change === 'added') return `(none) -> ${valueText(after, longest)}`;
  if (change === 'removed') return `${valueText(before, longest)} -> (none)`;
  return `${valueText(before, longest)} -> ${valueText(after, longest)}`;
}

/** Text as it is where nothing can be mistaken, else as JSON. */
function valueText(value: unknown, longest: number): string {
  const text = typeof value === 'string' && /^[\w./:@=+-]+$/.test(value) ? value : JSON.stringify(value);
  return cut(plain(text), longest, '...');
}
