import type { JsonObject } from '@capstan/base';
import { objectMetaSchema, withTypeMeta } from './object-meta.ts';
import type { Schema } from './types.ts';

/** Keyword of ours: no two items may agree in these keys (or be equal, when there are none). */
export const UNIQUE_ITEMS_BY = 'capstan-unique-items-by';

/** Name under which the validator knows the JSON Schema of metadata. */
export const OBJECT_META = 'capstan:object-meta';

const COPIED = [
  'type',
  'enum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'uniqueItems',
  'multipleOf',
  'description',
] as const satisfies readonly (keyof Schema)[];

/**
 * The JSON Schema that accepts what an API server with `fieldValidation=Strict` accepts of a structural schema. CEL
 * rules and formats are left to the server.
 */
export function toJsonSchema(schema: Schema): JsonObject {
  const structural = schema['x-kubernetes-embedded-resource'] ? withTypeMeta(schema) : schema;
  const converted: JsonObject = { ...valueRules(structural) };
  if (structural.properties) converted['properties'] = mapValues(structural.properties, toJsonSchema);
  if (structural.items) converted['items'] = toJsonSchema(structural.items);
  converted['additionalProperties'] = additional(structural);
  return converted;
}

/** Which keys beside `properties` an object may have. */
function additional(schema: Schema): JsonObject | boolean {
  const { additionalProperties: more } = schema;
  if (typeof more === 'object') return toJsonSchema(more);
  if (more !== undefined) return more;
  return schema['x-kubernetes-preserve-unknown-fields'] === true || schema.type !== 'object';
}

/** The rules for the value itself. Inside allOf, anyOf, oneOf and not a structural schema has nothing else. */
function valueRules(schema: Schema): JsonObject {
  const rules: JsonObject = {};
  for (const keyword of COPIED) if (schema[keyword] !== undefined) rules[keyword] = schema[keyword];
  if (schema.required && schema.required.length > 0) rules['required'] = schema.required;
  if (schema.pattern !== undefined && compiles(schema.pattern)) rules['pattern'] = schema.pattern;
  Object.assign(rules, bounds(schema), junctors(schema), uniqueness(schema));
  if (schema['x-kubernetes-int-or-string']) rules['type'] = ['integer', 'string'];
  // An enum of a nullable field has to list null itself.
  if (schema.nullable && rules['type'] !== undefined) rules['type'] = [rules['type'], 'null'].flat();
  return rules;
}

function bounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema): JsonObject {
  return {
    ...(minimum === undefined ? {} : { [exclusiveMinimum ? 'exclusiveMinimum' : 'minimum']: minimum }),
    ...(maximum === undefined ? {} : { [exclusiveMaximum ? 'exclusiveMaximum' : 'maximum']: maximum }),
  };
}

function junctors(schema: Schema): JsonObject {
  const result: JsonObject = {};
  for (const keyword of ['allOf', 'anyOf', 'oneOf'] as const) {
    const branches = schema[keyword] ?? [];
    if (branches.length === 0 || (schema['x-kubernetes-int-or-string'] && branches.every(isOnlyType))) continue;
    result[keyword] = branches.map(junctorBranch);
  }
  if (schema.not) result['not'] = junctorBranch(schema.not);
  return result;
}

function junctorBranch(schema: Schema): JsonObject {
  if (schema === objectMetaSchema) return { $ref: OBJECT_META };
  return {
    ...valueRules(schema),
    ...(schema.properties ? { properties: mapValues(schema.properties, junctorBranch) } : {}),
    ...(schema.items ? { items: junctorBranch(schema.items) } : {}),
    ...(typeof schema.additionalProperties === 'object'
      ? { additionalProperties: junctorBranch(schema.additionalProperties) }
      : {}),
  };
}

function uniqueness(schema: Schema): JsonObject {
  const listType = schema['x-kubernetes-list-type'];
  if (listType !== 'set' && listType !== 'map') return {};
  return { [UNIQUE_ITEMS_BY]: schema['x-kubernetes-list-map-keys'] ?? [] };
}

function isOnlyType(schema: Schema): boolean {
  return Object.keys(schema).every((key) => key === 'type');
}

/** Patterns are RE2: the few that JavaScript does not know are left to the server. */
function compiles(pattern: string): boolean {
  try {
    return new RegExp(pattern) instanceof RegExp;
  } catch {
    return false;
  }
}

function mapValues(properties: Readonly<Record<string, Schema>>, convert: (schema: Schema) => JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, convert(schema)]));
}
