import { goDecodeProblem } from '../builtin/typed.ts';
import { ApiError } from '../model/api-error.ts';
import { parseApiVersion } from '../model/object.ts';
import type { ApiResource } from '../model/resource.ts';
import { jsonSyntaxError } from './go-json-syntax.ts';
import { goTypeMismatch } from './go-types.ts';
import { isMap, type JsonMap } from './json.ts';
import { pruneUnknown } from './prune.ts';
import { anyField, builtinField, countFields, hasUnknownFields, measureText, scanStrict } from './strict-scan.ts';
import { unknownInMetadata } from './unknown-metadata.ts';

/** The query parameter `fieldValidation`: what to do about unknown and duplicate fields. */
export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

/** A decoded body. */
export interface Decoded {
  readonly object: JsonMap;
  /** `unknown field "spec.foo"`, `duplicate field "spec.a"`; empty for Ignore. With Strict they are thrown instead. */
  readonly warnings: readonly string[];
}

/** What `decodeStrict` must know of the type that a path names. */
export type DecodedType = Pick<ApiResource, 'group' | 'version' | 'kind' | 'schema' | 'source'>;

/** Deeper JSON is refused; the real limit is 10,000. */
const MAX_DEPTH = 2000;

/**
 * The object of a JSON body of this type. Throws `ApiError` 400 with the real server's message for bad JSON, a missing
 * kind, wrong JSON types (of built-in types, and of the metadata of all) and, with Strict, unknown and duplicate
 * fields. Unknown fields of custom resources are pruned. The apiVersion and kind themselves are not compared.
 */
export function decodeStrict(text: string, type: DecodedType, mode: FieldValidation): Decoded {
  const value = parseObject(text, type.kind);
  const { depth, fields } = measureText(text);
  if (depth > MAX_DEPTH) throw unrecognized(type.kind, `${PARSE_ERROR}exceeded max depth`, text);
  const { version } = parseApiVersion(typeof value['apiVersion'] === 'string' ? value['apiVersion'] : '');
  const kind = typeof value['kind'] === 'string' && value['kind'] !== '' ? value['kind'] : type.kind;
  const refuse = (problem: string): never => {
    const seen = version === '' ? type.version : version;
    throw badRequest(`${kind} in version "${seen}" cannot be handled as a ${type.kind}: ${problem}`);
  };
  const problem = typeProblem(value, type);
  if (problem !== undefined) refuse(problem);
  if (type.source === 'crd' && value['kind'] === undefined) {
    throw unrecognized(type.kind, `Object 'Kind' is missing in '${text}'`, text);
  }
  const strict = strictErrors({ text, fields }, value, type, mode);
  if (mode === 'Strict' && strict.length > 0) refuse(`strict decoding error: ${strict.join(', ')}`);
  return { object: value, warnings: strict };
}

/**
 * Wrong JSON types in an object that was not decoded from text (the result of a patch), as Go's decoder words them;
 * undefined where there are none.
 */
export function typeProblem(value: JsonMap, type: DecodedType): string | undefined {
  if (type.source === 'built-in') {
    const problem = goTypeMismatch(value, type.schema);
    return problem === undefined ? undefined : (goDecodeProblem(value, type) ?? problem);
  }
  const metadata = value['metadata'];
  const schema = type.schema.properties?.['metadata'];
  return metadata === undefined || !schema ? undefined : goTypeMismatch(metadata, schema);
}

/**
 * Unknown fields of an object that was not decoded from text, in its own order; fields of custom resources are pruned
 * by this.
 */
export function unknownFields(value: JsonMap, type: DecodedType): readonly string[] {
  return strictErrors({ text: JSON.stringify(value), fields: countFields(value) }, value, type, 'Strict');
}

/** A text and how many fields its objects have, repeated ones included. */
interface Source {
  readonly text: string;
  readonly fields: number;
}

function strictErrors(
  { text, fields }: Source,
  value: JsonMap,
  type: DecodedType,
  mode: FieldValidation,
): readonly string[] {
  if (type.source === 'built-in') {
    if (mode === 'Ignore') return [];
    const suspicious = fields !== countFields(value) || hasUnknownFields(value, type.schema, builtinField);
    return suspicious ? scanStrict(text, type.schema, builtinField) : [];
  }
  const duplicates = mode !== 'Ignore' && fields !== countFields(value) ? scanStrict(text, 'any', anyField) : [];
  const inMetadata = mode === 'Ignore' ? [] : unknownInMetadata(value, type.schema);
  const unknown = pruneUnknown(value, type.schema, { root: true, collect: mode !== 'Ignore' });
  if (mode === 'Ignore') return [];
  const paths = [...inMetadata, ...unknown];
  return [...duplicates, ...paths.map((path) => `unknown field "${path}"`)];
}

const PARSE_ERROR = "couldn't get version/kind; json parse error: ";

function parseObject(text: string, kind: string): JsonMap {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unrecognized(kind, `${PARSE_ERROR}${jsonSyntaxError(text)}`, text);
  }
  if (value === null) return {};
  if (!isMap(value)) {
    const found = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
    const target =
      'Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
    throw unrecognized(kind, `${PARSE_ERROR}json: cannot unmarshal ${found} into ${target}`, text);
  }
  for (const name of ['apiVersion', 'kind']) {
    const field = value[name];
    if (field === undefined || field === null || typeof field === 'string') continue;
    const found = Array.isArray(field) ? 'array' : typeof field === 'boolean' ? 'bool' : typeof field;
    const problem = `json: cannot unmarshal ${found} into Go struct field .${name} of type string`;
    throw unrecognized(kind, `${PARSE_ERROR}${problem}`, text);
  }
  return value;
}

function unrecognized(kind: string, problem: string, text: string): ApiError {
  return badRequest(`the object provided is unrecognized (must be of type ${kind}): ${problem} (${summary(text)})`);
}

/** The first bytes of a body: as text where it looks like JSON, else as hexadecimal digits. */
function summary(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length === 0) return '<empty>';
  const shown = bytes.subarray(0, 30).toString(text.startsWith('{') ? 'utf8' : 'hex');
  return bytes.length > 30 ? `${shown} ...` : shown;
}

function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}
