import { kindRefusal } from '../builtin/registered.ts';
import { badRequest, invalid, unsupportedMediaType } from '../model/errors.ts';
import { invalid as invalidField } from '../model/field-error.ts';
import { apiVersionOf, type KubeObject } from '../model/object.ts';
import type { ApiResource } from '../model/resource.ts';
import { decodeProtobuf } from '../protobuf/decode.ts';
import type { FieldValidation } from '../resources/operations.ts';
import { type DecodedType, decodeStrict } from '../schema/decode.ts';
import type { Exchange } from './exchange.ts';
import { readYaml } from './yaml.ts';

/** What bodies of built-in types may be written in; custom resources have no protobuf. */
export const BODY_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'] as const;

const YAML = BODY_TYPES[1];
const PROTOBUF = BODY_TYPES[2];
const SUMMARY_BYTES = 30;

/** A body's bytes and media type, without parameters. */
export interface RawBody {
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/** Reads a body. An absent content type means JSON. Throws 415 for types that are not offered, 413 for large bodies. */
export async function readBody(exchange: Exchange, offered: readonly string[]): Promise<RawBody> {
  const mediaType = contentType(exchange) || 'application/json';
  if (!offered.includes(mediaType)) throw unsupportedMediaType(offered);
  return { mediaType, bytes: await exchange.body() };
}

/** The media type of the body without its parameters, in lower case. */
export function contentType(exchange: Exchange): string {
  return (exchange.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** The media types of bodies that a resource reads. */
export function bodyTypes(resource: Pick<ApiResource, 'source'>): readonly string[] {
  return resource.source === 'crd' ? BODY_TYPES.slice(0, 2) : BODY_TYPES;
}

/**
 * The object of a body, checked to be of the kind that the endpoint takes; kind and apiVersion are those of the endpoint
 * where the body has none. Warnings are added to the exchange. Throws 400 as the real server words it.
 */
export async function decodeObject(
  exchange: Exchange,
  body: RawBody,
  type: DecodedType,
  mode: FieldValidation,
): Promise<KubeObject> {
  const object =
    body.mediaType === PROTOBUF ? decodeProtobuf(body.bytes, type) : await fromText(exchange, body, type, mode);
  const expected = apiVersionOf(type.group, type.version);
  const { apiVersion = expected, kind = type.kind } = object;
  const refusal = type.source === 'built-in' ? kindRefusal(type, apiVersion, kind) : undefined;
  if (refusal !== undefined) throw badRequest(refusal);
  if (apiVersion !== expected && apiVersion !== '') {
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
    );
  }
  if (kind !== type.kind && kind !== '') throw wrongKind(type, kind, object.metadata.name ?? '');
  object.apiVersion = expected;
  object.kind = type.kind;
  return object;
}

/** Custom resources of another kind are read, and refused by their own rules. */
function wrongKind(type: DecodedType, kind: string, name: string) {
  const { group, version } = type;
  if (type.source === 'crd')
    return invalid({ group, kind }, name, [invalidField('kind', kind, `must be ${type.kind}`)]);
  return badRequest(
    `${kind} in version "${version}" cannot be handled as a ${type.kind}: no kind "${kind}" is registered for version "${apiVersionOf(type.group, version)}"`,
  );
}

async function fromText(
  exchange: Exchange,
  body: RawBody,
  type: DecodedType,
  mode: FieldValidation,
): Promise<KubeObject> {
  const text = body.mediaType === YAML ? await fromYaml(exchange, body.bytes, type, mode) : body.bytes.toString();
  const decoded = decodeStrict(text, type, mode);
  for (const warning of decoded.warnings) exchange.warn(warning);
  return decoded.object as KubeObject;
}

async function fromYaml(exchange: Exchange, bytes: Buffer, type: DecodedType, mode: FieldValidation): Promise<string> {
  const { value, duplicates } = await readYaml(bytes.toString(), (problem) =>
    badRequest(`the object provided is unrecognized (must be of type ${type.kind}): ${problem} (${summary(bytes)})`),
  );
  if (mode === 'Strict' && duplicates.length > 0) {
    const lines = duplicates.map((one) => `\n  ${one}`).join('');
    const problem = `strict decoding error: yaml: unmarshal errors:${lines}`;
    throw badRequest(`${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: ${problem}`);
  }
  if (mode === 'Warn') for (const one of duplicates) exchange.warn(one);
  return JSON.stringify(value);
}

/** The start of a body in hexadecimal digits, as messages show what is not JSON. */
function summary(bytes: Buffer): string {
  if (bytes.length === 0) return '<empty>';
  return bytes.length > SUMMARY_BYTES
    ? `${bytes.subarray(0, SUMMARY_BYTES).toString('hex')} ...`
    : bytes.toString('hex');
}
