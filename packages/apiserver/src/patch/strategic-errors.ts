import { ApiError } from '../model/api-error.ts';
import { badRequest } from '../model/errors.ts';
import { goValue } from '../model/go-format.ts';
import { goTypeName } from './go-names.ts';

/* What the real server says of strategic merge patches that make no sense (apimachinery util/mergepatch): most are a 500. */

/** 500 with a sentence and no reason. */
export function patchFailure(message: string): ApiError {
  return new ApiError(500, '', message);
}

/** An element of a merged list lacks the field by which elements are told apart. */
export function noMergeKey(element: unknown, mergeKey: string): ApiError {
  return patchFailure(`map: ${goValue(element)} does not contain declared merge key: ${mergeKey}`);
}

/** A list where an object is due, or the like. */
export function wrongType(expected: unknown, actual: unknown): ApiError {
  return patchFailure(`expected a ${goTypeName(expected)}, but received a ${goTypeName(actual)}`);
}

/** A `$patch` that is none of replace, delete and merge. */
export function unknownDirective(directive: unknown, where: unknown): ApiError {
  return patchFailure(`unknown patch type: ${goValue(directive)} in map: ${goValue(where)}`);
}

/** 400 of a malformed `$deleteFromPrimitiveList`, `$retainKeys` or `$setElementOrder`. */
export function badFormat(of: 'primitive list' | 'retainKeys' | 'setElementOrder list'): ApiError {
  return badRequest(`invalid patch format of ${of}`);
}
