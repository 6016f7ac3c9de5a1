import { isCapstanError, messageOf, systemClock } from '@capstan/base';
import { exponentialBackoff } from '@capstan/kube';
import { type CenterSource, createCenterSource } from './center-source.ts';
import { OPERATOR_CODES } from './codes.ts';
import { takeLeadership } from './leadership.ts';
import type { OperatorOptions, OperatorState } from './options.ts';
import { startObservability } from './server/observability.ts';
import { waitForSystem } from './wait-for-system.ts';
import { WebhookService } from './webhooks/service.ts';
import { work } from './work.ts';

/**
 * Runs the operator until the signal is aborted: waits for its CRDs, takes the Lease, works while it holds it, and starts
 * over when it loses it. Webhooks, health and metrics are served from the start, whoever leads. Resolves after everything
 * has ended; a cluster that cannot be reached is waited for. Rejects only when an address to listen on cannot be read or had.
 */
export async function runOperator(stated: OperatorOptions): Promise<void> {
  const { openCenter, client, clock } = stated;
  const center = openCenter && createCenterSource(() => openCenter(client), clock);
  const observability = await startObservability(stated, center);
  const onState = (state: OperatorState) => {
    observability.note(state);
    stated.onState?.(state);
  };
  const options = { ...stated, onState };
  const webhooks = new WebhookService(options);
  try {
    await keepRunning(options, webhooks, center);
  } finally {
    await webhooks.stop();
    onState({ state: 'stopped' });
    await observability.stop();
  }
}

async function keepRunning(options: OperatorOptions, webhooks: WebhookService, center?: CenterSource): Promise<void> {
  const { log, signal, clock = systemClock } = options;
  const backoff = exponentialBackoff({ baseMs: 250, maxMs: 10_000 });
  let failures = 0;
  while (!signal.aborted) {
    try {
      await waitForSystem(options);
      await webhooks.start();
      await lead({ options, webhooks, ...(center ? { center } : {}) }, () => {
        failures = 0;
      });
    } catch (error) {
      if (signal.aborted) break;
      if (isCapstanError(error, OPERATOR_CODES.addressInUse)) throw error;
      failures += 1;
      const delayMs = backoff(failures);
      log.warn('operator was interrupted and starts over', { error: messageOf(error), delayMs });
      await clock.sleep(delayMs, signal);
    }
  }
}

interface Parts {
  readonly options: OperatorOptions;
  readonly webhooks: WebhookService;
  readonly center?: CenterSource;
}

/** Waits for the leadership and works as long as it lasts. */
async function lead({ options, webhooks, center }: Parts, onStart: () => void): Promise<void> {
  const { log, onState } = options;
  const leadership = await takeLeadership(options);
  const { holder } = leadership;
  onStart();
  onState?.({ state: 'starting', holder });
  try {
    const running = async (signal: AbortSignal) => {
      await webhooks.register(leadership.client, signal);
      onState?.({ state: 'running', holder });
      log.info('operator is running', { holder });
    };
    await work(options, leadership, running, center);
  } finally {
    // Before the Lease: the next leader registers its own.
    if (!leadership.signal.aborted) await webhooks.unregister();
    await leadership.release();
  }
}
