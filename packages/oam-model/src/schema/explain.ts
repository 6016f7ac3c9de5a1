import { CapstanError, didYouMean, EXIT } from '@capstan/base';
import { OAM_CODES } from '../codes.ts';
import { formatFieldPath, type PathSegment, parseFieldPath } from '../field-path.ts';
import type { Schema } from './types.ts';

/** What a schema says of one field. */
export interface FieldExplanation {
  /** For people: `integer`, `list of object`, `map of string`, `integer or string`, `any`, ... */
  readonly type: string;
  readonly required: boolean;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
}

/** One field of an object. */
export interface SchemaField extends FieldExplanation {
  readonly name: string;
}

/** What a schema says at a path, and the fields below it. */
export interface SchemaExplanation extends FieldExplanation {
  /** Fields of the object, or of the objects in the list or map, by name; required ones first. */
  readonly fields: readonly SchemaField[];
}

/**
 * Explains the field at a path; the empty path is the root. Lists and maps are passed through: `spec.triggers.type` and
 * `spec.triggers[0].type` are the same. Throws CAPSTAN_FIELD_PATH_UNKNOWN with the nearest names.
 */
export function explainSchema(schema: Schema, path = ''): SchemaExplanation {
  const segments = parseFieldPath(path).filter((segment) => typeof segment === 'string');
  let at = schema;
  let required = false;
  for (const [depth, name] of segments.entries()) {
    const parent = contentOf(at);
    const field = fieldOf(parent, name);
    if (!field) throw unknownField(parent, segments, depth);
    required = parent.required?.includes(name) ?? false;
    at = field;
  }
  const content = contentOf(at);
  const fields = Object.entries(content.properties ?? {})
    .map(([name, field]) => ({ name, ...explain(field, content.required?.includes(name) ?? false) }))
    .sort((a, b) => Number(b.required) - Number(a.required) || (a.name < b.name ? -1 : 1));
  return { ...explain(at, required), fields };
}

function explain(schema: Schema, required: boolean): FieldExplanation {
  return {
    type: typeOf(schema),
    required,
    ...(schema.description === undefined ? {} : { description: schema.description }),
    ...(schema.default === undefined ? {} : { default: schema.default }),
    ...(schema.enum === undefined ? {} : { enum: schema.enum }),
  };
}

/** The schema below lists and maps: where the next name of a path is looked up. */
function contentOf(schema: Schema): Schema {
  if (schema.items) return contentOf(schema.items);
  const { additionalProperties: more } = schema;
  return typeof more === 'object' && !schema.properties ? contentOf(more) : schema;
}

function fieldOf(parent: Schema, name: string): Schema | undefined {
  const { properties = {} } = parent;
  return Object.hasOwn(properties, name) ? properties[name] : undefined;
}

function typeOf(schema: Schema): string {
  if (schema['x-kubernetes-int-or-string']) return 'integer or string';
  if (schema['x-kubernetes-embedded-resource']) return 'Kubernetes object';
  if (schema.items) return `list of ${typeOf(schema.items)}`;
  const { additionalProperties: more } = schema;
  if (typeof more === 'object') return `map of ${typeOf(more)}`;
  return schema.type ?? 'any';
}

function unknownField(parent: Schema, segments: readonly PathSegment[], depth: number): CapstanError {
  const name = String(segments[depth]);
  const names = Object.keys(parent.properties ?? {});
  const place = formatFieldPath(segments.slice(0, depth)) || 'this type';
  const listed = names.length === 0 ? `${place} has no fields.` : `Fields: ${names.join(', ')}.`;
  return new CapstanError(OAM_CODES.fieldPathUnknown, `"${name}" is not a field of ${place}`, {
    hint: didYouMean(name, names) ?? listed,
    exit: EXIT.usage,
  });
}
