import { ApiError, type StatusCause, type StatusDetails } from './api-error.ts';
import { aggregateMessage } from './field-error.ts';
import { goQuote } from './go-format.ts';

/*
 * Errors worded as apimachinery api/errors words them (errors.go), and the few that only the server's HTTP layers make.
 * Details hold only what is not empty, as Go's omitempty leaves them.
 */

/** What an error is about: a group with a resource's plural, or with a kind for `invalid`. */
export interface GroupResource {
  readonly group: string;
  readonly resource: string;
}

/** `deployments.apps`, `pods`: how messages name a resource. */
export function resourceName(of: GroupResource): string {
  return of.group === '' ? of.resource : `${of.resource}.${of.group}`;
}

function detailsOf(of: GroupResource, name: string, more: StatusDetails = {}): StatusDetails {
  return {
    ...(name !== '' && { name }),
    ...(of.group !== '' && { group: of.group }),
    ...(of.resource !== '' && { kind: of.resource }),
    ...more,
  };
}

function retryAfter(seconds: number): StatusDetails {
  return seconds === 0 ? {} : { retryAfterSeconds: seconds };
}

/** 404 of one object. */
export function notFound(of: GroupResource, name: string): ApiError {
  return new ApiError(404, 'NotFound', `${resourceName(of)} ${goQuote(name)} not found`, detailsOf(of, name));
}

/** 404 of a path that names nothing that is served (responsewriters.NotFound inside a known group). */
export function unknownResource(): ApiError {
  return new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});
}

/** 409 of a name that is taken. */
export function alreadyExists(of: GroupResource, name: string): ApiError {
  const message = `${resourceName(of)} ${goQuote(name)} already exists`;
  return new ApiError(409, 'AlreadyExists', message, detailsOf(of, name));
}

/** 409 of a generateName for which no free name was found. */
export function generateNameConflict(of: GroupResource, name: string, retryAfterSeconds: number): ApiError {
  const message = `${resourceName(of)} ${goQuote(name)} already exists, the server was not able to generate a unique name for the object`;
  return new ApiError(409, 'AlreadyExists', message, detailsOf(of, name, retryAfter(retryAfterSeconds)));
}

/** 409 of optimistic locking, preconditions and terminating namespaces. */
export function conflict(of: GroupResource, name: string, why: string): ApiError {
  const message = `Operation cannot be fulfilled on ${resourceName(of)} ${goQuote(name)}: ${why}`;
  return new ApiError(409, 'Conflict', message, detailsOf(of, name));
}

/** The reason of a conflict of resourceVersions (registry OptimisticLockErrorMsg). */
export const OPTIMISTIC_LOCK =
  'the object has been modified; please apply your changes to the latest version and try again';

/** 409 of server-side apply: one cause per field that another manager owns. */
export function applyConflict(causes: readonly StatusCause[], message: string): ApiError {
  return new ApiError(409, 'Conflict', message, causes.length === 0 ? {} : { causes });
}

/** 401. */
export function unauthorized(message = 'Unauthorized'): ApiError {
  return new ApiError(401, 'Unauthorized', message);
}

/** 403 of admission or of a rule inside the server; `why` follows `is forbidden: `. */
export function forbidden(of: GroupResource, name: string, why: string): ApiError {
  const subject =
    of.group === '' && of.resource === ''
      ? 'forbidden'
      : name === ''
        ? `${resourceName(of)} is forbidden`
        : `${resourceName(of)} ${goQuote(name)} is forbidden`;
  return new ApiError(403, 'Forbidden', `${subject}: ${why}`, detailsOf(of, name));
}

/** 422 with the causes and their sentences. `kind` is the kind, not the plural. */
export function invalid(
  of: { readonly group: string; readonly kind: string },
  name: string,
  causes: readonly StatusCause[],
): ApiError {
  const kind = of.group === '' ? of.kind : `${of.kind}.${of.group}`;
  const sentence = `${kind} ${goQuote(name)} is invalid`;
  const message = causes.length === 0 ? sentence : `${sentence}: ${aggregateMessage(causes)}`;
  const more = causes.length === 0 ? {} : { causes };
  return new ApiError(422, 'Invalid', message, detailsOf({ group: of.group, resource: of.kind }, name, more));
}

/** 400. */
export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}

/** 405 of a verb that a resource does not have. */
export function methodNotSupported(of: GroupResource, action: string): ApiError {
  const message = `${action} is not supported on resources of kind ${goQuote(resourceName(of))}`;
  return new ApiError(405, 'MethodNotAllowed', message, detailsOf(of, ''));
}

/** 405 of a verb on a path that has no such handler. */
export function methodNotAllowed(): ApiError {
  return new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
}

/** 406: none of the media types of Accept can be served; `available` are those that can. */
export function notAcceptable(available: readonly string[]): ApiError {
  const message = `406: Not Acceptable\n\nAvailable representations: ${available.join(', ')}`;
  return new ApiError(406, 'NotAcceptable', message, {});
}

/** 415: the body's media type cannot be read. */
export function unsupportedMediaType(accepted: readonly string[]): ApiError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  return new ApiError(415, 'UnsupportedMediaType', message);
}

/** 410 of a resourceVersion or continue token that is no longer known. */
export function resourceExpired(message: string): ApiError {
  return new ApiError(410, 'Expired', message);
}

/** 413. */
export function requestEntityTooLarge(message: string): ApiError {
  return new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: ${message}`);
}

/** 429 of a budget or a limit. `causes` may name the cause, such as `DisruptionBudget`. */
export function tooManyRequests(
  message: string,
  retryAfterSeconds: number,
  causes: readonly StatusCause[] = [],
): ApiError {
  const details = { ...(causes.length > 0 && { causes }), ...retryAfter(retryAfterSeconds) };
  return new ApiError(429, 'TooManyRequests', message, details);
}

/** 500. */
export function internal(message: string): ApiError {
  return new ApiError(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });
}

/** 501 of something that a simulated cluster does not have; `what` is a whole sentence. */
export function notImplemented(what: string): ApiError {
  return new ApiError(501, 'NotImplemented', what);
}
