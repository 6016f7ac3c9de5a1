import type { StatusCause } from './api-error.ts';
import { goJson, goQuote, goValue } from './go-format.ts';

/*
 * Causes of a 422, worded as apimachinery util/validation/field (errors.go, path.go) does. Paths are plain strings:
 * build them with `child`, `index` and `key`. The whole sentence of one cause is `${field}: ${message}`.
 */

/** `spec` and `replicas` make `spec.replicas`; the empty path is the object itself. */
export function child(path: string, ...names: readonly string[]): string {
  let result = path;
  for (const name of names) result = result === '' ? name : `${result}.${name}`;
  return result;
}

/** `spec.ports` and 0 make `spec.ports[0]`. */
export function index(path: string, position: number): string {
  return `${path}[${position}]`;
}

/** `metadata.labels` and `a` make `metadata.labels[a]`. */
export function key(path: string, name: string): string {
  return `${path}[${name}]`;
}

function cause(reason: string, kind: string, field: string, detail: string): StatusCause {
  // A path without any element is printed by Go as a nil pointer.
  return { reason, message: detail === '' ? kind : `${kind}: ${detail}`, field: field === '' ? '<nil>' : field };
}

/** Given as the value of a cause, says that the value is not shown (field.OmitValueType). */
export const OMITTED: unique symbol = Symbol('omitted');

/** A kind of fault with the value that is at fault. */
function withValue(kind: string, value: unknown): string {
  return value === OMITTED ? kind : `${kind}: ${shown(value)}`;
}

/** How a bad value is shown: strings quoted as by Go's %q, numbers and booleans plain, all else as Go's JSON. */
function shown(value: unknown): string {
  if (typeof value === 'string') return goQuote(value);
  if (typeof value === 'number' || typeof value === 'boolean') return goValue(value);
  return goJson(value);
}

/** A value is missing. */
export function required(field: string, detail = ''): StatusCause {
  return cause('FieldValueRequired', 'Required value', field, detail);
}

/** A value is malformed or out of bounds. */
export function invalid(field: string, value: unknown, detail: string): StatusCause {
  return cause('FieldValueInvalid', withValue('Invalid value', value), field, detail);
}

/** A value has another type than the schema's. */
export function typeInvalid(field: string, value: unknown, detail: string): StatusCause {
  return cause('FieldValueTypeInvalid', withValue('Invalid value', value), field, detail);
}

/** A value is not one of `supported`, which are listed in the order given (upstream sorts sets before it calls this). */
export function notSupported(field: string, value: unknown, supported: readonly string[]): StatusCause {
  const detail = supported.length > 0 ? `supported values: ${supported.map(goQuote).join(', ')}` : '';
  return cause('FieldValueNotSupported', withValue('Unsupported value', value), field, detail);
}

/** A value that would be fine elsewhere is not allowed here. */
export function forbidden(field: string, detail: string): StatusCause {
  return cause('FieldValueForbidden', 'Forbidden', field, detail);
}

/** A value that must be unique occurs twice. */
export function duplicate(field: string, value: unknown): StatusCause {
  return cause('FieldValueDuplicate', withValue('Duplicate value', value), field, '');
}

/** A referenced value does not exist. */
export function notFound(field: string, value: unknown): StatusCause {
  return cause('FieldValueNotFound', withValue('Not found', value), field, '');
}

/** A string has more than `maximum` bytes; a negative maximum is not shown. */
export function tooLong(field: string, maximum: number): StatusCause {
  const detail =
    maximum < 0 ? 'value is too long' : `may not be more than ${maximum} ${maximum === 1 ? 'byte' : 'bytes'}`;
  return cause('FieldValueTooLong', 'Too long', field, detail);
}

/** A list or map has `actual` entries, more than `maximum`; negative numbers are not shown. */
export function tooMany(field: string, actual: number, maximum: number): StatusCause {
  const detail =
    maximum < 0 ? 'has too many items' : `must have at most ${maximum} ${maximum === 1 ? 'item' : 'items'}`;
  return cause('FieldValueTooMany', actual < 0 ? 'Too many' : `Too many: ${actual}`, field, detail);
}

/** The server failed while it validated. */
export function internalError(field: string, detail: string): StatusCause {
  return cause('InternalError', 'Internal error', field, detail);
}

/**
 * Causes as one text, as in the message of a 422: repeated sentences once, several in brackets (field.ErrorList
 * ToAggregate and util/errors Aggregate). Empty without causes.
 */
export function aggregateMessage(causes: readonly StatusCause[]): string {
  const texts = [...new Set(causes.map((one) => `${one.field ?? '<nil>'}: ${one.message ?? ''}`))];
  return texts.length === 1 ? (texts[0] ?? '') : texts.length === 0 ? '' : `[${texts.join(', ')}]`;
}
