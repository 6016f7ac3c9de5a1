import { isCapstanError, systemClock } from '@capstan/base';
import { LEASES, SYSTEM_NAMESPACE } from '@capstan/capability-model';
import {
  acquireLease,
  ensureNamespace,
  fenceClient,
  type HeldLease,
  KUBE_CODES,
  type KubeClient,
  leaseHolder,
} from '@capstan/kube';
import type { OperatorOptions } from './options.ts';

/** The right to work. */
export interface Leadership {
  /** Who leads, as the Lease names it. */
  readonly holder: string;
  /** For everything that an operator does as the leader: writes end with the leadership. */
  readonly client: KubeClient;
  /** Aborted when the leadership is lost. */
  readonly signal: AbortSignal;
  /** Gives it up. Never rejects. */
  release(): Promise<void>;
}

/**
 * Waits until this operator may work. Without leader election that is at once: the Lease is then only taken when nobody
 * holds it, so that others see that an operator runs, and losing it ends nothing.
 */
export async function takeLeadership(options: OperatorOptions): Promise<Leadership> {
  const { client, log, signal, leaderElection = true } = options;
  await ensureNamespace(client, SYSTEM_NAMESPACE, { signal });
  if (leaderElection) {
    const lease = await waitForLease(options);
    return {
      holder: lease.holder,
      client: fenceClient(client, lease),
      signal: lease.signal,
      release: () => lease.release(),
    };
  }
  const lease = await tryLease(options);
  if (!lease) log.warn('another operator runs too: without leader election both work on the same applications');
  const holder = lease?.holder ?? options.identity ?? 'this operator';
  return { holder, client, signal: new AbortController().signal, release: async () => lease?.release() };
}

async function waitForLease(options: OperatorOptions): Promise<HeldLease> {
  const { client, log, onState } = options;
  const lease = await tryLease(options);
  if (lease) return lease;
  const holder = (await leaseHolder(client, LEASES.operator))?.holder ?? 'another operator';
  log.info('another operator is running; waiting for its lease', { holder });
  onState?.({ state: 'standby', holder });
  return acquireLease(client, { ...leaseOptions(options), waitMs: Number.MAX_SAFE_INTEGER });
}

async function tryLease(options: OperatorOptions): Promise<HeldLease | undefined> {
  try {
    return await acquireLease(options.client, leaseOptions(options));
  } catch (error) {
    if (!isCapstanError(error, KUBE_CODES.leaseHeld)) throw error;
    return undefined;
  }
}

function leaseOptions({ log, signal, identity, clock = systemClock }: OperatorOptions) {
  return { name: LEASES.operator, log, signal, clock, ...(identity ? { holder: identity } : {}) };
}
