import { badRequest } from '../model/errors.ts';
import type { GroupVersionKind, KubeObject } from '../model/object.ts';
import { type GoField, type GoStruct, type GoType, goStruct, structOfKind } from './go-types.ts';
import { DecodeError, mismatchMessage, type Place } from './typed-place.ts';
import { decodeSpecial, zeroOfSpecial } from './typed-special.ts';
import type { Fields } from './values.ts';

/*
 * What a built-in object looks like after Kubernetes has decoded it into its Go type and written it again: unknown fields
 * are gone, empty optional fields are left out, mandatory ones are written even when they are zero, quantities and times
 * are in canonical form. Upstream: sigs.k8s.io/json (decode.go) and encoding/json.
 */

/** What was decoded. */
export interface Decoded {
  /** Paths of fields that the type does not have, in the order found: `spec.template.spec.containers[0].foo`. */
  readonly unknown: readonly string[];
}

/** State of one decoding: the first wrong type is reported at the end, as in Go. */
export class Decoding {
  readonly unknown: string[] = [];
  first: string | undefined;

  /** Notes a value of the wrong type; decoding goes on, since a later error of another sort wins. */
  mismatch(value: unknown, typeName: string, at: Place): undefined {
    this.first ??= mismatchMessage(value, typeName, at);
    return undefined;
  }
}

const ROOT: Place = { struct: '', names: [], path: '' };
// Deeper nesting than any real object; keeps recursion within the stack.
const DEPTH_LIMIT = 500;

/**
 * Brings an object into the form of its Go type, in place; every part of it is replaced by a copy. The apiVersion and kind
 * must be those of a built-in type, or nothing happens. Throws ApiError 400 for values of the wrong type.
 */
export function goDecode(object: KubeObject, kind: GroupVersionKind): Decoded {
  const struct = structOfKind(kind.group, kind.version, kind.kind);
  if (!struct) return { unknown: [] };
  try {
    const { value, unknown } = decodeAs(struct, object);
    for (const field of Object.keys(object)) delete object[field];
    Object.assign(object, value);
    return { unknown };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw badRequest(`${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: ${error.message}`);
  }
}

/** The error of Go's decoder for an object of a built-in type; undefined where there is none. The object stays as it is. */
export function goDecodeProblem(object: unknown, kind: GroupVersionKind): string | undefined {
  const struct = structOfKind(kind.group, kind.version, kind.kind);
  if (!struct) return undefined;
  try {
    decodeAs(struct, object);
    return undefined;
  } catch (error) {
    if (error instanceof DecodeError) return error.message;
    throw error;
  }
}

/** Decodes a value as a struct. Throws DecodeError. */
export function decodeAs(struct: GoStruct, source: unknown): { value: Fields; unknown: readonly string[] } {
  const decoding = new Decoding();
  const value = decodeStruct(struct, source, decoding, ROOT);
  if (decoding.first !== undefined) throw new DecodeError(decoding.first);
  return { value, unknown: decoding.unknown };
}

function decodeStruct(struct: GoStruct, source: unknown, decoding: Decoding, at: Place): Fields {
  const result: Fields = {};
  if (typeof source !== 'object' || source === null || Array.isArray(source)) {
    if (source !== null && source !== undefined) decoding.mismatch(source, struct.name, at);
  } else {
    if (at.names.length > DEPTH_LIMIT) throw new DecodeError('exceeded max depth');
    decodeFields(struct, source as Fields, result, decoding, at);
  }
  for (const field of struct.always) {
    if (result[field.json] === undefined) result[field.json] = zeroOf(field.type);
  }
  return result;
}

function decodeFields(struct: GoStruct, source: Fields, result: Fields, decoding: Decoding, at: Place): void {
  for (const name of Object.keys(source)) {
    const field = struct.fields.get(name);
    const path = at.path === '' ? name : `${at.path}.${name}`;
    if (!field) {
      decoding.unknown.push(path);
      continue;
    }
    const value = source[name];
    if (value === null) continue;
    const place = { struct: localName(struct), names: [...at.names, ...field.embedded, name], path };
    const decoded = decodeValue(field.type, value, decoding, place);
    if (decoded !== undefined && !isOmitted(field, decoded)) result[name] = decoded;
  }
}

function localName(struct: GoStruct): string {
  return struct.name.slice(struct.name.indexOf('.') + 1);
}

/**
 * Whether a value is left out: everything empty but pointers to something and structs. Empty maps always are, since the
 * protobuf that Kubernetes stores does not tell them from absent ones; an empty list that Go always writes becomes null
 * only when it is stored (`orderFields`), and has an owner in managed fields before.
 */
export function isOmitted(field: GoField, value: unknown): boolean {
  if (field.omitZero && value === null) return true;
  if (field.type.is === 'list') return field.omitEmpty && Array.isArray(value) && value.length === 0;
  if (field.type.is === 'map') return Object.keys(value as object).length === 0;
  if (!field.omitEmpty || field.type.is === 'pointer' || field.type.is === 'special') return false;
  return value === '' || value === 0 || value === false;
}

/** What Go writes for a field that was not set. */
export function zeroOf(type: GoType): unknown {
  switch (type.is) {
    case 'string':
      return '';
    case 'bool':
      return false;
    case 'integer':
    case 'float':
      return 0;
    case 'struct':
      return decodeStruct(type.struct, undefined, new Decoding(), ROOT);
    case 'special':
      return zeroOfSpecial(type.name);
    default:
      return null;
  }
}

function decodeValue(type: GoType, value: unknown, decoding: Decoding, at: Place): unknown {
  switch (type.is) {
    case 'pointer':
      return decodeValue(type.to, value, decoding, at);
    case 'struct':
      return decodeStruct(type.struct, value, decoding, at);
    case 'list':
      return decodeList(type.of, type.name, value, decoding, at);
    case 'map':
      return decodeMap(type.of, type.name, value, decoding, at);
    case 'special':
      return decodeSpecialValue(type.name, value, at);
    case 'bytes':
      return decodeBytes(value, decoding, at);
    default:
      return decodeScalar(type, value, decoding, at);
  }
}

function decodeList(of: GoType, name: string, value: unknown, decoding: Decoding, at: Place): unknown {
  if (!Array.isArray(value)) return decoding.mismatch(value, name, at);
  return value.map((item, position) => {
    if (item === null) return zeroOf(of);
    return decodeValue(of, item, decoding, { ...at, path: `${at.path}[${position}]` }) ?? zeroOf(of);
  });
}

function decodeMap(of: GoType, name: string, value: unknown, decoding: Decoding, at: Place): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return decoding.mismatch(value, name, at);
  const result: Fields = {};
  for (const [key, item] of Object.entries(value)) {
    const decoded = item === null ? undefined : decodeValue(of, item, decoding, { ...at, path: `${at.path}[${key}]` });
    // A key such as __proto__ must become a field like any other.
    Object.defineProperty(result, key, {
      value: decoded ?? (of.is === 'bytes' ? '' : zeroOf(of)),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return result;
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

function decodeBytes(value: unknown, decoding: Decoding, at: Place): unknown {
  if (typeof value !== 'string') return decoding.mismatch(value, '[]uint8', at);
  const text = value.replace(/[\r\n]/g, '');
  if (BASE64.test(text) && text.length % 4 === 0) return text;
  const bad = /[^A-Za-z0-9+/]/.exec(text);
  const padding = bad?.[0] === '=' && text.length % 4 !== 0;
  throw new DecodeError(`illegal base64 data at input byte ${bad && !padding ? bad.index : firstIncomplete(text)}`);
}

/** Where Go's decoder finds that the last group of four is not complete. */
function firstIncomplete(text: string): number {
  return text.length - (text.length % 4);
}

const INTEGER_LIMITS: Readonly<Record<number, number>> = { 8: 2 ** 7, 32: 2 ** 31, 64: 2 ** 63 };

function decodeScalar(type: GoType, value: unknown, decoding: Decoding, at: Place): unknown {
  if (type.is === 'string') return typeof value === 'string' ? value : decoding.mismatch(value, type.name, at);
  if (type.is === 'bool') return typeof value === 'boolean' ? value : decoding.mismatch(value, type.name, at);
  if (typeof value !== 'number') return decoding.mismatch(value, type.name, at);
  if (type.is !== 'integer') return value;
  const limit = INTEGER_LIMITS[type.bits] ?? 0;
  const fits = type.unsigned ? value >= 0 && value < 2 * limit : value >= -limit && value < limit;
  return Number.isInteger(value) && fits ? value : decoding.mismatch(value, type.name, at);
}

function decodeSpecialValue(name: string, value: unknown, at: Place): unknown {
  return decodeSpecial(name, value, at, (inner) => {
    // Read by a decoder of its own upstream: unknown fields are not told, and a wrong type ends the decoding.
    const own = new Decoding();
    const schema = decodeStruct(goStruct(JSON_SCHEMA), inner, own, at);
    if (own.first !== undefined) throw new DecodeError(own.first);
    return schema;
  });
}

/** Reads a value by itself, wherever it is. Throws DecodeError for what its type cannot read. */
export function decodeAlone(type: GoType, value: unknown): unknown {
  return decodeValue(type, value, new Decoding(), ROOT);
}

const JSON_SCHEMA = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps';
