import { badRequest, unsupportedMediaType } from '../model/errors.ts';
import { apiVersionOf, type KubeObject } from '../model/object.ts';
import type { ApiResource } from '../model/resource.ts';
import { decodeProtobuf } from '../protobuf/decode.ts';
import type { FieldValidation } from '../resources/operations.ts';
import { type DecodedType, decodeStrict } from '../schema/decode.ts';
import type { Exchange } from './exchange.ts';

/** What bodies of built-in types may be written in; custom resources have no protobuf. */
export const BODY_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'] as const;

const PROTOBUF = BODY_TYPES[2];

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
  if (apiVersion !== expected && apiVersion !== '') {
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
    );
  }
  if (kind !== type.kind && kind !== '') throw wrongKind(type, kind);
  object.apiVersion = expected;
  object.kind = type.kind;
  return object;
}

function wrongKind(type: DecodedType, kind: string) {
  const { version } = type;
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
  const text = body.mediaType === 'application/yaml' ? await yamlToJson(body.bytes, type.kind) : body.bytes.toString();
  const decoded = decodeStrict(text, type, mode);
  for (const warning of decoded.warnings) exchange.warn(warning);
  return decoded.object as KubeObject;
}

/** YAML as JSON text. Throws 400 for YAML that cannot be read. */
export async function yamlToJson(bytes: Buffer, kind: string): Promise<string> {
  const { parseDocument } = await import('yaml');
  const document = parseDocument(bytes.toString(), { uniqueKeys: false, version: '1.1', merge: true });
  const [error] = document.errors;
  if (error) {
    const line = error.linePos?.[0].line ?? 1;
    throw badRequest(
      `the object provided is unrecognized (must be of type ${kind}): yaml: line ${line}: ${error.code}`,
    );
  }
  return JSON.stringify(document.toJS({ maxAliasCount: 100 }) ?? null);
}
