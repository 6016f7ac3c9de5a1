import { type DefinitionRole, describeSource } from '@capstan/oam-model';
import type { TypeRow } from '../lib/type-rows.ts';
import { paint, type Terminal, wrap } from './terminal.ts';

/** A workload, trait or scope as a short page. */
export function typeLines(row: TypeRow, role: DefinitionRole): string[] {
  const facts: [string, string][] = [
    ['kind', row.registers ? `${row.registers.kind} (${row.registers.apiVersion})` : ''],
    ['Definition', row.definition],
    ['from', row.provider],
    ['makes', row.makes.join(', ')],
    [
      'applies to',
      role === 'trait'
        ? (row.appliesToAll ? 'all workloads' : row.appliesTo.join(', ')) || 'no installed workload'
        : '',
    ],
    ['not beside', row.conflictsWith.join(', ')],
    ['per component', role === 'scope' ? (row.overlaps ? 'any number' : 'one') : ''],
  ];
  return [
    `${row.name} (${role})  ${row.summary}`.trimEnd(),
    ...facts.filter(([, value]) => value !== '').map(([name, value]) => `  ${`${name}:`.padEnd(15)}${value}`),
  ];
}

/** Whether a trait fits a workload, with the rule and the object that it stands in. */
export function verdictLines(row: TypeRow, terminal: Terminal): string[] {
  const { name, provider, applies, why = '', source, notBeside = [], owns = [], podDisruptive } = row;
  const width = (terminal.columns ?? 100) - 2;
  const answer = paint(applies ? 'fits' : 'does not fit', applies ? 'good' : 'bad', terminal);
  const place = source ? describeSource(source) : '';
  const notes = [
    ...(owns.length > 0 ? [`decides ${owns.join(', ')}`] : []),
    ...notBeside.map((other) => `not beside ${other.definition}: ${other.why} (${describeSource(other.source)})`),
    ...(podDisruptive ? ['a change of it restarts pods'] : []),
  ];
  const lines = [...wrap(why, width), place, ...notes.flatMap((note) => wrap(note, width))];
  return [`${name} (${provider})  ${answer}`, ...lines.map((line) => `  ${line}`)];
}
