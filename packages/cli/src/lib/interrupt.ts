import { CapstanError, EXIT, isCapstanError } from '@capstan/base';
import { CLI_CODES } from '../codes.ts';

/** Watches for Ctrl-C. */
export interface Interrupts {
  /** Aborted by the first SIGINT or SIGTERM; its reason is a CapstanError with exit 130. */
  readonly signal: AbortSignal;
  /** Stops watching. */
  dispose(): void;
}

/**
 * Turns SIGINT and SIGTERM into an abort, so that work in progress can end in a state that a second run completes.
 * The second signal ends the process at once.
 */
export function watchInterrupts(): Interrupts {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort(new CapstanError(CLI_CODES.interrupted, 'interrupted', { exit: EXIT.interrupted }));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    dispose() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}

/** An abort signal that fires after `ms` with a CapstanError of exit 6. */
export function timeLimit(ms: number, spelled: string): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => {
    controller.abort(
      new CapstanError(CLI_CODES.timedOut, `not done within ${spelled}`, {
        hint: 'Nothing is lost: the same command goes on where this one stopped. --timeout sets the limit.',
        exit: EXIT.timedOut,
      }),
    );
  }, ms).unref();
  return controller.signal;
}

/** What an aborted piece of work failed with, once the abort's own reason is preferred to its consequences. */
export function abortReason(error: unknown, signal: AbortSignal): unknown {
  // Whoever knows better how to go on has said so already.
  if (!signal.aborted || (isCapstanError(error) && error.exit === EXIT.interrupted)) return error;
  return isCapstanError(signal.reason) ? signal.reason : error;
}
