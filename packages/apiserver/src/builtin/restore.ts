import { type GoStruct, type GoType, structOfKind } from './go-types.ts';
import { decodeSpecialAlone } from './typed.ts';
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
      return typeof value === 'string' || Array.isArray(value)
        ? undefined
        : `cannot restore slice from ${goKind(value)}`;
    case 'special':
      return specialProblem(type.name, value);
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
function specialProblem(name: string, value: unknown): string | undefined {
  try {
    decodeSpecialAlone(name, value);
    return undefined;
  } catch (error) {
    if (error instanceof DecodeError) return error.message;
    throw error;
  }
}

type Scalar = Extract<GoType, { is: 'string' | 'bool' | 'integer' | 'float' }>;

/** Numbers become other numbers where nothing is lost; all else that Go could convert is refused by name. */
function scalarProblem(type: Scalar, value: unknown): string | undefined {
  const target =
    type.is === 'integer' ? (type.bits === 64 ? 'int64' : `${type.unsigned ? 'u' : ''}int${type.bits}`) : kindOf(type);
  const source = goKind(value);
  const isNumber = typeof value === 'number';
  if (type.is === 'integer' || type.is === 'float') {
    if (!isNumber) return `unrecognized type: ${target}`;
    return type.is === 'float' || Number.isInteger(value) ? undefined : `cannot convert ${source} to ${type.name}`;
  }
  if (source === target) return undefined;
  // Go turns an integer into the text of that character.
  return type.is === 'string' && source === 'int64'
    ? `cannot convert int64 to ${type.name}`
    : `unrecognized type: ${target}`;
}

function kindOf(type: Scalar): string {
  return type.is === 'float' ? 'float64' : type.is;
}

/** The Go kind of a value of JSON. */
function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'slice';
  if (typeof value === 'object') return 'map';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return 'string';
}
