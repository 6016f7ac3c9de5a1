import { type Clock, isCapstanError, type Logger, messageOf, systemClock } from '@capstan/base';
import { KUBE_CODES } from './codes.ts';
import { type ReconcileTrace, reconcileChannel } from './diagnostics.ts';
import type { WorkQueue } from './queue.ts';
import { namespaceIsEnding } from './status-errors.ts';

/** What a reconcile is told beside its key. */
export interface ReconcileContext {
  /** Carries the controller, the reconcile id and the key. */
  readonly log: Logger;
  /** Aborted some time after the controller was told to stop, or when the reconcile's time is over. */
  readonly signal: AbortSignal;
  readonly reconcileId: string;
}

/** What a reconcile may ask for: to be called again later although nothing failed. */
export interface ReconcileResult {
  readonly requeueAfterMs?: number;
}

/** Brings the cluster closer to the goal of one key. Reads the state itself; a throw means back-off and another try. */
// biome-ignore lint/suspicious/noConfusingVoidType: a reconcile that asks for nothing returns nothing
export type Reconcile = (key: string, context: ReconcileContext) => Promise<ReconcileResult | void>;

/** How reconciles ended, as plain data. Every counter exists from the start. */
export interface ControllerMetrics {
  succeeded: number;
  requeued: number;
  failed: number;
  terminal: number;
  conflicts: number;
  active: number;
  totalMs: number;
}

/** Counters at zero. */
export function createControllerMetrics(): ControllerMetrics {
  return { succeeded: 0, requeued: 0, failed: 0, terminal: 0, conflicts: 0, active: 0, totalMs: 0 };
}

/** Options of `runController`. */
export interface ControllerOptions {
  readonly name: string;
  readonly queue: WorkQueue;
  readonly reconcile: Reconcile;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly clock?: Clock;
  /** How many keys are worked on at once. Default 1. */
  readonly concurrency?: number;
  /** Aborts the signal of a reconcile that takes longer. Default: no limit. */
  readonly timeoutMs?: number;
  /** How long reconciles that run when the signal is aborted may take to end by themselves. Default 2 s. */
  readonly graceMs?: number;
  /** Counters that the caller wants to read. */
  readonly metrics?: ControllerMetrics;
}

/**
 * Works on the queue's keys until the signal is aborted; resolves when the reconciles that ran then have ended, by
 * themselves within their grace or told by their signal. Never rejects: whatever a reconcile throws is logged once and leads to a back-off, unless the error says `terminal` (no retry
 * until the key is added again) or `retryAfterMs`. Write conflicts, objects that are gone by now and namespaces that are being
 * deleted are routine and logged at debug level only.
 */
export async function runController(options: ControllerOptions): Promise<void> {
  const { name, queue, concurrency = 1 } = options;
  queue.identify(name);
  const loop = new ControllerLoop(options);
  const ended = new AbortController();
  const grace = loop.interrupt(ended.signal);
  await Promise.all(Array.from({ length: concurrency }, () => loop.work()));
  ended.abort();
  await grace;
}

const GRACE_MS = 2000;
/** A namespace that is being deleted takes its time, and may come back. */
const ENDING_MS = 30_000;
/** How often in a row an object may be gone before that is an error. */
const ROUTINE_FAILURES = 4;
const ENDED = 'the reconcile has ended';

class ControllerLoop {
  readonly #options: ControllerOptions;
  readonly #metrics: ControllerMetrics;
  readonly #clock: Clock;
  readonly #interrupted = new AbortController();
  #count = 0;

  constructor(options: ControllerOptions) {
    this.#options = options;
    this.#metrics = options.metrics ?? createControllerMetrics();
    this.#clock = options.clock ?? systemClock;
  }

  /** Tells what still runs when the grace after the stop is over; gives up when everything has ended before. */
  async interrupt(ended: AbortSignal): Promise<void> {
    const { signal, graceMs = GRACE_MS } = this.#options;
    await new Promise<void>((resolve) => {
      if (signal.aborted || ended.aborted) return resolve();
      for (const each of [signal, ended]) each.addEventListener('abort', () => resolve(), { once: true });
    });
    if (graceMs > 0) await this.#clock.sleep(graceMs, ended);
    this.#interrupted.abort(signal.reason);
  }

  async work(): Promise<void> {
    const { queue, signal } = this.#options;
    for (let key = await queue.next(signal); key !== undefined; key = await queue.next(signal)) {
      this.#metrics.active += 1;
      try {
        await this.#reconcile(key);
      } finally {
        this.#metrics.active -= 1;
        queue.done(key);
      }
    }
  }

  async #reconcile(key: string): Promise<void> {
    const { name, queue, reconcile, signal, timeoutMs } = this.#options;
    this.#count += 1;
    const reconcileId = `${name}-${this.#count}`;
    const log = this.#options.log.child({ controller: name, reconcileId, key });
    const started = this.#clock.now();
    const ended = new AbortController();
    const limits = [
      this.#interrupted.signal,
      ended.signal,
      ...(timeoutMs === undefined ? [] : [AbortSignal.timeout(timeoutMs)]),
    ];
    const trace: ReconcileTrace = { controller: name, key, reconcileId };
    await reconcileChannel.tracePromise(async () => {
      try {
        const result = await reconcile(key, { log, signal: AbortSignal.any(limits), reconcileId });
        queue.forget(key);
        const again = result?.requeueAfterMs;
        if (again !== undefined) queue.addAfter(key, again);
        this.#metrics[again === undefined ? 'succeeded' : 'requeued'] += 1;
        trace.outcome = again === undefined ? 'success' : 'requeue_after';
      } catch (error) {
        trace.outcome = signal.aborted ? 'stopped' : 'error';
        trace.error = error;
        this.#failed(key, error, log);
      } finally {
        // A reason of its own: the default one, an exception with its stack, costs more than most reconciles.
        ended.abort(ENDED);
        this.#metrics.totalMs += this.#clock.now() - started;
      }
    }, trace);
  }

  #failed(key: string, error: unknown, log: Logger): void {
    const { queue, signal } = this.#options;
    // A reconcile that was told to stop has not failed.
    if (signal.aborted) return;
    if (isCapstanError(error, KUBE_CODES.conflict)) {
      this.#metrics.conflicts += 1;
      log.debug('reconcile met a concurrent write', { delayMs: queue.addRateLimited(key) });
      return;
    }
    if (namespaceIsEnding(error)) {
      this.#metrics.requeued += 1;
      log.debug('reconcile met a namespace that is being deleted', { delayMs: this.#later(key, ENDING_MS) });
      return;
    }
    // A watch tells soon; what stays away for long is worth a word.
    if (isCapstanError(error, KUBE_CODES.notFound) && queue.failures(key) < ROUTINE_FAILURES) {
      this.#metrics.conflicts += 1;
      log.debug('reconcile met an object that is gone', {
        error: messageOf(error),
        delayMs: queue.addRateLimited(key),
      });
      return;
    }
    const known = isCapstanError(error) ? error : undefined;
    const facts = { error: messageOf(error), code: known?.code, ...(known ? {} : { stack: stackOf(error) }) };
    if (known?.terminal) {
      this.#metrics.terminal += 1;
      queue.forget(key);
      // What is stated cannot be brought about: a fault of its author, whom the object's status tells.
      log.warn('reconcile failed for good', facts);
      return;
    }
    this.#metrics.failed += 1;
    log.error('reconcile failed', { ...facts, delayMs: this.#later(key, known?.retryAfterMs) });
  }

  #later(key: string, retryAfterMs: number | undefined): number {
    const { queue } = this.#options;
    if (retryAfterMs === undefined) return queue.addRateLimited(key);
    queue.forget(key);
    queue.addAfter(key, retryAfterMs);
    return retryAfterMs;
  }
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined;
}
