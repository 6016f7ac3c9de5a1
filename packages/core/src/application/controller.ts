import { type Clock, type Logger, systemClock } from '@capstan/base';
import {
  type ControllerMetrics,
  type InformerHub,
  type KubeClient,
  type ReconcileContext,
  runController,
  WorkQueue,
} from '@capstan/kube';
import type { ContributionRegistry } from '../plugins/contributions.ts';
import type { CapabilitySource } from './capabilities.ts';
import { ApplicationPass } from './pass.ts';
import { Wakes } from './wakes.ts';

/** Options of `startApplicationController`. */
export interface ApplicationControllerOptions {
  readonly client: KubeClient;
  /** Informers that other controllers share. */
  readonly hub: InformerHub;
  readonly contributions: ContributionRegistry;
  readonly log: Logger;
  /** Ends the controller. */
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  /** How many applications are worked on at once. Default 16: a pass mostly waits for the API server. */
  readonly concurrency?: number;
  /** Leaves alone what was applied for this generation and revision, whatever others did to it since. Default false. */
  readonly applyOnceOnly?: boolean;
  /** What the cluster can do, for plugins; nothing when absent. */
  readonly capabilities?: CapabilitySource;
  /** Counters that the caller wants to read. */
  readonly metrics?: ControllerMetrics;
}

/** A running controller. */
export interface ApplicationController {
  /** Resolves when the caches are filled and work has begun; rejects when it was stopped before. */
  readonly ready: Promise<void>;
  /** Resolves when everything has ended after the signal. */
  readonly stopped: Promise<void>;
}

const RECONCILE_TIMEOUT_MS = 60_000;

/** Brings ApplicationConfigurations about until the signal is aborted: one pass per change, none at rest. */
export function startApplicationController(options: ApplicationControllerOptions): ApplicationController {
  const { client, hub, contributions, log, signal, metrics, capabilities } = options;
  const { clock = systemClock, concurrency = 16, applyOnceOnly = false } = options;
  const queue = new WorkQueue({ clock });
  const wakes = new Wakes({
    ...{ client, hub, contributions, queue, clock, signal, applyOnceOnly },
    ...(capabilities ? { capabilities } : {}),
  });
  const passes = new ApplicationPass({ client, clock, wakes });
  const ready = wakes.watches.base.synced();
  ready.catch(() => undefined);
  const run = () =>
    runController({
      name: 'application',
      queue,
      reconcile: (key: string, context: ReconcileContext) => passes.run(key, context.signal),
      signal,
      log,
      clock,
      concurrency,
      timeoutMs: RECONCILE_TIMEOUT_MS,
      ...(metrics ? { metrics } : {}),
    });
  return {
    ready,
    stopped: ready
      .then(run, () => undefined)
      .finally(() => {
        queue.close();
        wakes.stop();
      }),
  };
}
