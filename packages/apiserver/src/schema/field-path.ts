import { child, key } from '../model/field-error.ts';
import type { SchemaNode } from '../model/schema.ts';
import { own } from './json.ts';

/** Where a path leads, or why it leads nowhere. */
export interface FoundPath {
  readonly schema?: SchemaNode;
  /** As in causes: `spec.a`, and `spec.map[key]` for keys of maps. */
  readonly path?: string;
  readonly problem?: string;
}

/**
 * Follows a path such as `.spec.a['b.c']` through a schema (apiextensions-apiserver pkg/apiserver/schema/cel,
 * ValidFieldPath).
 */
export function followFieldPath(path: string, root: SchemaNode, brackets = true): FoundPath {
  let schema: SchemaNode = root;
  let field = '';
  const tokens = path.match(/'(?:[^'\\]|\\.)*'|[.[\]]|[^.[\]']+|'/g) ?? [];
  for (let at = 0; at < tokens.length; ) {
    const step = readStep(tokens, at, brackets);
    if (step.problem !== undefined) return { problem: step.problem };
    const next = below(schema, step.name);
    if (!next) return { problem: 'does not refer to a valid field' };
    field = schema.properties ? child(field, step.name) : key(field, step.name);
    schema = next;
    at = step.next;
  }
  return { schema, path: field };
}

type Step =
  | { readonly name: string; readonly next: number; readonly problem?: undefined }
  | { readonly problem: string };

function readStep(tokens: readonly string[], at: number, brackets: boolean): Step {
  const token = tokens[at] ?? '';
  const name = tokens[at + 1];
  const ended = { problem: 'unexpected end of JSON path' };
  if (token === '.') return name === undefined ? ended : { name, next: at + 2 };
  if (token !== '[') return { problem: `expected [ or . but got: ${token}` };
  if (!brackets) return { problem: 'array notation is not allowed' };
  if (name === undefined) return ended;
  if (!/^'.*'$/s.test(name) || name.length < 2) return { problem: `expected single quoted string but got ${name}` };
  const close = tokens[at + 2];
  if (close === undefined) return ended;
  if (close !== ']') return { problem: `expected ] but got ${close}` };
  return { name: name.slice(1, -1).replace(/\\(.)/g, '$1'), next: at + 3 };
}

function below(schema: SchemaNode, name: string): SchemaNode | undefined {
  if (schema.properties) return own(schema.properties, name);
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}
