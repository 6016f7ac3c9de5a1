import { ApiError } from '../model/api-error.ts';
import type { KubeObject } from '../model/object.ts';
import type { ApiResource } from '../model/resource.ts';
import type { Cell, Column, RowCondition } from './columns.ts';
import { partialMetadata } from './partial-metadata.ts';
import { printerOf } from './printers.ts';

/** How the rows of a Table are made. */
export interface TableOptions {
  /** What goes with each row. */
  readonly includeObject: 'Metadata' | 'None' | 'Object';
  /** Whether columns are defined: not again in later events of a watch. */
  readonly headers: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Of meta.k8s.io; v1 where absent. */
  readonly version?: string;
}

/** The contents of a meta/v1 Table. */
export interface TableContents {
  /** null in the events of a watch after the first. */
  readonly columnDefinitions: readonly Column[] | null;
  readonly rows: readonly TableRow[] | null;
}

/** One row of a Table. */
export interface TableRow {
  readonly cells: readonly Cell[];
  readonly conditions?: readonly RowCondition[];
  readonly object: object | null;
}

/**
 * Objects as a Table, with the columns of the resource's kind. Objects are in the resource's version. An object without a
 * name, as a bookmark's, makes a row as well.
 */
export function tableContents(
  resource: ApiResource,
  objects: readonly KubeObject[],
  options: TableOptions,
): TableContents {
  const printer = printerOf(resource);
  const ordered = printer.order ? objects.toSorted(printer.order) : objects;
  const rows = ordered.map((object): TableRow => {
    const conditions = printer.conditions?.(object);
    const cells = printer.cells(object, options.now);
    return { cells, ...(conditions && { conditions }), object: rowObject(object, options) };
  });
  return {
    columnDefinitions: options.headers ? printer.columns : null,
    rows: rows.length === 0 && printer.nullWhenEmpty ? null : rows,
  };
}

/** The end of the initial events is told by a bookmark's annotation, which a row without an object would lose. */
function rowObject(object: KubeObject, { includeObject, version = 'v1' }: TableOptions): object | null {
  if (includeObject === 'Object') return object;
  const metadata = partialMetadata(object);
  const keeps = includeObject === 'Metadata' || metadata.annotations?.['k8s.io/initial-events-end'] === 'true';
  return keeps ? { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata } : null;
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
