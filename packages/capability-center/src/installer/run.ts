import { type CapstanError, type Clock, isCapstanError, type JsonObject, messageOf, systemClock } from '@capstan/base';
import { fenceClient, type HeldLease } from '@capstan/kube';
import { cancelSignal } from './cancel-request.ts';
import { INSTALLER_CODES } from './codes.ts';
import type { ExecuteOptions, InstallerContext } from './context.ts';
import { isHere, processIdentity, takeInstallLease } from './install-lease.ts';
import { earlierHolder, earlierRunEnded } from './journal.ts';
import { type JournalHeader, type JournalWriter, openJournal } from './journal-store.ts';
import { type KillSwitch, killSwitch } from './kill-point.ts';
import { endOrphans } from './orphans.ts';
import { DEFAULT_RETRIES, withRetries } from './retry.ts';
import type { JournalKind, Operation } from './steps.ts';
import { describeStop, fencedError, interruptedError, wasTakenBack } from './stop-errors.ts';

const GRACE_MS = 15_000;

/** One run of an operation: it holds the install Lease and writes the journal. */
export interface Run {
  /** Its client refuses to write once the Lease is lost. */
  readonly context: InstallerContext;
  readonly journal: JournalWriter;
  readonly fence: number;
  /** Identity of the cluster, where the operation knows it. */
  readonly cluster: string;
  /** Aborted when the user stops the command, its time is over, somebody cancels it, or the Lease is lost. */
  readonly signal: AbortSignal;
  /** Milliseconds until the whole operation must have ended. */
  remainingMs(): number;
  /** Whether the run must not go on at all, not even to go back: it was stopped, cancelled, or lost its Lease. */
  isStopped(): boolean;
  /**
   * Writes the journal entry, then does the effect, and reports both. Every effect may be repeated: one that fails in
   * passing is done again after a growing wait.
   */
  step<T>(step: Step, effect: () => Promise<T>): Promise<T>;
  note(step: JournalKind, text: string, packageName?: string): void;
  /** The same run with new time, as it goes back to the state before it. */
  turnBack(limitMs: number): Run;
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
  /** uid of the cluster's kube-system namespace: marks the Helm processes of this run. */
  readonly cluster?: string;
  readonly options: ExecuteOptions;
  readonly defaultTimeoutMs: number;
  /** Told of each step once it is in the journal. */
  readonly onStep?: (run: Run, step: Step) => void;
  /** Runs with the Lease held, before the journal is opened: what must be recorded before the first entry. */
  readonly prepare?: (context: InstallerContext) => Promise<void>;
  /** Told how a run ended that did not succeed, before its error is thrown. */
  readonly onStop?: (error: CapstanError) => Promise<void>;
  /** How the journal says that the work has ended well; `done` when absent. */
  readonly ending?: 'done' | 'reverted';
}

/**
 * Runs an operation under the install Lease with a journal. Whatever happens, the journal and the Lease say how it
 * ended: `done`, `reverted`, `failed` with a code, or `interrupted`; only a killed process or a lost Lease leaves no
 * ending. Errors name the command that goes on from there.
 */
export async function runOperation<T>(operation: OperationOptions, work: (run: Run) => Promise<T>): Promise<T> {
  const { context, header, options } = operation;
  const lease = await takeInstallLease(context, options.signal).catch((error: unknown) => {
    throw options.signal?.aborted ? interruptedError(header, error) : error;
  });
  const ended = new AbortController();
  try {
    return await underLease(operation, lease, ended.signal, work);
  } finally {
    ended.abort();
    await lease.release();
  }
}

async function underLease<T>(
  operation: OperationOptions,
  lease: HeldLease,
  ended: AbortSignal,
  work: (run: Run) => Promise<T>,
): Promise<T> {
  const { context, header, options } = operation;
  const clock = context.clock ?? systemClock;
  const own = { ...context, client: fenceClient(context.client, lease) };
  const cancelled = cancelSignal(context.client, lease.fencing, ended);
  const stopped = AbortSignal.any([lease.signal, cancelled, ...(options.signal ? [options.signal] : [])]);
  const retry = <R>(request: () => Promise<R>) =>
    withRetries(request, { retries: options.retries ?? DEFAULT_RETRIES, signal: stopped, clock });
  const time = timeLimit(options.timeoutMs ?? operation.defaultTimeoutMs, clock);
  await retry(async () => operation.prepare?.(own));
  const journal = await openJournal({
    client: own.client,
    header,
    fence: lease.fencing,
    clock,
    retry,
    ...(options.onProgress ? { onProgress: options.onProgress } : {}),
  });
  const parts = { definition: operation, context: own, journal, fence: lease.fencing, stopped, clock };
  try {
    await endOrphansOf(journal, operation, lease.fencing, stopped);
    const result = await work(makeRun({ ...parts, operation: header.operation }, time));
    await journal.write(operation.ending ?? 'done');
    return result;
  } catch (error) {
    throw await stop(operation, journal, {
      error,
      timedOut: time.signal.aborted,
      lost: lease.signal.aborted,
      ...(cancelled.aborted ? { cancelled: cancelled.reason as CapstanError } : {}),
    });
  }
}

/** A Helm that outlived a killed run on this machine must not write beside this one. */
async function endOrphansOf(
  journal: JournalWriter,
  { context, cluster }: OperationOptions,
  fence: number,
  signal: AbortSignal,
): Promise<void> {
  const { clock = systemClock } = context;
  if (cluster === undefined || earlierRunEnded(journal.current, fence)) return;
  const holder = earlierHolder(journal.current, fence);
  if (holder !== undefined && isHere(holder)) await endOrphans(cluster, fence, { clock, signal });
}

interface TimeLimit {
  /** Aborted a little after the limit: Helm has the same one and ends by itself, for then it can say what blocked. */
  readonly signal: AbortSignal;
  remaining(): number;
}

function timeLimit(limitMs: number, clock: Clock): TimeLimit {
  const deadline = clock.now() + limitMs;
  return {
    signal: AbortSignal.timeout(limitMs + GRACE_MS),
    remaining: () => Math.max(1, deadline - clock.now()),
  };
}

interface RunParts {
  readonly definition: OperationOptions;
  readonly context: InstallerContext;
  readonly journal: JournalWriter;
  readonly fence: number;
  /** All that ends the run, but its time. */
  readonly stopped: AbortSignal;
  readonly clock: Clock;
  readonly operation: Operation | 'revert';
}

function makeRun(parts: RunParts, time: TimeLimit): Run {
  const { definition, context, journal, fence, clock } = parts;
  const { options, cluster = '', onStep } = definition;
  const report = options.onProgress ?? (() => {});
  const signal = AbortSignal.any([parts.stopped, time.signal]);
  const killAt: KillSwitch = killSwitch(parts.operation);
  const retries = options.retries ?? DEFAULT_RETRIES;
  const run: Run = {
    context,
    journal,
    fence,
    cluster,
    signal,
    remainingMs: time.remaining,
    isStopped: () => parts.stopped.aborted,
    async step(step, effect) {
      const { kind, package: name, text } = step;
      signal.throwIfAborted();
      const of = name === undefined ? {} : { package: name };
      killAt(kind, 'before');
      await journal.write(kind, name, detailOf(step));
      killAt(kind, 'between');
      onStep?.(run, step);
      report({ type: 'start', step: kind, text, ...of });
      const started = clock.now();
      const onRetry = (why: string) => report({ type: 'note', step: kind, text: why, ...of });
      const result = await withRetries(effect, { retries, signal, clock, onRetry });
      killAt(kind, 'after');
      report({ type: 'done', step: kind, text, durationMs: clock.now() - started, ...of });
      return result;
    },
    note: (step, text, name) => report({ type: 'note', step, text, ...(name === undefined ? {} : { package: name }) }),
    turnBack: (limitMs) => makeRun({ ...parts, operation: 'revert' }, timeLimit(limitMs, clock)),
  };
  return run;
}

/** The first step of a run says who runs it. */
function detailOf({ kind, detail }: Step): JsonObject | undefined {
  return kind === 'begin' || kind === 'revert' ? { ...detail, holder: processIdentity() } : detail;
}

interface Stop {
  readonly error: unknown;
  readonly timedOut: boolean;
  readonly lost: boolean;
  /** Somebody asked for the end. */
  readonly cancelled?: CapstanError;
}

async function stop(operation: OperationOptions, journal: JournalWriter, reason: Stop): Promise<unknown> {
  const { options, header, onStop } = operation;
  if (reason.lost || isCapstanError(reason.error, INSTALLER_CODES.fenced)) return fencedError(reason.error, header);
  const error = describeStop({ ...reason, byUser: options.signal?.aborted === true }, header);
  try {
    await journal.write(endingOf(error), undefined, { code: error.code, message: error.message });
    if (!wasTakenBack(error)) await onStop?.(error);
  } catch (recording) {
    // The reason of the stop matters more than that it could not be recorded.
    operation.options.onProgress?.({
      type: 'warning',
      text: `How far the work came could not be recorded: ${messageOf(recording)}`,
    });
  }
  return error;
}

function endingOf(error: CapstanError): JournalKind {
  if (wasTakenBack(error)) return 'reverted';
  const stopped: readonly string[] = [INSTALLER_CODES.interrupted, INSTALLER_CODES.cancelled];
  return stopped.includes(error.code) ? 'interrupted' : 'failed';
}
