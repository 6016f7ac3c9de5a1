import { goNumber } from '../model/go-format.ts';
import type { SchemaNode } from '../model/schema.ts';
import { isMap, own } from './json.ts';

/*
 * Wrong JSON types in objects of built-in types: Go's decoder refuses them with the name of the Go type. Schemas know
 * most of those names. Not the real ones: names of string types (Protocol, PullPolicy) are given as `string`, and
 * numbers are shown as JavaScript prints them.
 */

const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity';
const INT_OR_STRING = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString';
const TIME = 'io.k8s.apimachinery.pkg.apis.meta.v1.Time';
const MICRO_TIME = 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime';
const QUANTITY_FORM = /^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$/;
const QUANTITY_ERROR = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/** An error that ends decoding at once; others are told only if no such error comes after them. */
class DecodingEnds extends Error {}

interface Place {
  /** Name of the innermost Go struct. */
  readonly struct: string;
  /** Dotted field path, without indices and map keys. */
  readonly path: string;
}

/**
 * The error of Go's decoder for a value of a built-in type, such as `json: cannot unmarshal string into Go struct field
 * DeploymentSpec.spec.replicas of type int32`; undefined where all types fit.
 */
export function goTypeMismatch(value: unknown, schema: SchemaNode): string | undefined {
  const found: string[] = [];
  try {
    walk(value, schema, { struct: '', path: '' }, found);
  } catch (error) {
    if (error instanceof DecodingEnds) return error.message;
    throw error;
  }
  return found[0];
}

function lastName(definition: string | undefined): string {
  return definition?.slice(definition.lastIndexOf('.') + 1) ?? '';
}

/** The Go type of a schema, as in `[]v1.Container` or `map[string]string`. */
function goTypeOf(schema: SchemaNode): string {
  const { definition, type } = schema;
  if (definition !== undefined && type === 'object') return definition.split('.').slice(-2).join('.');
  if (type === 'array') return `[]${schema.items ? goTypeOf(schema.items) : 'interface {}'}`;
  if (type === 'integer') return schema.format === 'int32' ? 'int32' : 'int64';
  if (type === 'number') return 'float64';
  if (type === 'boolean') return 'bool';
  if (type === 'string') return schema.format === 'byte' ? '[]uint8' : 'string';
  return typeof schema.additionalProperties === 'object'
    ? `map[string]${goTypeOf(schema.additionalProperties)}`
    : 'map[string]interface {}';
}

function jsonTypeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function mismatch(what: string, place: Place, goType: string): string {
  const target = place.struct === '' ? 'Go value' : `Go struct field ${place.struct}.${place.path}`;
  return `json: cannot unmarshal ${what} into ${target} of type ${goType}`;
}

function walk(value: unknown, schema: SchemaNode, place: Place, found: string[]): void {
  if (value === null || (schema.definition !== undefined && special(value, schema.definition, place))) return;
  switch (schema.type) {
    case 'object':
      walkObject(value, schema, place, found);
      break;
    case 'array':
      if (!Array.isArray(value)) found.push(mismatch(jsonTypeOf(value), place, goTypeOf(schema)));
      else if (schema.items) for (const item of value) walk(item, schema.items, place, found);
      break;
    case 'string':
      if (typeof value !== 'string') found.push(mismatch(jsonTypeOf(value), place, goTypeOf(schema)));
      break;
    case 'boolean':
      if (typeof value !== 'boolean') found.push(mismatch(jsonTypeOf(value), place, 'bool'));
      break;
    case 'integer':
    case 'number':
      walkNumber(value, schema, place, found);
      break;
  }
}

/** Types with decoders of their own. Whether this was one. */
function special(value: unknown, definition: string, place: Place): boolean {
  if (definition === QUANTITY) checkQuantity(value);
  else if (definition === INT_OR_STRING) checkIntOrString(value, place);
  else if (definition === TIME) checkTime(value, place, '2006-01-02T15:04:05Z07:00');
  else if (definition === MICRO_TIME) checkTime(value, place, '2006-01-02T15:04:05.000000Z07:00');
  else return false;
  return true;
}

function checkQuantity(value: unknown): void {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || !QUANTITY_FORM.test(text)) throw new DecodingEnds(QUANTITY_ERROR);
}

function checkIntOrString(value: unknown, place: Place): void {
  if (typeof value === 'string') return;
  if (typeof value !== 'number') throw new DecodingEnds(mismatch(jsonTypeOf(value), place, 'int32'));
  if (!fitsInteger(value, 'int32')) throw new DecodingEnds(mismatch(`number ${goNumber(value)}`, place, 'int32'));
}

function checkTime(value: unknown, place: Place, layout: string): void {
  if (typeof value !== 'string') throw new DecodingEnds(mismatch(jsonTypeOf(value), place, 'string'));
  const problem = timeProblem(value, layout);
  if (problem !== undefined) throw new DecodingEnds(problem);
}

function walkObject(value: unknown, schema: SchemaNode, place: Place, found: string[]): void {
  const { properties, additionalProperties } = schema;
  if (!isMap(value)) {
    // Without any field known (RawExtension, FieldsV1) everything may be there.
    if (properties || typeof additionalProperties === 'object')
      found.push(mismatch(jsonTypeOf(value), place, goTypeOf(schema)));
    return;
  }
  for (const name of Object.keys(value)) {
    const property = properties && own(properties, name);
    if (property) {
      const path = place.path === '' ? name : `${place.path}.${name}`;
      walk(value[name], property, { struct: lastName(schema.definition), path }, found);
    } else if (typeof additionalProperties === 'object') {
      walk(value[name], additionalProperties, place, found);
    }
  }
}

function walkNumber(value: unknown, schema: SchemaNode, place: Place, found: string[]): void {
  const goType = goTypeOf(schema);
  if (typeof value !== 'number') found.push(mismatch(jsonTypeOf(value), place, goType));
  else if (!fitsInteger(value, goType)) found.push(mismatch(`number ${String(value)}`, place, goType));
}

function fitsInteger(value: number, goType: string): boolean {
  if (goType === 'float64') return true;
  if (!Number.isInteger(value)) return false;
  return goType === 'int32' ? value >= -(2 ** 31) && value < 2 ** 31 : Math.abs(value) <= 2 ** 63;
}

/** The error of time.Parse for the commonest mistakes: the first part that does not fit. */
function timeProblem(text: string, layout: string): string | undefined {
  const parts: readonly (readonly [RegExp, string])[] = [
    [/^\d{4}/, '2006'],
    [/^-/, '-'],
    [/^\d{2}/, '01'],
    [/^-/, '-'],
    [/^\d{2}/, '02'],
    [/^T/, 'T'],
    [/^\d{2}/, '15'],
    [/^:/, ':'],
    [/^\d{2}/, '04'],
    [/^:/, ':'],
    [/^\d{2}(?:[.,]\d+)?/, '05'],
    [/^(?:Z|[+-]\d{2}:\d{2})/, 'Z07:00'],
  ];
  let rest = text;
  for (const [form, name] of parts) {
    const match = form.exec(rest);
    if (!match)
      return `parsing time ${JSON.stringify(text)} as "${layout}": cannot parse ${JSON.stringify(rest)} as "${name}"`;
    rest = rest.slice(match[0].length);
  }
  return rest === '' ? undefined : `parsing time ${JSON.stringify(text)}: extra text: ${JSON.stringify(rest)}`;
}
