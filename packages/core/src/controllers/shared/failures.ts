import { isCapstanError } from '@capstan/base';
import { KUBE_CODES, namespaceIsEnding } from '@capstan/kube';

/** Answers that another try does not change as long as object and rights stay as they are. */
const STANDING: ReadonlySet<string> = new Set([
  KUBE_CODES.invalid,
  KUBE_CODES.forbidden,
  KUBE_CODES.fieldConflict,
  KUBE_CODES.kindUnknown,
]);

/** How often in a row something fails before a status tells of it, although the next try may well succeed. */
const WORTH_TELLING = 4;

/** What to do about the errors of one pass. */
export interface FailureVerdict {
  /** To be thrown in the end: it is met by backing off. */
  readonly passing?: unknown;
  /** Whether the status is to tell of it. */
  readonly tell: boolean;
}

/**
 * Judges the errors of a pass over an object that failed `failures` times in a row before. What stands is told at once;
 * what may pass (a busy or unreachable server, a concurrent write) only when it does not.
 */
export function judgeFailures(errors: readonly unknown[], failures: number): FailureVerdict {
  // Nobody reads what a namespace says in its last moments.
  if (errors.length > 0 && errors.every((error) => namespaceIsEnding(error))) return { tell: false };
  const passing = errors.find((error) => error !== undefined && !isStanding(error));
  if (passing === undefined) return { tell: true };
  return { passing, tell: failures >= WORTH_TELLING };
}

/** Whether another try would be answered in the same way. */
export function isStanding(error: unknown): boolean {
  return isCapstanError(error) && STANDING.has(error.code);
}
