import type { Clock, Logger } from '@capstan/base';
import { type InformerHub, type KubeClient, type Reconcile, runController, type WorkQueue } from '@capstan/kube';
import type { EventTeller } from './events.ts';

/** What every built-in controller works with. */
export interface ControllerContext {
  readonly client: KubeClient;
  /** Shared with the application controller. */
  readonly hub: InformerHub;
  readonly log: Logger;
  /** Shared by the built-in controllers. */
  readonly events: EventTeller;
  /** Ends the controller. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** A running controller. */
export interface RunningController {
  /** Resolves when its caches are filled and work has begun; rejects when it was stopped before. */
  readonly ready: Promise<void>;
  /** Resolves when it has ended after the signal. */
  readonly stopped: Promise<void>;
}

/** One controller of objects. */
export interface LoopOptions {
  /** The kind in lower case; metrics and logs carry it. */
  readonly name: string;
  readonly queue: WorkQueue;
  readonly reconcile: Reconcile;
  /** What must be in the caches before anything is decided. */
  readonly synced: readonly Promise<void>[];
}

/** How long a standing error waits for another try; what may have caused it is watched as well. */
export const RETRY_MS = 30_000;

const RECONCILE_TIMEOUT_MS = 60_000;
/** Reconciles mostly wait for the API server. */
const CONCURRENCY = 16;

/** Works on a controller's queue, once its caches are filled, until the context's signal. */
export function startLoop(
  context: ControllerContext,
  { name, queue, reconcile, synced }: LoopOptions,
): RunningController {
  const { log, signal, clock } = context;
  const ready = Promise.all(synced).then(() => undefined);
  const run = () =>
    runController({
      name,
      queue,
      reconcile,
      signal,
      log,
      clock,
      concurrency: CONCURRENCY,
      timeoutMs: RECONCILE_TIMEOUT_MS,
    });
  const stopped = ready.then(run, () => undefined).then(() => queue.close());
  return { ready, stopped };
}
