import type { Finding, Level } from '../doctor/finding.ts';
import type { Reach } from '../lib/reach.ts';
import { count } from '../lib/words.ts';
import { paint, plain, type Terminal, type Tone, wrap } from './terminal.ts';

const TONES: Readonly<Record<Level, Tone>> = { ok: 'good', warn: 'warn', fail: 'bad' };

/** The findings, one line each with its area in a column; below what is wrong its cause and what to try. */
export function findingLines(findings: readonly Finding[], reach: Reach, terminal: Terminal): string[] {
  const width = terminal.columns ?? 100;
  const areas = Math.max(...findings.map(({ area }) => area.length), 0);
  return findings.flatMap(({ level, area, message, cause, fix }) => {
    const indent = areas + 8;
    const [first = '', ...rest] = wrap(plain(message), Math.max(30, width - indent));
    const head = `${paint(level.padEnd(4), TONES[level], terminal)}  ${area.padEnd(areas)}  ${first}`;
    const below = rest.map((line) => ' '.repeat(indent) + line);
    if (level === 'ok') return [head, ...below];
    const why = cause === undefined ? [] : wrap(`cause: ${plain(cause)}`, Math.max(30, width - 8));
    const way = fix === undefined ? [] : [`try:   ${reach.command(fix.command)}`];
    return [head, ...below, ...[...why, ...way].map((line) => `        ${line}`)];
  });
}

/** How many findings of each kind, and what to do with them. */
export function summaryLine(findings: readonly Finding[]): string {
  const of = (level: Level) => findings.filter((finding) => finding.level === level).length;
  const failures = of('fail');
  const warnings = of('warn');
  if (failures + warnings === 0) return 'Nothing is wrong.';
  return `${[...(failures > 0 ? [count(failures, 'failure')] : []), ...(warnings > 0 ? [count(warnings, 'warning')] : [])].join(', ')}.`;
}
