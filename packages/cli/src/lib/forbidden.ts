import { isCapstanError } from '@capstan/base';
import { KUBE_CODES } from '@capstan/kube';

/** Undefined instead of an error where the caller lacks the right to read. */
export function orForbidden<T>(reading: Promise<T>): Promise<T | undefined> {
  return reading.catch((error: unknown) => {
    if (isCapstanError(error, KUBE_CODES.forbidden)) return undefined;
    throw error;
  });
}
