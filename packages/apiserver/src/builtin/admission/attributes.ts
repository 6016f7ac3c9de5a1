import type { ApiError } from '../../model/api-error.ts';
import { forbidden } from '../../model/errors.ts';
import type { KubeObject } from '../../model/object.ts';
import type { ApiResource } from '../../model/resource.ts';

/** What built-in admission looks at; the pipelines' attributes are such. */
export interface AdmissionRequest {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  readonly resource: ApiResource;
  readonly subresource: string | undefined;
  readonly namespace: string;
  readonly name: string;
  /** The new object; while mutating its parts may be replaced. */
  readonly object: KubeObject | undefined;
  readonly oldObject: KubeObject | undefined;
}

/** Reads other objects of the cluster. */
export interface AdmissionReads {
  list(storage: { group: string; resource: string }, namespace: string): readonly KubeObject[];
}

/** The refusal of an admission plugin (apiserver admission.NewForbidden). */
export function refused(request: AdmissionRequest, why: string): ApiError {
  const { name, generateName } = request.object?.metadata ?? {};
  return forbidden(request.resource, request.name || name || generateName || 'Unknown', why);
}

/** Whether a request is about objects of a core resource itself, not of a subresource. */
export function isAbout(request: AdmissionRequest, resource: string): boolean {
  return request.subresource === undefined && request.resource.group === '' && request.resource.resource === resource;
}
