import { type Clock, type Logger, systemClock } from '@capstan/base';
import type { InformerHub, KubeClient } from '@capstan/kube';
import { startContainerizedWorkloads } from './containerized-workload/controller.ts';
import { startHealthScopes } from './health-scope/controller.ts';
import { startManualScalers } from './manual-scaler/controller.ts';
import { startNetworkScopes } from './network-scope/controller.ts';
import { EventTeller } from './shared/events.ts';
import type { RunningController } from './shared/loop.ts';

/** Options of `startBuiltinControllers`. */
export interface BuiltinControllersOptions {
  readonly client: KubeClient;
  /** Shared with the application controller, so that each kind is watched once. */
  readonly hub: InformerHub;
  readonly log: Logger;
  /** Ends the controllers. */
  readonly signal: AbortSignal;
  readonly clock?: Clock;
}

/**
 * Runs the controllers of the built-in kinds of v1alpha2 (ContainerizedWorkload, ManualScalerTrait, HealthScope,
 * NetworkScope) over all objects of these kinds, whoever made them, until the signal is aborted. They act on changes only.
 */
export function startBuiltinControllers({
  clock = systemClock,
  ...options
}: BuiltinControllersOptions): RunningController {
  const events = new EventTeller({ ...options, clock });
  const context = { ...options, clock, events };
  const controllers = [startContainerizedWorkloads, startManualScalers, startHealthScopes, startNetworkScopes].map(
    (start) => start(context),
  );
  const ready = Promise.all(controllers.map((one) => one.ready)).then(() => undefined);
  const stopped = Promise.all(controllers.map((one) => one.stopped)).then(() => events.idle());
  // Who does not wait for it must not get an unhandled rejection.
  ready.catch(() => undefined);
  return { ready, stopped };
}
