import type { SchemaField } from '@capstan/oam-model';
import type { Explanation } from '../lib/explain.ts';
import { paint, type Terminal, wrap } from './terminal.ts';

const INDENT = '      ';

/** An explanation as a page: what it is, then its fields with type, default and description. */
export function explanationLines(explanation: Explanation, terminal: Terminal): string[] {
  const { type, role, registers, definition, provider, summary, path } = explanation;
  const width = terminal.columns ?? 100;
  const head =
    path === 'spec'
      ? [
          `${paint(type, 'bold', terminal)} (${role})  ${summary}`.trimEnd(),
          `  apiVersion: ${registers.apiVersion}`,
          `  kind: ${registers.kind}`,
          `  Definition ${definition}, from ${provider}`,
        ]
      : [`${paint(`${type}.${path}`, 'bold', terminal)}  ${typeOf({ ...explanation, type: explanation.fieldType })}`];
  const description = explanation.description ? ['', ...wrap(explanation.description, width)] : [];
  const fields =
    explanation.fields.length === 0
      ? []
      : [
          '',
          path === 'spec' ? 'Fields of spec' : 'Fields',
          ...explanation.fields.flatMap((field) => fieldLines(field, width, terminal)),
        ];
  return [...head, ...description, ...fields];
}

function fieldLines(field: SchemaField, width: number, terminal: Terminal): string[] {
  const text = field.description ? wrap(field.description, width - INDENT.length).map((line) => INDENT + line) : [];
  return [`  ${paint(field.name, 'bold', terminal)}  ${typeOf(field)}`, ...text];
}

function typeOf(field: Pick<SchemaField, 'type' | 'required' | 'default' | 'enum'>): string {
  const notes = [
    field.required ? 'required' : undefined,
    field.default === undefined ? undefined : `default ${JSON.stringify(field.default)}`,
    field.enum ? `one of ${field.enum.map(String).join(', ')}` : undefined,
  ].filter((note) => note !== undefined);
  return notes.length === 0 ? field.type : `${field.type} (${notes.join('; ')})`;
}
