import { type GoField, type GoStruct, type GoType, structOfKind } from '../builtin/go-types.ts';
import { isOmitted, zeroOf } from '../builtin/typed.ts';
import { asFields, type Fields } from '../builtin/values.ts';
import type { ApiError } from '../model/api-error.ts';
import { badRequest } from '../model/errors.ts';
import { goQuote } from '../model/go-format.ts';
import { apiVersionOf, type GroupVersionKind, type KubeObject, parseApiVersion } from '../model/object.ts';
import { decodeSpecialMessage } from './special.ts';
import { WireError, WireReader, type WireType } from './wire.ts';

/*
 * Bodies of the type application/vnd.kubernetes.protobuf: "k8s\0", then a runtime.Unknown that holds the object.
 * Upstream: apimachinery pkg/runtime/serializer/protobuf and the generated.pb.go of each group.
 */

const MAGIC = Buffer.from('k8s\0', 'latin1');
const DEPTH_LIMIT = 200;
const SUMMARY_BYTES = 30;

/**
 * The object in a protobuf body, in the form that JSON clients see: inlined structs flattened, empty optional fields left
 * out. `expected` is the kind that the endpoint takes, used where the body does not say one. A body of another kind is
 * decoded as that kind, for the caller to refuse. Throws ApiError 400 for what is no protobuf or no built-in kind.
 */
export function decodeProtobuf(body: Buffer, expected: GroupVersionKind): KubeObject {
  const { kind, raw } = decodeEnvelope(body, expected);
  const struct = structOfKind(kind.group, kind.version, kind.kind);
  const apiVersion = apiVersionOf(kind.group, kind.version);
  if (!struct) {
    const why = `no kind ${goQuote(kind.kind)} is registered for version ${goQuote(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`;
    throw cannotBeHandled(kind, expected, why);
  }
  try {
    const value = decodeMessage(struct, raw, {}, 0);
    return { ...value, apiVersion, kind: kind.kind } as KubeObject;
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw cannotBeHandled(kind, expected, error.message);
  }
}

function cannotBeHandled(kind: GroupVersionKind, expected: GroupVersionKind, why: string): ApiError {
  return badRequest(`${kind.kind} in version ${goQuote(kind.version)} cannot be handled as a ${expected.kind}: ${why}`);
}

function decodeEnvelope(body: Buffer, expected: GroupVersionKind): { kind: GroupVersionKind; raw: Buffer } {
  const unrecognized = (why: string) => {
    const shown = body.length === 0 ? '<empty>' : summary(body);
    return badRequest(`the object provided is unrecognized (must be of type ${expected.kind}): ${why} (${shown})`);
  };
  if (body.length === 0) throw unrecognized('empty data');
  if (!body.subarray(0, MAGIC.length).equals(MAGIC)) {
    const prefix = `[${[...MAGIC].join(' ')}]`;
    throw unrecognized(`provided data does not appear to be a protobuf message, expected prefix ${prefix}`);
  }
  if (body.length === MAGIC.length) throw unrecognized('empty body');
  try {
    return readEnvelope(body.subarray(MAGIC.length), expected);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw unrecognized(error.message);
  }
}

function summary(body: Buffer): string {
  return body.length > SUMMARY_BYTES ? `${body.subarray(0, SUMMARY_BYTES).toString('hex')} ...` : body.toString('hex');
}

function readEnvelope(bytes: Buffer, expected: GroupVersionKind): { kind: GroupVersionKind; raw: Buffer } {
  const unknown = stringsAndBytes(bytes, 'Unknown');
  const types = stringsAndBytes(unknown.get(1) ?? Buffer.alloc(0), 'TypeMeta');
  const apiVersion = types.get(1)?.toString('utf8') ?? '';
  const { group, version } = apiVersion === '' ? expected : parseApiVersion(apiVersion);
  const kind = types.get(2)?.toString('utf8') || expected.kind;
  return { kind: { group, version, kind }, raw: unknown.get(2) ?? Buffer.alloc(0) };
}

function stringsAndBytes(bytes: Buffer, message: string): Map<number, Buffer> {
  const reader = new WireReader(bytes);
  const found = new Map<number, Buffer>();
  while (!reader.done) {
    const { number, wire } = reader.tag(message);
    if (wire === 'bytes') found.set(number, reader.bytes());
    else reader.skip(wire);
  }
  return found;
}

/** Decodes a message into `target`, which may hold what an earlier part of the same message said. Throws WireError. */
export function decodeMessage(struct: GoStruct, bytes: Buffer, target: Fields, depth: number): Fields {
  if (depth > DEPTH_LIMIT) throw new WireError('exceeded max depth');
  const reader = new WireReader(bytes);
  const name = localName(struct);
  while (!reader.done) {
    const { number, wire } = reader.tag(name);
    const field = struct.numbers.get(number);
    if (field) decodeField(field, reader, wire, target, depth);
    else reader.skip(wire);
  }
  for (const field of struct.always) {
    if (target[field.json] === undefined) target[field.json] = zeroOf(field.type);
  }
  return target;
}

function localName(struct: GoStruct): string {
  return struct.name.slice(struct.name.indexOf('.') + 1);
}

function decodeField(field: GoField, reader: WireReader, wire: WireType, target: Fields, depth: number): void {
  const { type, json } = field;
  const expectedWire = wireOf(type);
  const packed = type.is === 'list' && wire === 'bytes' && expectedWire !== 'bytes';
  if (wire !== expectedWire && !packed) throw wrongWire(json, wire);
  if (json === '' && type.is === 'struct') {
    decodeMessage(type.struct, reader.bytes(), target, depth + 1);
    return;
  }
  const value = packed ? decodePacked(type, reader.bytes()) : decodeValue(type, reader, target[json], depth);
  if (value !== undefined && !isOmitted(field, value)) target[json] = value;
  else delete target[json];
}

const WIRE_CODES: Readonly<Record<WireType, number>> = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 };

function wrongWire(json: string, wire: WireType): WireError {
  const field = json.charAt(0).toUpperCase() + json.slice(1);
  return new WireError(`proto: wrong wireType = ${WIRE_CODES[wire]} for field ${field}`);
}

function wireOf(type: GoType): WireType {
  switch (type.is) {
    case 'integer':
    case 'bool':
      return 'varint';
    case 'float':
      return 'fixed64';
    case 'pointer':
      return wireOf(type.to);
    case 'list':
      return type.named ? 'bytes' : wireOf(type.of);
    default:
      return 'bytes';
  }
}

/** The next value; lists and maps are the earlier ones with one more entry. */
function decodeValue(type: GoType, reader: WireReader, before: unknown, depth: number): unknown {
  switch (type.is) {
    case 'pointer':
      return decodeValue(type.to, reader, before, depth);
    case 'list':
      return decodeListEntry(type, reader, before, depth);
    case 'map':
      return decodeMapEntry(type.of, reader.bytes(), asFields(before) ?? {}, depth);
    case 'struct':
      return decodeMessage(type.struct, reader.bytes(), asFields(before) ?? {}, depth + 1);
    default:
      return decodeScalar(type, reader, depth);
  }
}

function decodeScalar(type: GoType, reader: WireReader, depth: number): unknown {
  switch (type.is) {
    case 'integer':
      return type.bits === 32 && !type.unsigned ? reader.integer() | 0 : reader.integer();
    case 'bool':
      return reader.bool();
    case 'float':
      return reader.double();
    case 'string':
      return reader.bytes().toString('utf8');
    case 'bytes':
      return reader.bytes().toString('base64');
    default:
      return decodeSpecialMessage(type.name, reader.bytes(), (struct, bytes) =>
        decodeMessage(struct, bytes, {}, depth + 1),
      );
  }
}

function decodeListEntry(
  type: GoType & { is: 'list' },
  reader: WireReader,
  before: unknown,
  depth: number,
): unknown[] | undefined {
  const items: unknown[] = Array.isArray(before) ? before : [];
  if (!type.named) {
    items.push(decodeValue(type.of, reader, undefined, depth));
    return items;
  }
  // A named list is a message with the items as its only field.
  const inner = new WireReader(reader.bytes());
  while (!inner.done) {
    const { number, wire } = inner.tag(type.name);
    if (number === 1 && wire === wireOf(type.of)) items.push(decodeValue(type.of, inner, undefined, depth));
    else inner.skip(wire);
  }
  return items.length > 0 ? items : undefined;
}

function decodePacked(type: GoType & { is: 'list' }, bytes: Buffer): unknown[] {
  const reader = new WireReader(bytes);
  const items: unknown[] = [];
  while (!reader.done) items.push(decodeScalar(type.of, reader, 0));
  return items;
}

function decodeMapEntry(of: GoType, bytes: Buffer, target: Fields, depth: number): Fields {
  const reader = new WireReader(bytes);
  let key = '';
  let value: unknown;
  while (!reader.done) {
    const { number, wire } = reader.tag('MapEntry');
    if (number === 1 && wire === 'bytes') key = reader.bytes().toString('utf8');
    else if (number === 2 && wire === wireOf(of)) value = decodeValue(of, reader, value, depth + 1);
    else reader.skip(wire);
  }
  // A key such as __proto__ must become a field like any other.
  const entry = { value: value ?? zeroOf(of), enumerable: true, writable: true, configurable: true };
  return Object.defineProperty(target, key, entry);
}
