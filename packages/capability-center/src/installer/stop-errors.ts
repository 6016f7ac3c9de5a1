import { CapstanError, EXIT, isCapstanError, messageOf } from '@capstan/base';
import { KUBE_CODES } from '@capstan/kube';
import { INSTALLER_CODES } from './codes.ts';
import type { JournalHeader } from './journal-store.ts';

/** Why a run stopped. */
export interface StopReason {
  readonly error: unknown;
  readonly timedOut: boolean;
  /** The user stopped the command. */
  readonly byUser: boolean;
  readonly cancelled?: CapstanError;
}

type About = Pick<JournalHeader, 'operation' | 'subject' | 'command'>;

const VERBS = {
  install: 'Installing',
  upgrade: 'Upgrading',
  rollback: 'Rolling back',
  uninstall: 'Removing',
} as const;

/** The error that a stopped run ends with; it names the command that goes on from there. */
export function describeStop({ error, timedOut, byUser, cancelled }: StopReason, about: About): CapstanError {
  const work = `${VERBS[about.operation]} ${about.subject}`;
  if (wasTakenBack(error)) return error;
  if (byUser) return interruptedError(about, error);
  if (cancelled) return cancelled;
  if (timedOut && !isCapstanError(error, INSTALLER_CODES.notReady)) {
    return new CapstanError(INSTALLER_CODES.notReady, `${work} took longer than allowed.`, {
      hint: `It stopped here: ${messageOf(error)}. It is safe to go on.`,
      next: [about.command],
      exit: EXIT.timedOut,
      cause: error,
    });
  }
  if (!isCapstanError(error)) {
    return new CapstanError(KUBE_CODES.failed, `${work} failed: ${messageOf(error)}`, {
      next: [about.command],
      cause: error,
    });
  }
  return error.next.length > 0 ? error : withMore(error, { next: [about.command] });
}

/** INTERRUPTED: the user stopped the command. */
export function interruptedError(about: About, cause: unknown): CapstanError {
  const message = `${VERBS[about.operation]} ${about.subject} was interrupted.`;
  return new CapstanError(INSTALLER_CODES.interrupted, message, {
    hint: 'What has been done stays, and the same command goes on from there.',
    next: [about.command],
    exit: EXIT.interrupted,
    cause,
  });
}

/** FENCED: the Lease is lost, or another process has taken over. */
export function fencedError(error: unknown, { subject, command }: About): CapstanError {
  if (isCapstanError(error, INSTALLER_CODES.fenced)) return error;
  return new CapstanError(INSTALLER_CODES.fenced, `The work on ${subject} was given up: the install Lease is lost.`, {
    hint: 'Another process took over, or the cluster could not be reached for too long. It is safe to run the command again.',
    next: [command],
    exit: EXIT.blocked,
    cause: error,
  });
}

/** The error of a run after which everything is as it was before: what failed, and that it was taken back. */
export function takenBackError(error: CapstanError, state: string): CapstanError {
  const hint = [error.hint, `Everything was taken back: ${state}.`].filter(Boolean).join(' ');
  return withMore(error, { hint, fields: { ...error.fields, takenBack: true } });
}

/** An error after which everything is as it was before. */
export type TakenBackError = CapstanError & { readonly fields: { readonly takenBack: true } };

/** Whether everything is as it was before the run that failed with this error. */
export function wasTakenBack(error: unknown): error is TakenBackError {
  return isCapstanError(error) && error.fields['takenBack'] === true;
}

/** The error with other details. */
export function withMore(
  error: CapstanError,
  more: { readonly next?: readonly string[]; readonly hint?: string; readonly fields?: CapstanError['fields'] },
): CapstanError {
  const { code, message, hint, fields, next, exit, cause } = error;
  return new CapstanError(code, message, {
    next,
    fields,
    exit,
    cause,
    ...(hint === undefined ? {} : { hint }),
    ...more,
  });
}
