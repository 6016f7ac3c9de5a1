import { ApiError } from '../model/api-error.ts';
import { badRequest } from '../model/errors.ts';
import { invalid } from '../model/field-error.ts';
import type { GroupVersionKind, KubeObject } from '../model/object.ts';
import type { ApiResource } from '../model/resource.ts';
import type { Cell, Column, RowCondition } from './columns.ts';
import { printerOf } from './printers.ts';

/** What goes with each row of a Table. */
export type IncludeObject = 'Metadata' | 'None' | 'Object';

/** meta/v1 ListMeta of an answer. */
export interface ListMetadata {
  readonly resourceVersion?: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

/** meta/v1 PartialObjectMetadata. */
export interface PartialObject {
  readonly kind: 'PartialObjectMetadata';
  readonly apiVersion: string;
  readonly metadata: KubeObject['metadata'];
}

/** meta/v1 PartialObjectMetadataList. */
export interface PartialObjectList {
  readonly kind: 'PartialObjectMetadataList';
  readonly apiVersion: string;
  readonly metadata: ListMetadata;
  readonly items: readonly PartialObject[];
}

/** meta/v1 Table. */
export interface Table {
  readonly kind: 'Table';
  readonly apiVersion: string;
  readonly metadata: ListMetadata;
  /** null in the events of a watch after the first. */
  readonly columnDefinitions: readonly Column[] | null;
  readonly rows: readonly TableRow[] | null;
}

/** One row of a Table. */
export interface TableRow {
  readonly cells: readonly Cell[];
  readonly conditions?: readonly RowCondition[];
  readonly object: KubeObject | PartialObject | null;
}

/** How a Table is made. */
export interface TableOptions {
  /** `v1` or `v1beta1`. */
  readonly version: string;
  readonly includeObject: IncludeObject;
  /** Of the list, or the object's resourceVersion. */
  readonly metadata: ListMetadata;
  /** Whether columns are defined: not again in later events of a watch. */
  readonly headers: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const GROUP = 'meta.k8s.io';
const KINDS = ['PartialObjectMetadata', 'PartialObjectMetadataList', 'Table'];

/** Whether an answer about objects can be turned into this: what `negotiate` asks at endpoints of resources. */
export function allowsTransform({ group, version, kind }: GroupVersionKind): boolean {
  return group === GROUP && (version === 'v1' || version === 'v1beta1') && KINDS.includes(kind);
}

/** The `includeObject` parameter; Metadata where absent. Throws 400 for other values. */
export function parseIncludeObject(value: string | null | undefined): IncludeObject {
  if (!value) return 'Metadata';
  if (value === 'Metadata' || value === 'None' || value === 'Object') return value;
  const { field, message } = invalid('includeObject', value, "must be 'Metadata', 'Object', 'None', or empty");
  throw badRequest(`Unable to convert to Table as requested: ${field}: ${message}`);
}

/**
 * Objects as a Table, with the columns of the resource's kind. Objects are in the resource's version. An object without a
 * name, as a bookmark's, makes a row as well.
 */
export function tableOf(resource: ApiResource, objects: readonly KubeObject[], options: TableOptions): Table {
  const printer = printerOf(resource);
  const { version, includeObject, metadata, headers, now } = options;
  const rows = objects.map((object): TableRow => {
    const conditions = printer.conditions?.(object);
    const cells = printer.cells(object, now);
    return { cells, ...(conditions && { conditions }), object: rowObject(object, includeObject, version) };
  });
  return {
    kind: 'Table',
    apiVersion: `${GROUP}/${version}`,
    metadata,
    columnDefinitions: headers ? printer.columns : null,
    rows: rows.length === 0 && printer.nullWhenEmpty ? null : rows,
  };
}

/** The end of the initial events is told by a bookmark's annotation, which a row without an object would lose. */
function rowObject(object: KubeObject, include: IncludeObject, version: string): TableRow['object'] {
  if (include === 'Object') return object;
  const keeps = include === 'Metadata' || object.metadata.annotations?.['k8s.io/initial-events-end'] === 'true';
  return keeps ? partialObject(object, version) : null;
}

/** Only the metadata of an object. */
export function partialObject(object: KubeObject, version: string): PartialObject {
  return { kind: 'PartialObjectMetadata', apiVersion: `${GROUP}/${version}`, metadata: object.metadata };
}

/** Only the metadata of a list's objects. */
export function partialObjectList(
  objects: readonly KubeObject[],
  metadata: ListMetadata,
  version: string,
): PartialObjectList {
  const items = objects.map((object) => partialObject(object, version));
  return { kind: 'PartialObjectMetadataList', apiVersion: `${GROUP}/${version}`, metadata, items };
}

/** The 406 of PartialObjectMetadata for a list, or PartialObjectMetadataList for one object. */
export function wrongPartialKind(resource: ApiResource, isList: boolean): ApiError {
  const message = isList
    ? `you requested PartialObjectMetadata, but the requested object is a list (${goType(resource, true)})`
    : `you requested PartialObjectMetadataList, but the requested object is not a list (${goType(resource, false)})`;
  return new ApiError(406, 'NotAcceptable', message);
}

/** The name of the type inside the real server, which its message shows. */
function goType({ source, group, kind }: ApiResource, isList: boolean): string {
  if (source === 'crd') return isList ? '*unstructured.UnstructuredList' : '*unstructured.Unstructured';
  const name = group === '' ? 'core' : (group.split('.')[0] ?? '');
  return `*${name}.${kind}${isList ? 'List' : ''}`;
}

/** The 406 of an Accept header that asks for something that objects cannot be turned into. */
export function unknownTransform(): ApiError {
  const types = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
  return new ApiError(406, 'NotAcceptable', `only the following media types are accepted: ${types}`);
}
