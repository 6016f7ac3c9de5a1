import { badRequest, notAcceptable } from '../model/errors.ts';
import { goQuote } from '../model/go-format.ts';
import { negotiate } from '../model/media-type.ts';
import { apiVersionOf, type GroupVersionKind, type KubeObject } from '../model/object.ts';
import type { ApiResource } from '../model/resource.ts';
import type { Answer, ListAnswer } from '../resources/operations.ts';
import type { Exchange } from './exchange.ts';
import { type Format, sendDocument, sendJson, wantsPretty } from './respond.ts';

/** What a client wants to get: a format, and perhaps another kind of object than the stored one. */
export interface View {
  readonly format: Format;
  readonly transform?: GroupVersionKind;
}

/** How much of each object a Table's rows carry. */
export type IncludeObject = 'Metadata' | 'None' | 'Object';

/** Makes Tables. */
export interface TableMaker {
  /** `headers`: with the definitions of columns (a watch tells them once). */
  table(
    resource: ApiResource,
    objects: readonly KubeObject[],
    options: { readonly includeObject: IncludeObject; readonly headers: boolean },
  ): { readonly columnDefinitions: unknown; readonly rows: unknown };
}

const FORMATS = ['application/json', 'application/yaml'];
const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const META_GROUP = 'meta.k8s.io';

/** What the Accept header asks for. Throws 406. */
export function viewOf(exchange: Exchange, streams: boolean): View {
  const accept = exchange.header('accept');
  const negotiated = negotiate(accept, FORMATS, (transform) => transform === undefined || isKnown(transform));
  if (!negotiated) throw notAcceptable(availableTypes(accept ?? '', streams));
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

function isKnown({ group, version, kind }: GroupVersionKind): boolean {
  if (group !== META_GROUP || (version !== 'v1' && version !== 'v1beta1')) return false;
  return kind === 'Table' || kind === 'PartialObjectMetadata' || kind === 'PartialObjectMetadataList';
}

/** The `includeObject` of a Table. Throws 400. */
export function includeObject(exchange: Exchange): IncludeObject {
  const asked = exchange.query.get('includeObject') ?? '';
  if (asked === '' || asked === 'Metadata') return 'Metadata';
  if (asked === 'None' || asked === 'Object') return asked;
  const rule = "must be 'Metadata', 'Object', 'None', or empty";
  throw badRequest(`Unable to convert to Table as requested: includeObject: Invalid value: ${goQuote(asked)}: ${rule}`);
}

/** Only metadata, under the kind that stands for it. */
export function partialMetadata(object: KubeObject, version: string): object {
  return { kind: 'PartialObjectMetadata', apiVersion: `${META_GROUP}/${version}`, metadata: object.metadata };
}

/** Answers with one object. */
export function sendObject(
  exchange: Exchange,
  status: number,
  view: View,
  resource: ApiResource,
  answer: Answer,
  tables: TableMaker,
): Promise<void> {
  const { format, transform } = view;
  if (transform === undefined) {
    if (format.mediaType === 'application/json' && !format.pretty) return sendJson(exchange, status, answer.json());
    return sendDocument(exchange, status, answer.object, format);
  }
  const document =
    transform.kind === 'Table'
      ? tableOf(
          exchange,
          resource,
          [answer.object],
          { resourceVersion: answer.object.metadata.resourceVersion },
          transform,
          tables,
        )
      : partialMetadata(answer.object, transform.version);
  return sendDocument(exchange, status, document, format);
}

/** Answers with a list. */
export function sendList(
  exchange: Exchange,
  view: View,
  resource: ApiResource,
  list: ListAnswer,
  tables: TableMaker,
): Promise<void> {
  const { format, transform } = view;
  const type = { kind: resource.listKind, apiVersion: apiVersionOf(resource.group, resource.version) };
  if (transform === undefined && format.mediaType === 'application/json' && !format.pretty) {
    return sendJson(exchange, 200, ...listParts(type, list, resource));
  }
  const objects = list.items.map((item) => item.object);
  if (transform === undefined) {
    const items = resource.source === 'crd' ? objects : objects.map(withoutType);
    return sendDocument(exchange, 200, { ...type, metadata: list.metadata, items }, format);
  }
  if (transform.kind === 'Table') {
    return sendDocument(exchange, 200, tableOf(exchange, resource, objects, list.metadata, transform, tables), format);
  }
  const apiVersion = `${META_GROUP}/${transform.version}`;
  const items = objects.map((object) => partialMetadata(object, transform.version));
  const document = { kind: 'PartialObjectMetadataList', apiVersion, metadata: list.metadata, items };
  return sendDocument(exchange, 200, document, format);
}

function tableOf(
  exchange: Exchange,
  resource: ApiResource,
  objects: readonly KubeObject[],
  metadata: object,
  transform: GroupVersionKind,
  tables: TableMaker,
): object {
  const options = { includeObject: includeObject(exchange), headers: true };
  const apiVersion = `${META_GROUP}/${transform.version}`;
  return { kind: 'Table', apiVersion, metadata, ...tables.table(resource, objects, options) };
}

const COMMA = Buffer.from(',');
const LIST_END = Buffer.from(']}');
const OPEN = Buffer.from('{');

/** A list's JSON from the JSON of its items. Items of built-in types do not repeat their kind. */
function listParts(type: { kind: string; apiVersion: string }, list: ListAnswer, resource: ApiResource): Uint8Array[] {
  const metadata = JSON.stringify(list.metadata);
  const parts: Uint8Array[] = [
    Buffer.from(`{"kind":"${type.kind}","apiVersion":"${type.apiVersion}","metadata":${metadata},"items":[`),
  ];
  const prefix = Buffer.from(`{"kind":"${resource.kind}","apiVersion":"${type.apiVersion}",`);
  const strips = resource.source === 'built-in';
  for (const item of list.items) {
    if (parts.length > 1) parts.push(COMMA);
    const json = item.json();
    if (strips && json.subarray(0, prefix.length).equals(prefix)) parts.push(OPEN, json.subarray(prefix.length));
    else parts.push(json);
  }
  parts.push(LIST_END);
  return parts;
}

function withoutType(object: KubeObject): object {
  const { kind: _kind, apiVersion: _apiVersion, ...rest } = object;
  return rest;
}
