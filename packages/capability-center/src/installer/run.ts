import { CapstanError, EXIT, isCapstanError, type JsonObject, messageOf, systemClock } from '@capstan/base';
import { KUBE_CODES } from '@capstan/kube';
import { INSTALLER_CODES } from './codes.ts';
import type { ExecuteOptions, InstallerContext } from './context.ts';
import { takeInstallLease } from './install-lease.ts';
import { type JournalHeader, type JournalWriter, openJournal } from './journal-store.ts';
import { killSwitch } from './kill-point.ts';
import type { JournalKind } from './steps.ts';

const GRACE_MS = 15_000;

/** One run of an operation: it holds the install Lease and writes the journal. */
export interface Run {
  readonly context: InstallerContext;
  readonly journal: JournalWriter;
  readonly fence: number;
  /** Aborted when the user stops the command, its time is over, or the Lease is lost. */
  readonly signal: AbortSignal;
  /** Milliseconds until the whole operation must have ended. */
  remainingMs(): number;
  /** Writes the journal entry, then does the effect, and reports both. Every effect may be repeated. */
  step<T>(step: Step, effect: () => Promise<T>): Promise<T>;
  note(step: JournalKind, text: string, packageName?: string): void;
}

/** One step of a run. */
export interface Step {
  readonly kind: JournalKind;
  readonly package?: string;
  /** For people: what is being done. */
  readonly text: string;
  readonly detail?: JsonObject;
}

/** What `runOperation` needs. */
export interface OperationOptions {
  readonly context: InstallerContext;
  readonly header: JournalHeader;
  readonly options: ExecuteOptions;
  readonly defaultTimeoutMs: number;
  /** Runs with the Lease held, before the journal is opened: what must be recorded before the first entry. */
  readonly prepare?: () => Promise<void>;
  /** Told how a run ended that did not succeed, before its error is thrown. */
  readonly onStop?: (error: CapstanError) => Promise<void>;
}

/**
 * Runs an operation under the install Lease with a journal. Whatever happens, the journal and the Lease say how it
 * ended: `done`, `failed` with a code, or `interrupted`; only a killed process or a lost Lease leaves no ending. Errors
 * name the command that goes on from there.
 */
export async function runOperation<T>(operation: OperationOptions, work: (run: Run) => Promise<T>): Promise<T> {
  const { context, header, options } = operation;
  const lease = await takeInstallLease(context, options.signal).catch((error: unknown) => {
    throw options.signal?.aborted ? interrupted(header, error) : error;
  });
  const limitMs = options.timeoutMs ?? operation.defaultTimeoutMs;
  const clock = context.clock ?? systemClock;
  const deadline = clock.now() + limitMs;
  // Helm gets the same limit; the grace lets it end by itself, for then the error can say what blocked.
  const timeout = AbortSignal.timeout(limitMs + GRACE_MS);
  const signal = AbortSignal.any([lease.signal, timeout, ...(options.signal ? [options.signal] : [])]);
  try {
    await operation.prepare?.();
    const journal = await openJournal({
      client: context.client,
      header,
      fence: lease.fencing,
      clock,
      ...(options.onProgress ? { onProgress: options.onProgress } : {}),
    });
    const run = makeRun({ operation, journal, fence: lease.fencing, signal, remaining: () => deadline - clock.now() });
    try {
      const result = await work(run);
      await journal.write('done');
      return result;
    } catch (error) {
      throw await stop(operation, journal, { error, timedOut: timeout.aborted, lost: lease.signal });
    }
  } finally {
    await lease.release();
  }
}

interface RunParts {
  readonly operation: OperationOptions;
  readonly journal: JournalWriter;
  readonly fence: number;
  readonly signal: AbortSignal;
  readonly remaining: () => number;
}

function makeRun({ operation, journal, fence, signal, remaining }: RunParts): Run {
  const { context, options } = operation;
  const report = options.onProgress ?? (() => {});
  const clock = context.clock ?? systemClock;
  const killAt = killSwitch(operation.header.operation);
  return {
    context,
    journal,
    fence,
    signal,
    remainingMs: () => Math.max(1, remaining()),
    async step({ kind, package: name, text, detail }, effect) {
      signal.throwIfAborted();
      const of = name === undefined ? {} : { package: name };
      killAt(kind, 'before');
      await journal.write(kind, name, detail);
      killAt(kind, 'between');
      report({ type: 'start', step: kind, text, ...of });
      const started = clock.now();
      const result = await effect();
      killAt(kind, 'after');
      report({ type: 'done', step: kind, text, durationMs: clock.now() - started, ...of });
      return result;
    },
    note: (step, text, name) => report({ type: 'note', step, text, ...(name === undefined ? {} : { package: name }) }),
  };
}

interface Stop {
  readonly error: unknown;
  readonly timedOut: boolean;
  readonly lost: AbortSignal;
}

async function stop(operation: OperationOptions, journal: JournalWriter, reason: Stop): Promise<unknown> {
  const { options, header, onStop } = operation;
  if (reason.lost.aborted || isCapstanError(reason.error, INSTALLER_CODES.fenced)) return fenced(reason, header);
  const error = describeStop(reason, header, options.signal?.aborted === true);
  const kind = error.code === INSTALLER_CODES.interrupted ? 'interrupted' : 'failed';
  try {
    await journal.write(kind, undefined, { code: error.code, message: error.message });
    await onStop?.(error);
  } catch (recording) {
    // The reason of the stop matters more than that it could not be recorded.
    operation.options.onProgress?.({
      type: 'warning',
      text: `How far the work came could not be recorded: ${messageOf(recording)}`,
    });
  }
  return error;
}

function describeStop(reason: Stop, header: JournalHeader, byUser: boolean): CapstanError {
  const { error } = reason;
  const verb = verbOf(header);
  if (byUser) return interrupted(header, error);
  if (reason.timedOut && !isCapstanError(error, INSTALLER_CODES.notReady)) {
    return new CapstanError(INSTALLER_CODES.notReady, `${verb} ${header.subject} took longer than allowed.`, {
      hint: `It stopped here: ${messageOf(error)}. It is safe to run the command again.`,
      next: [header.command],
      exit: EXIT.timedOut,
      cause: error,
    });
  }
  if (!isCapstanError(error)) {
    return new CapstanError(KUBE_CODES.failed, `${verb} ${header.subject} failed: ${messageOf(error)}`, {
      next: [header.command],
      cause: error,
    });
  }
  return error.next.length > 0 ? error : withNext(error, header.command);
}

function interrupted(header: JournalHeader, cause: unknown): CapstanError {
  return new CapstanError(INSTALLER_CODES.interrupted, `${verbOf(header)} ${header.subject} was interrupted.`, {
    hint: 'What has been done stays, and the same command goes on from there.',
    next: [header.command],
    exit: EXIT.interrupted,
    cause,
  });
}

const VERBS = { install: 'Installing', upgrade: 'Upgrading', rollback: 'Rolling back', uninstall: 'Removing' } as const;

function verbOf({ operation }: JournalHeader): string {
  return VERBS[operation];
}

function withNext(error: CapstanError, command: string): CapstanError {
  const { code, message, hint, fields, exit, cause } = error;
  return new CapstanError(code, message, {
    next: [command],
    fields,
    exit,
    cause,
    ...(hint === undefined ? {} : { hint }),
  });
}

function fenced({ error }: Stop, header: JournalHeader): CapstanError {
  if (isCapstanError(error, INSTALLER_CODES.fenced)) return error;
  return new CapstanError(
    INSTALLER_CODES.fenced,
    `The work on ${header.subject} was given up: the install Lease is lost.`,
    {
      hint: 'Another process took over, or the cluster could not be reached for too long. It is safe to run the command again.',
      next: [header.command],
      exit: EXIT.blocked,
      cause: error,
    },
  );
}
