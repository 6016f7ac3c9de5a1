import { type CapstanError, isCapstanError, messageOf } from '@capstan/base';
import { CENTER_CODES } from '../codes.ts';
import { INSTALLER_CODES } from '../installer/codes.ts';
import type { InstallPlan, PlanBlocker } from '../plan/types.ts';
import type { SetRemark } from './set-status.ts';

/** Errors of a plan that another wish, another catalog or another cluster could mend, and nothing else. */
const PLAN_ERRORS: readonly string[] = [
  CENTER_CODES.capUnknown,
  CENTER_CODES.capUnsatisfiable,
  CENTER_CODES.capUndecided,
  'CAPSTAN_CAP_VALUES_INVALID',
];

/** Whether a plan could not be made for what is asked, rather than because of a failure on the way. */
export function isPlanError(error: unknown): error is CapstanError {
  return isCapstanError(error) && PLAN_ERRORS.includes(error.code);
}

/** Whether somebody else is at work on capabilities. */
export function isBusy(error: unknown): boolean {
  return isCapstanError(error, INSTALLER_CODES.busy);
}

/** What went wrong, for a status: the code as a reason, message and hint, and the command that helps. */
export function remarkOf(error: unknown): SetRemark {
  if (!isCapstanError(error)) return { reason: 'Failed', message: messageOf(error) };
  return { reason: reasonOf(error.code), message: sentence(error.message, error.hint, error.next[0]) };
}

/** What forbids a plan, for a status. */
export function remarkOfBlockers({ blockers: [first, ...others] }: InstallPlan): SetRemark | undefined {
  if (!first) return undefined;
  const more = others.length > 0 ? ` And ${others.length} more.` : '';
  return { reason: reasonOf(first.code), message: sentence(first.message, first.hint, nextOf(first)) + more };
}

function nextOf({ next = [] }: PlanBlocker): string | undefined {
  return next[0];
}

function sentence(message: string, hint: string | undefined, next: string | undefined): string {
  const text = [message, hint].filter((part) => part !== undefined).join(' ');
  return next === undefined ? text : `${text} Next: ${next}`;
}

/** `CAPSTAN_CAP_NOT_READY` is `NotReady`. */
function reasonOf(code: string): string {
  const words = code
    .replace(/^CAPSTAN_(CAP_)?/, '')
    .toLowerCase()
    .split('_');
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
