import { didYouMean } from '@capstan/base';
import type { ErrorObject } from 'ajv';
import { OAM_CODES } from '../codes.ts';
import { formatFieldPath, type PathSegment } from '../field-path.ts';
import { isJsonObject, ownProperty } from '../json.ts';
import type { SchemaProblem } from '../problem.ts';
import { UNIQUE_ITEMS_BY } from './to-json-schema.ts';
import type { Schema } from './types.ts';

/** The errors of a validator in plain English, one for each thing that is wrong, sorted by path. */
export function describeErrors(root: unknown, errors: readonly ErrorObject[]): SchemaProblem[] {
  const junctions = errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf' || keyword === 'not');
  const own = errors.filter((error) => !junctions.some((junction) => isBranch(error, junction)));
  const problems = own.map((error) => {
    const segments = segmentsOf(root, error.instancePath);
    const branches = errors.filter((each) => each !== error && isBranch(each, error));
    return describe(error, segments, branches);
  });
  const unique = new Map(problems.map((problem) => [`${problem.path} ${problem.message}`, problem]));
  return [...unique.values()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** Whether an error comes from a branch of a failed anyOf, oneOf or not. */
function isBranch(error: ErrorObject, junction: ErrorObject): boolean {
  return (
    error.schemaPath.startsWith(`${junction.schemaPath}/`) &&
    (error.instancePath === junction.instancePath || error.instancePath.startsWith(`${junction.instancePath}/`))
  );
}

function describe(
  error: ErrorObject,
  segments: readonly PathSegment[],
  branches: readonly ErrorObject[],
): SchemaProblem {
  const here = formatFieldPath(segments) || 'the object';
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownField(error, segments);
    case 'required':
      return missingField(error, segments);
    case 'type':
      return invalid(
        segments,
        `${here} must be ${expected(error.params['type'])}, not ${actual(error.data)}`,
        about(error),
      );
    case 'enum':
      return notInEnum(error, segments, here);
    case 'anyOf':
    case 'oneOf':
      return junction(error, segments, here, branches);
    case 'not':
      return invalid(segments, `${here} has a form that is not allowed`);
    case UNIQUE_ITEMS_BY:
      return doubled(error, segments);
    default:
      return invalid(segments, `${here} ${bound(error)}`, about(error));
  }
}

/** What the schema says about the field: for people who do not know what belongs there. */
function about(error: ErrorObject): string | undefined {
  return (error.parentSchema as Schema | undefined)?.description;
}

function unknownField(error: ErrorObject, segments: readonly PathSegment[]): SchemaProblem {
  const name = String(error.params['additionalProperty']);
  const known = Object.keys((error.parentSchema as Schema | undefined)?.properties ?? {});
  const parent = formatFieldPath(segments) || 'the object';
  const fields = known.length === 0 ? `${parent} has no fields.` : `Fields of ${parent}: ${shorten(known)}.`;
  const message = `"${name}" is not a field of ${parent}`;
  return problem(OAM_CODES.fieldUnknown, [...segments, name], message, didYouMean(name, known) ?? fields);
}

function missingField(error: ErrorObject, segments: readonly PathSegment[]): SchemaProblem {
  const name = String(error.params['missingProperty']);
  const missing = [...segments, name];
  const description = (error.parentSchema as Schema | undefined)?.properties?.[name]?.description;
  return problem(OAM_CODES.fieldRequired, missing, `${formatFieldPath(missing)} is missing`, description);
}

function notInEnum(error: ErrorObject, segments: readonly PathSegment[], here: string): SchemaProblem {
  const values = (error.params['allowedValues'] as unknown[])
    .filter((value) => value !== null)
    .map((value) => (value === '' ? '""' : String(value)));
  const message = `${here} must be one of ${values.join(', ')}`;
  const near = typeof error.data === 'string' ? didYouMean(error.data, values) : undefined;
  return invalid(segments, message, near ?? about(error));
}

function junction(
  error: ErrorObject,
  segments: readonly PathSegment[],
  here: string,
  branches: readonly ErrorObject[],
): SchemaProblem {
  if (error.keyword === 'oneOf' && Array.isArray(error.params['passingSchemas'])) {
    return invalid(segments, `${here} takes more than one of the forms of which exactly one is allowed`);
  }
  const atTheSamePlace = branches.every((branch) => branch.instancePath === error.instancePath);
  if (branches.length > 0 && atTheSamePlace && branches.every(({ keyword }) => keyword === 'required')) {
    const names = [...new Set(branches.map((branch) => `"${String(branch.params['missingProperty'])}"`))];
    return problem(OAM_CODES.fieldRequired, segments, `${here} needs ${names.join(' or ')}`);
  }
  if (branches.length > 0 && atTheSamePlace && branches.every(({ keyword }) => keyword === 'type')) {
    const types = [...new Set(branches.map((branch) => expected(branch.params['type'])))];
    return invalid(segments, `${here} must be ${types.join(' or ')}, not ${actual(error.data)}`);
  }
  return invalid(segments, `${here} has none of the allowed forms`);
}

function doubled(error: ErrorObject, segments: readonly PathSegment[]): SchemaProblem {
  const { index, keys } = error.params as { index: number; keys: readonly string[] };
  const item = [...segments, index];
  const what = keys.length === 0 ? 'an entry' : `the ${keys.join(' and ')} of an entry`;
  return invalid(item, `${formatFieldPath(item)} repeats ${what} before it`);
}

/** Messages of the keywords that bound a value; `params.limit` is theirs. */
function bound(error: ErrorObject): string {
  const limit = String(error.params['limit']);
  const messages: Record<string, string> = {
    minimum: `must be at least ${limit}`,
    maximum: `must be at most ${limit}`,
    exclusiveMinimum: `must be more than ${limit}`,
    exclusiveMaximum: `must be less than ${limit}`,
    minLength: limit === '1' ? 'must not be empty' : `must have at least ${limit} characters`,
    maxLength: `must have at most ${limit} characters`,
    minItems: limit === '1' ? 'must not be empty' : `must have at least ${limit} items`,
    maxItems: `must have at most ${limit} items`,
    minProperties: limit === '1' ? 'must not be empty' : `must have at least ${limit} keys`,
    maxProperties: `must have at most ${limit} keys`,
    multipleOf: `must be a multiple of ${String(error.params['multipleOf'])}`,
    uniqueItems: 'must not repeat an item',
    pattern: `does not match the pattern ${String(error.params['pattern'])}`,
  };
  return messages[error.keyword] ?? (error.message || 'is not valid');
}

const ARTICLES: Record<string, string> = {
  string: 'a text',
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
};

function expected(type: unknown): string {
  const types = (Array.isArray(type) ? type : String(type).split(',')).map(String).filter((each) => each !== 'null');
  return types.map((each) => ARTICLES[each] ?? each).join(' or ');
}

function actual(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number' && !Number.isInteger(value)) return 'a number with a fraction';
  if (typeof value === 'boolean') return String(value);
  return ARTICLES[typeof value] ?? typeof value;
}

function invalid(segments: readonly PathSegment[], message: string, hint?: string): SchemaProblem {
  return problem(OAM_CODES.fieldInvalid, segments, message, hint);
}

function problem(code: string, segments: readonly PathSegment[], message: string, hint?: string): SchemaProblem {
  const path = formatFieldPath(segments);
  return { code, path, segments, message, ...(hint === undefined ? {} : { hint }) };
}

/** A JSON pointer does not tell indexes from keys that are digits: the value does. */
function segmentsOf(root: unknown, pointer: string): PathSegment[] {
  const segments: PathSegment[] = [];
  let value = root;
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    segments.push(Array.isArray(value) ? Number(key) : key);
    if (Array.isArray(value)) value = value[Number(key)];
    else value = isJsonObject(value) ? ownProperty(value, key) : undefined;
  }
  return segments;
}

function shorten(names: readonly string[]): string {
  const shown = names.slice(0, 12).join(', ');
  return names.length > 12 ? `${shown}, ...` : shown;
}
