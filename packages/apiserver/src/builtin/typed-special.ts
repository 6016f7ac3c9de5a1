import { goMicroTime, goTime } from './go-time.ts';
import { parseQuantity } from './quantity.ts';
import { DecodeError, mismatchMessage, type Place } from './typed-place.ts';
import { asFields, type Fields } from './values.ts';

/* Types that read and write JSON in their own way; their errors end a decoding at once, as in Go. */

/** Decodes a nested schema of a CRD. */
export type DecodeSchema = (value: unknown) => Fields;

/** A value of one of the special types, in its canonical form. Throws DecodeError. */
export function decodeSpecial(name: string, value: unknown, at: Place, schema: DecodeSchema): unknown {
  switch (name) {
    case 'Quantity':
      return decodeQuantity(value);
    case 'Time':
      return decodeTime(value, at, goTime);
    case 'MicroTime':
      return decodeTime(value, at, goMicroTime);
    case 'IntOrString':
      return decodeIntOrString(value, at);
    case 'SchemaOrBool':
      if (typeof value === 'boolean') return value;
      if (!asFields(value)) throw new DecodeError('boolean or JSON schema expected');
      return schema(value);
    case 'SchemaOrArray':
      return Array.isArray(value) && value.length > 0 ? value.map(schema) : schemaOrNull(value, schema);
    case 'SchemaOrStrings':
      return Array.isArray(value) && value.length > 0 ? value : schemaOrNull(value, schema);
    default:
      return value;
  }
}

function schemaOrNull(value: unknown, schema: DecodeSchema): unknown {
  return asFields(value) ? schema(value) : null;
}

/** What Go writes for a special value that was not set. */
export function zeroOfSpecial(name: string): unknown {
  if (name === 'Quantity') return '0';
  if (name === 'IntOrString') return 0;
  return name === 'SchemaOrBool' ? false : null;
}

function decodeQuantity(value: unknown): string {
  try {
    // Another type than text and number is read as its JSON, which is no quantity.
    return parseQuantity(typeof value === 'string' || typeof value === 'number' ? value : '?').text;
  } catch (error) {
    throw new DecodeError((error as Error).message);
  }
}

function decodeTime(value: unknown, at: Place, read: (text: string) => string): string {
  if (typeof value !== 'string') throw new DecodeError(mismatchMessage(value, 'string', at));
  try {
    return read(value);
  } catch (error) {
    throw new DecodeError((error as Error).message);
  }
}

function decodeIntOrString(value: unknown, at: Place): string | number {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 2 ** 31) return value;
  throw new DecodeError(mismatchMessage(value, 'int32', at));
}
