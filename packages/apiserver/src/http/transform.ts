import { ApiError } from '../model/api-error.ts';
import { badRequest } from '../model/errors.ts';
import { invalid } from '../model/field-error.ts';
import type { GroupVersionKind, KubeObject } from '../model/object.ts';
import type { ApiResource } from '../model/resource.ts';
import { partialMetadata } from '../table/partial-metadata.ts';
import { type TableOptions, tableContents } from '../table/table.ts';

/* What objects can be turned into for a client: a Table, or their metadata alone (handlers/response.go). */

const GROUP = 'meta.k8s.io';
const KINDS = ['PartialObjectMetadata', 'PartialObjectMetadataList', 'Table'];

/** Whether an answer about objects can be turned into this. */
export function allowsTransform({ group, version, kind }: GroupVersionKind): boolean {
  return group === GROUP && (version === 'v1' || version === 'v1beta1') && KINDS.includes(kind);
}

/** The `includeObject` parameter; Metadata where absent. Throws 400 for other values. */
export function includeObjectOf(query: URLSearchParams): TableOptions['includeObject'] {
  const value = query.get('includeObject') ?? '';
  if (value === '') return 'Metadata';
  if (value === 'Metadata' || value === 'None' || value === 'Object') return value;
  const { field, message } = invalid('includeObject', value, "must be 'Metadata', 'Object', 'None', or empty");
  throw badRequest(`Unable to convert to Table as requested: ${field}: ${message}`);
}

/** A meta/v1 Table of objects; `metadata` is the list's. */
export function tableOf(
  resource: ApiResource,
  objects: readonly KubeObject[],
  metadata: object,
  options: TableOptions & { readonly version: string },
): object {
  const { columnDefinitions, rows } = tableContents(resource, objects, options);
  return { kind: 'Table', apiVersion: `${GROUP}/${options.version}`, metadata, columnDefinitions, rows };
}

/** Only the metadata of an object. */
export function partialObject(object: KubeObject, version: string): object {
  return { kind: 'PartialObjectMetadata', apiVersion: `${GROUP}/${version}`, metadata: partialMetadata(object) };
}

/** Only the metadata of a list's objects. */
export function partialObjectList(objects: readonly KubeObject[], metadata: object, version: string): object {
  const items = objects.map((object) => partialObject(object, version));
  return { kind: 'PartialObjectMetadataList', apiVersion: `${GROUP}/${version}`, metadata, items };
}

/** What ListMeta a Table of one object has. */
export function versionOf({ metadata }: KubeObject): { readonly resourceVersion?: string } {
  return metadata.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion };
}

/** The 406 of an Accept header that asks for something that objects cannot be turned into. */
export function unknownTransform(): ApiError {
  const types = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
  return new ApiError(406, 'NotAcceptable', `only the following media types are accepted: ${types}`);
}
