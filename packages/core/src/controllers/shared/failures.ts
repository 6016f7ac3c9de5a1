import { isCapstanError } from '@capstan/base';
import { KUBE_CODES } from '@capstan/kube';

/** What says nothing about the object: the next try may well succeed. */
const PASSING: readonly string[] = [KUBE_CODES.unreachable, KUBE_CODES.timeout, KUBE_CODES.conflict];

/** True for an error that is to be met by backing off, and not worth a condition. */
export function isPassing(error: unknown): boolean {
  if (!isCapstanError(error)) return error !== undefined;
  return PASSING.includes(error.code) || error.retryAfterMs !== undefined;
}
