import type { ApiError } from '../model/api-error.ts';
import { methodNotAllowed, methodNotSupported, notFound, unknownResource } from '../model/errors.ts';
import type { ApiResource, ApiSubresource, Verb } from '../model/resource.ts';
import type { Exchange } from './exchange.ts';
import type { RequestInfo } from './request-info.ts';

/** What a request asks of a resource. */
export interface Endpoint {
  readonly verb: Verb;
  readonly subresource: ApiSubresource | undefined;
}

/**
 * Whether the path of a request can be one of this resource: not below a namespace for what has none, nor without one for
 * what has, unless it spans all of them.
 */
export function fitsScope(info: RequestInfo, resource: ApiResource): boolean {
  if (!resource.namespaced) return info.namespace === '' || resource.resource === 'namespaces';
  if (info.namespace !== '') return true;
  return resource.source === 'crd' ? info.verb === 'list' || info.verb === 'watch' : !hasNameInPath(info);
}

/**
 * The endpoint of a request, provided that it exists. Throws 404 for subresources, 405 for verbs: both worded by the part of
 * the real server that serves the resource (go-restful's container, or the handler of custom resources).
 */
export function checkedEndpoint(exchange: Exchange, info: RequestInfo, resource: ApiResource): Endpoint {
  const subresource = resource.subresources.find((one) => one.name === info.subresource);
  if (info.subresource !== '' && !subresource) {
    throw resource.source === 'crd' ? notFound(resource, info.name) : unknownResource();
  }
  const verb = info.verb as Verb;
  if (!(subresource ?? resource).verbs.includes(verb)) throw refused(info, resource);
  if (resource.source === 'built-in' && (exchange.method === 'HEAD' || !fitsShape(info, resource))) {
    throw methodNotAllowed();
  }
  return { verb, subresource };
}

function refused(info: RequestInfo, resource: ApiResource): ApiError {
  if (resource.source === 'built-in') return methodNotAllowed();
  return methodNotSupported(resource, info.verb);
}

/** Collections are created in, listed and deleted; one object is changed; only reading spans all namespaces. */
function fitsShape(info: RequestInfo, { namespaced }: ApiResource): boolean {
  const { verb, namespace } = info;
  if (verb === 'list' || verb === 'watch') return true;
  if (namespaced && namespace === '') return false;
  if (verb === 'create') return hasNameInPath(info) === (info.subresource !== '');
  return verb === 'deletecollection' || hasNameInPath(info);
}

/** A list with a field selector has a name too, but not in its path. */
function hasNameInPath({ name, verb }: RequestInfo): boolean {
  return name !== '' && verb !== 'list' && verb !== 'watch';
}
