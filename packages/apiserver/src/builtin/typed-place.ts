/* Where a value is while it is decoded into its Go type, and how a wrong one is told. */

/** A value of another type than the field's, or one that its type cannot read. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

/** Where a value is: the innermost struct, the names of the fields down to it, and the path with indices. */
export interface Place {
  readonly struct: string;
  readonly names: readonly string[];
  readonly path: string;
}

/** The message of a value of the wrong type, as encoding/json words it. */
export function mismatchMessage(value: unknown, typeName: string, at: Place): string {
  const field = `Go struct field ${at.struct}.${at.names.join('.')}`;
  const target = at.names.length === 0 ? 'Go value' : field;
  return `json: cannot unmarshal ${describe(value, typeName)} into ${target} of type ${typeName}`;
}

function describe(value: unknown, typeName: string): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return /^u?int|^float/.test(typeName) ? `number ${value}` : 'number';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}
