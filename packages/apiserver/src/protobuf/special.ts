import { type GoStruct, goStruct } from '../builtin/go-types.ts';
import { parseQuantity } from '../builtin/quantity.ts';
import type { Fields } from '../builtin/values.ts';
import { WireError, WireReader, type WireType } from './wire.ts';

/* Types whose JSON differs from their protobuf message. */

const JSON_SCHEMA = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps';

type DecodeStruct = (struct: GoStruct, bytes: Buffer) => Fields;

/** The value of a special type from its message, in the form that it has in JSON. Throws WireError. */
export function decodeSpecialMessage(name: string, bytes: Buffer, decodeStruct: DecodeStruct): unknown {
  const fields = read(name, bytes);
  switch (name) {
    case 'Quantity':
      return quantity(text(fields, 1));
    case 'Time':
      return bytes.length === 0 ? null : time(fields, false);
    case 'MicroTime':
      return bytes.length === 0 ? null : time(fields, true);
    case 'IntOrString':
      return integer(fields, 1) === 0 ? integer(fields, 2) | 0 : text(fields, 3);
    case 'SchemaOrBool':
      return schemaOf(fields, 2, decodeStruct) ?? integer(fields, 1) !== 0;
    case 'SchemaOrArray':
      return schemasOf(fields, decodeStruct) ?? schemaOf(fields, 1, decodeStruct) ?? null;
    case 'SchemaOrStrings':
      return fields.get(2)?.map(asText) ?? schemaOf(fields, 1, decodeStruct) ?? null;
    default:
      return json(fields.get(1)?.at(-1));
  }
}

type Value = Buffer | number;

function read(name: string, bytes: Buffer): Map<number, Value[]> {
  const reader = new WireReader(bytes);
  const fields = new Map<number, Value[]>();
  while (!reader.done) {
    const { number, wire } = reader.tag(name);
    const value = readValue(reader, wire);
    if (value === undefined) continue;
    const values = fields.get(number);
    if (values) values.push(value);
    else fields.set(number, [value]);
  }
  return fields;
}

function readValue(reader: WireReader, wire: WireType): Value | undefined {
  if (wire === 'varint') return reader.integer();
  if (wire === 'bytes') return reader.bytes();
  reader.skip(wire);
  return undefined;
}

function integer(fields: Map<number, Value[]>, number: number): number {
  const value = fields.get(number)?.at(-1);
  return typeof value === 'number' ? value : 0;
}

function asText(value: Value): string {
  return typeof value === 'number' ? '' : value.toString('utf8');
}

function text(fields: Map<number, Value[]>, number: number): string {
  return asText(fields.get(number)?.at(-1) ?? 0);
}

function quantity(source: string): string {
  if (source === '') return '0';
  try {
    return parseQuantity(source).text;
  } catch (error) {
    throw new WireError((error as Error).message);
  }
}

function time(fields: Map<number, Value[]>, micro: boolean): string {
  const seconds = integer(fields, 1);
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) throw new WireError('Time.MarshalJSON: year outside of range [0,9999]');
  const base = date.toISOString().slice(0, 19);
  if (!micro) return `${base}Z`;
  const micros = Math.trunc(integer(fields, 2) / 1000);
  return `${base}.${String(micros).padStart(6, '0')}Z`;
}

function schemaOf(fields: Map<number, Value[]>, number: number, decodeStruct: DecodeStruct): Fields | undefined {
  const value = fields.get(number)?.at(-1);
  return value instanceof Buffer ? decodeStruct(goStruct(JSON_SCHEMA), value) : undefined;
}

function schemasOf(fields: Map<number, Value[]>, decodeStruct: DecodeStruct): Fields[] | undefined {
  return fields
    .get(2)
    ?.filter((value): value is Buffer => typeof value !== 'number')
    .map((value) => decodeStruct(goStruct(JSON_SCHEMA), value));
}

function json(value: Value | undefined): unknown {
  if (!(value instanceof Buffer) || value.length === 0) return null;
  try {
    return JSON.parse(value.toString('utf8'));
  } catch {
    throw new WireError('invalid JSON in an embedded object');
  }
}
