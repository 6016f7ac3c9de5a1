import type { StatusCause } from '../model/api-error.ts';
import { child, invalid, notSupported, required, tooLong, tooMany, typeInvalid } from '../model/field-error.ts';
import { goJson } from '../model/go-format.ts';
import type { SchemaNode } from '../model/schema.ts';
import { compileCheck } from './checks.ts';
import { type Finding, Findings } from './findings.ts';

/**
 * All that is wrong with a value by the value rules of a structural schema: types, enums, patterns, bounds, lengths,
 * required fields, formats, junctors. With `live`, what did not change since then is not complained about (ratcheting).
 * `path` is the field of the value, empty for a whole object. Never throws on JSON.
 *
 * Messages as kube-openapi pkg/validation with apiextensions-apiserver pkg/apiserver/validation give them.
 */
export function validateStructural(value: unknown, schema: SchemaNode, live?: unknown, path = ''): StatusCause[] {
  const findings = new Findings();
  compileCheck(schema)(value, '', findings, live);
  if (findings.list.length === 0) return [];
  return [...new Map(findings.list.map((one) => [one.text, one])).values()].map((one) => causeOf(one, path));
}

function causeOf(finding: Finding, base: string): StatusCause {
  const name = finding.name.replace(/^\./, '');
  const path = name === '' ? base : child(base, name);
  const value = finding.value ?? '';
  switch (finding.kind) {
    case 'required':
      return required(path);
    case 'enum':
      return notSupported(path, finding.value, (finding.allowed ?? []).map(enumText));
    case 'too long':
      return tooLong(path, finding.limit ?? -1);
    case 'too many':
      return tooMany(path, Number(finding.value ?? -1), finding.limit ?? -1);
    case 'type':
      return typeInvalid(path, value, finding.text);
    case 'junctor':
      return invalid(base, '', finding.text);
    default:
      return invalid(path, value, finding.text);
  }
}

function enumText(value: unknown): string {
  return typeof value === 'string' ? value : goJson(value);
}
