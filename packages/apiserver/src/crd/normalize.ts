import { ApiError } from '../model/api-error.ts';
import { isMap, type JsonMap } from '../schema/json.ts';

/*
 * Schemas as Go's types keep them: JSONSchemaProps has fields that take several forms, which the schema of CRDs leaves
 * open (apiextensions/v1 marshal.go).
 */

const LISTS = ['allOf', 'anyOf', 'oneOf'] as const;
const MAPS = ['properties', 'patternProperties', 'definitions'] as const;

/** Brings the schemas of a CRD's versions into order, in place. Throws `ApiError` 400 for what Go cannot decode. */
export function normalizeSchemas(versions: readonly JsonMap[]): void {
  for (const version of versions) {
    const schema = isMap(version['schema']) ? version['schema']['openAPIV3Schema'] : undefined;
    if (isMap(schema)) normalize(schema);
  }
}

function normalize(schema: JsonMap): void {
  for (const [name, value] of Object.entries(schema)) if (value === null) delete schema[name];
  for (const name of MAPS) if (isMap(schema[name])) normalizeMap(schema[name]);
  for (const name of LISTS) if (Array.isArray(schema[name])) schema[name] = schema[name].map(normalized);
  if (isMap(schema['not'])) normalize(schema['not']);
  for (const name of ['additionalProperties', 'additionalItems']) {
    const value = schema[name];
    if (isMap(value)) normalize(value);
    else if (value !== undefined && typeof value !== 'boolean') throw undecodable('boolean or JSON schema expected');
  }
  normalizeItems(schema);
}

/** What is neither a schema nor a list of schemas says nothing. */
function normalizeItems(schema: JsonMap): void {
  const { items } = schema;
  if (isMap(items)) normalize(items);
  else if (Array.isArray(items)) schema['items'] = items.map(normalized);
  else delete schema['items'];
}

function normalizeMap(schemas: JsonMap): void {
  for (const name of Object.keys(schemas)) {
    const value = normalized(schemas[name]);
    if (value !== schemas[name]) Object.defineProperty(schemas, name, { value });
  }
}

/** Null is an empty schema where there must be one. */
function normalized(value: unknown): JsonMap {
  if (value === null || value === undefined) return {};
  if (!isMap(value))
    throw undecodable(`json: cannot unmarshal ${typeof value} into Go value of type v1.JSONSchemaProps`);
  normalize(value);
  return value;
}

function undecodable(problem: string): ApiError {
  const kind = 'CustomResourceDefinition';
  return new ApiError(400, 'BadRequest', `${kind} in version "v1" cannot be handled as a ${kind}: ${problem}`);
}
