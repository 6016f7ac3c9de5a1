import type { DefinitionRole } from '@capstan/oam-model';
import type { TypeRow } from '../lib/type-rows.ts';

/** A workload, trait or scope as a short page. */
export function typeLines(row: TypeRow, role: DefinitionRole): string[] {
  const facts: [string, string][] = [
    ['kind', row.registers ? `${row.registers.kind} (${row.registers.apiVersion})` : ''],
    ['Definition', row.definition],
    ['from', row.provider],
    ['makes', row.makes.join(', ')],
    ['applies to', role === 'trait' ? row.appliesTo.join(', ') || 'no installed workload' : ''],
    ['not beside', row.conflictsWith.join(', ')],
    ['per component', role === 'scope' ? (row.overlaps ? 'any number' : 'one') : ''],
  ];
  return [
    `${row.name} (${role})  ${row.summary}`.trimEnd(),
    ...facts.filter(([, value]) => value !== '').map(([name, value]) => `  ${`${name}:`.padEnd(15)}${value}`),
  ];
}
