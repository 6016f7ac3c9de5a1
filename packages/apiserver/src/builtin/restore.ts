import { type GoStruct, type GoType, structOfKind } from './go-types.ts';
import { decodeAlone } from './typed.ts';
import { DecodeError } from './typed-place.ts';
import { asFields } from './values.ts';

/*
 * The result of a strategic merge patch is not read from text but put into its Go type value by value, which has
 * sentences of its own for what does not fit. Upstream: apimachinery runtime converter.go FromUnstructured.
 */

/** Why a value cannot become an object of this kind; undefined where it can, or where the kind is not a built-in one. */
export function restoreProblem(
  value: unknown,
  { group, version, kind }: { readonly group: string; readonly version: string; readonly kind: string },
): string | undefined {
  const struct = structOfKind(group, version, kind);
  return struct && structProblem(struct, value);
}

function structProblem(struct: GoStruct, value: unknown): string | undefined {
  const fields = asFields(value);
  if (!fields) return `cannot restore struct from: ${goKind(value)}`;
  for (const [name, { type }] of struct.fields) {
    const problem = problemOf(type, fields[name]);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function problemOf(type: GoType, value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  switch (type.is) {
    case 'pointer':
      return problemOf(type.to, value);
    case 'struct':
      return structProblem(type.struct, value);
    case 'map':
      return asFields(value) ? firstProblem(type.of, Object.values(value)) : `cannot restore map from ${goKind(value)}`;
    case 'list':
      return Array.isArray(value) ? firstProblem(type.of, value) : `cannot restore slice from ${goKind(value)}`;
    case 'bytes':
      return typeof value === 'string' ? bytesProblem(type, value) : `cannot restore slice from ${goKind(value)}`;
    case 'special':
      return readProblem(type, value);
    default:
      return scalarProblem(type, value);
  }
}

function firstProblem(of: GoType, values: readonly unknown[]): string | undefined {
  for (const value of values) {
    const problem = problemOf(of, value);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Types that read JSON themselves do so here, too. */
function readProblem(type: GoType, value: unknown): string | undefined {
  try {
    decodeAlone(type, value);
    return undefined;
  } catch (error) {
    if (error instanceof DecodeError) return error.message;
    throw error;
  }
}

function bytesProblem(type: GoType, value: string): string | undefined {
  const problem = readProblem(type, value);
  return problem && `error decoding from json: ${problem}`;
}

/** Numbers become numbers where nothing is lost; what Go could convert otherwise is refused by name. */
function scalarProblem(type: GoType, value: unknown): string | undefined {
  const source = goKind(value);
  const target = scalarKind(type);
  if (source === target || (type.is === 'float' && source === 'int64')) return undefined;
  if (type.is === 'integer' && source === 'int64') return undefined;
  // Go's conversion of an integer to a string is the character with that number.
  const convertible = type.is === 'integer' ? source === 'float64' : type.is === 'string' && source === 'int64';
  return convertible ? `cannot convert ${source} to ${type.name}` : `unrecognized type: ${target}`;
}

function scalarKind(type: GoType): string {
  if (type.is === 'float') return 'float64';
  if (type.is !== 'integer') return type.is;
  return `${type.unsigned ? 'u' : ''}int${type.bits}`;
}

/** The Go kind of a value of JSON. */
function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'slice';
  if (typeof value === 'object') return 'map';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return 'string';
}
