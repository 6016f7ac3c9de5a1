import { notAcceptable } from '../model/errors.ts';
import { negotiate } from '../model/media-type.ts';
import { apiVersionOf, type GroupVersionKind, type KubeObject } from '../model/object.ts';
import type { ApiResource } from '../model/resource.ts';
import type { Answer, ListAnswer } from '../resources/operations.ts';
import { wrongPartialKind } from '../table/table.ts';
import type { Exchange } from './exchange.ts';
import { type Format, sendDocument, sendJson, wantsPretty } from './respond.ts';
import {
  allowsTransform,
  includeObjectOf,
  partialObject,
  partialObjectList,
  tableOf,
  unknownTransform,
  versionOf,
} from './transform.ts';

/** What a client wants to get: a format, and perhaps another kind of object than the stored one. */
export interface View {
  readonly format: Format;
  readonly transform?: GroupVersionKind;
}

const FORMATS = ['application/json', 'application/yaml'];
const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/** What the Accept header asks for. Throws 406. */
export function viewOf(exchange: Exchange, streams: boolean): View {
  const accept = exchange.header('accept');
  const negotiated = negotiate(accept, FORMATS, (transform) => transform === undefined || allowsTransform(transform));
  if (!negotiated) {
    if (accept?.includes('as=')) throw unknownTransform();
    throw notAcceptable(availableTypes(accept ?? '', streams));
  }
  const { mediaType, transform } = negotiated;
  const format = { mediaType, pretty: negotiated.pretty || wantsPretty(exchange) };
  return { format, ...(transform && { transform }) };
}

/** The real server's list; without protobuf where that is all that the client takes, since answers are never protobuf. */
function availableTypes(accept: string, streams: boolean): string[] {
  const types = accept.includes(PROTOBUF) ? FORMATS : [...FORMATS, PROTOBUF];
  if (!streams) return types;
  return [...types, ...types.filter((type) => type !== 'application/yaml').map((type) => `${type};stream=watch`)];
}

/** Answers with one object. `now` is for ages in Tables. */
export function sendObject(
  exchange: Exchange,
  status: number,
  view: View,
  resource: ApiResource,
  answer: Answer,
  now: number,
): Promise<void> {
  const { format, transform } = view;
  if (transform === undefined) {
    if (format.mediaType === 'application/json' && !format.pretty) return sendJson(exchange, status, answer.json());
    return sendDocument(exchange, status, answer.object, format);
  }
  if (transform.kind === 'PartialObjectMetadataList') throw wrongPartialKind(resource, false);
  if (transform.kind !== 'Table') {
    return sendDocument(exchange, status, partialObject(answer.object, transform.version), format);
  }
  const includeObject = includeObjectOf(exchange.query);
  const options = { version: transform.version, includeObject, headers: true, now };
  return sendDocument(exchange, status, tableOf(resource, [answer.object], versionOf(answer.object), options), format);
}

/** Answers with a list. `now` is for ages in Tables. */
export function sendList(
  exchange: Exchange,
  view: View,
  resource: ApiResource,
  list: ListAnswer,
  now: number,
): Promise<void> {
  const { format, transform } = view;
  const type = { kind: resource.listKind, apiVersion: apiVersionOf(resource.group, resource.version) };
  // Lists of custom resources always have a continue token, be it empty.
  const metadata = resource.source === 'crd' ? { continue: '', ...list.metadata } : list.metadata;
  if (transform === undefined && format.mediaType === 'application/json' && !format.pretty) {
    return sendJson(exchange, 200, ...listParts({ ...type, metadata }, list, resource));
  }
  const objects = list.items.map((item) => item.object);
  if (transform === undefined) {
    const items = resource.source === 'crd' ? objects : objects.map(withoutType);
    return sendDocument(exchange, 200, { ...type, metadata, items }, format);
  }
  if (transform.kind === 'PartialObjectMetadata') throw wrongPartialKind(resource, true);
  const { version } = transform;
  if (transform.kind !== 'Table') {
    return sendDocument(exchange, 200, partialObjectList(objects, list.metadata, version), format);
  }
  const options = { version, includeObject: includeObjectOf(exchange.query), headers: true, now };
  return sendDocument(exchange, 200, tableOf(resource, objects, list.metadata, options), format);
}

const COMMA = Buffer.from(',');
const LIST_END = Buffer.from(']}');
const OPEN = Buffer.from('{');

/** A list's JSON from the JSON of its items. Items of built-in types do not repeat their kind. */
function listParts(
  type: { readonly kind: string; readonly apiVersion: string; readonly metadata: object },
  list: ListAnswer,
  resource: ApiResource,
): Uint8Array[] {
  const parts: Uint8Array[] = [
    Buffer.from(
      `{"kind":"${type.kind}","apiVersion":"${type.apiVersion}","metadata":${JSON.stringify(type.metadata)},"items":[`,
    ),
  ];
  const prefix = Buffer.from(`{"kind":"${resource.kind}","apiVersion":"${type.apiVersion}",`);
  const strips = resource.source === 'built-in';
  for (const item of list.items) {
    if (parts.length > 1) parts.push(COMMA);
    const json = item.json();
    if (!strips) parts.push(json);
    else if (json.subarray(0, prefix.length).equals(prefix)) parts.push(OPEN, json.subarray(prefix.length));
    else parts.push(Buffer.from(JSON.stringify(withoutType(item.object))));
  }
  parts.push(LIST_END);
  return parts;
}

function withoutType(object: KubeObject): object {
  const { kind: _kind, apiVersion: _apiVersion, ...rest } = object;
  return rest;
}
