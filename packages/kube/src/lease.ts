import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import {
  CapstanError,
  type Clock,
  EXIT,
  isCapstanError,
  type KubernetesObject,
  type Logger,
  messageOf,
  silentLogger,
  systemClock,
} from '@capstan/base';
import type { KubeClient } from './client.ts';
import { KUBE_CODES } from './codes.ts';
import { HOLDER_ANNOTATION, holderHasEnded, isOfThisProcess, ownProcess } from './lease-process.ts';

/** Where Capstan's Leases are. */
export const LEASE_NAMESPACE = 'capstan-system';

const API_VERSION = 'coordination.k8s.io/v1';
const POLL_MS = 1000;
const RELEASE_MS = 5000;

/** Holders within this process that have, or are about to have, their Lease. */
const holdersHere = new Set<string>();

/** Who holds a Lease. */
export interface LeaseState {
  readonly holder: string;
  /** Whether it was renewed within its duration by a process that is not known to be dead. */
  readonly alive: boolean;
  /** leaseTransitions: grows with every acquisition, so that a late write of a former holder can be told. */
  readonly fencing: number;
  /** Milliseconds since the epoch. */
  readonly renewedAt: number;
}

/** Options of `acquireLease`. */
export interface LeaseOptions {
  readonly name: string;
  /** Default `capstan-system`; it must exist. */
  readonly namespace?: string;
  /** Default: host, process and a random part. */
  readonly holder?: string;
  /** How long the Lease outlives its holder. Default 15 s; renewed three times as often. */
  readonly durationMs?: number;
  /** How long to wait for another holder. Default 0: fail at once with LEASE_HELD. */
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  readonly log?: Logger;
}

/** A Lease that is held. */
export interface HeldLease {
  readonly holder: string;
  readonly fencing: number;
  /** Aborted (reason: LEASE_LOST) when another took the Lease or it could not be renewed in time. Stop working then. */
  readonly signal: AbortSignal;
  /** Throws LEASE_LOST unless the Lease is held at this moment: also when timers were late, as after a suspension. */
  assertHeld(): void;
  /** Stops renewing and gives the Lease up, so that the next one need not wait. Never rejects. */
  release(): Promise<void>;
}

/**
 * Takes a Lease that is free or whose holder is dead, and renews it until released. Dead is who did not renew it in time,
 * or at once a process of this very machine that has ended, or that is this one and lost the Lease. Rejects with LEASE_HELD (exit 5, names the holder) while
 * another holds it. Clocks of the machines involved must agree within a few seconds, as for kubelets.
 */
export async function acquireLease(client: KubeClient, options: LeaseOptions): Promise<HeldLease> {
  const { waitMs = 0, signal, clock = systemClock } = options;
  const holder = options.holder ?? `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
  const deadline = clock.now() + waitMs;
  // Before the request: its answer may be late, and who asks meanwhile must not take this holder for dead.
  holdersHere.add(holder);
  try {
    for (;;) {
      signal?.throwIfAborted();
      const attempt = await tryAcquire(client, { ...options, holder });
      if (attempt.taken) return new RenewedLease(client, options, holder, attempt.taken);
      const left = deadline - clock.now();
      if (left <= 0) throw held(options.name, attempt.state);
      await clock.sleep(Math.min(POLL_MS, left), signal);
    }
  } catch (error) {
    holdersHere.delete(holder);
    throw error;
  }
}

/** Who holds a Lease, alive or not; undefined when it was never taken or was released. */
export async function leaseHolder(
  client: KubeClient,
  name: string,
  { namespace = LEASE_NAMESPACE, clock = systemClock }: { namespace?: string; clock?: Clock } = {},
): Promise<LeaseState | undefined> {
  const lease = await client.get({ apiVersion: API_VERSION, kind: 'Lease', name, namespace });
  return lease && stateOf(lease, clock.now(), holderHasEnded);
}

interface Attempt {
  readonly taken?: KubernetesObject;
  readonly state?: LeaseState | undefined;
}

async function tryAcquire(client: KubeClient, options: LeaseOptions & { readonly holder: string }): Promise<Attempt> {
  const { name, namespace = LEASE_NAMESPACE, holder, durationMs = 15_000, clock = systemClock } = options;
  const before = await client.get({ apiVersion: API_VERSION, kind: 'Lease', name, namespace });
  const state = before && (await stateOf(before, clock.now(), hasEnded));
  if (state?.alive && state.holder !== holder) return { state };
  const { [HOLDER_ANNOTATION]: _former, ...annotations } = before?.metadata.annotations ?? {};
  const own = await ownProcess();
  const time = microTime(clock.now());
  const lease: KubernetesObject = {
    apiVersion: API_VERSION,
    kind: 'Lease',
    metadata: {
      ...(before?.metadata ?? { name, namespace }),
      annotations: own === undefined ? annotations : { ...annotations, [HOLDER_ANNOTATION]: own },
    },
    spec: {
      holderIdentity: holder,
      leaseDurationSeconds: Math.max(1, Math.ceil(durationMs / 1000)),
      acquireTime: time,
      renewTime: time,
      leaseTransitions: (before ? (specOf(before).leaseTransitions ?? 0) : 0) + 1,
    },
  };
  try {
    return { taken: await (before ? client.replace(lease) : client.create(lease)) };
  } catch (error) {
    if (!isCapstanError(error, KUBE_CODES.conflict)) throw error;
    const now = await client.get({ apiVersion: API_VERSION, kind: 'Lease', name, namespace });
    return { state: now && (await stateOf(now, clock.now(), hasEnded)) };
  }
}

class RenewedLease implements HeldLease {
  readonly holder: string;
  readonly fencing: number;
  readonly #client: KubeClient;
  readonly #name: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #durationMs: number;
  readonly #lost = new AbortController();
  readonly #released = new AbortController();
  readonly #renewing: Promise<void>;
  #renewedAt: number;
  #lease: KubernetesObject;

  constructor(client: KubeClient, options: LeaseOptions, holder: string, lease: KubernetesObject) {
    this.holder = holder;
    this.#client = client;
    this.#name = options.name;
    this.#clock = options.clock ?? systemClock;
    this.#log = (options.log ?? silentLogger).child({ lease: options.name });
    this.#durationMs = options.durationMs ?? 15_000;
    this.#lease = lease;
    // Of before the request, which may have taken its time.
    this.#renewedAt = Date.parse(specOf(lease).renewTime ?? '');
    this.fencing = specOf(lease).leaseTransitions ?? 0;
    this.#renewing = this.#renew();
  }

  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  assertHeld(): void {
    this.#lost.signal.throwIfAborted();
    if (this.#clock.now() < this.#deadline()) return;
    this.#lose(new Error('it was not renewed in time'));
    this.#lost.signal.throwIfAborted();
  }

  async release(): Promise<void> {
    this.#released.abort();
    await this.#renewing;
    holdersHere.delete(this.holder);
    if (this.#lost.signal.aborted) return;
    try {
      await this.#giveUp();
    } catch (error) {
      this.#log.debug('lease was not released', { error: messageOf(error) });
    }
  }

  /** Guarded by resourceVersion: a Lease that another has taken stays theirs. */
  async #giveUp(): Promise<void> {
    const signal = AbortSignal.timeout(RELEASE_MS);
    const given = () => this.#with({ holderIdentity: '', renewTime: microTime(this.#clock.now()) });
    try {
      await this.#client.replace(given(), { signal });
    } catch (error) {
      if (!isCapstanError(error, KUBE_CODES.conflict) || !(await this.#isStillOurs())) throw error;
      await this.#client.replace(given(), { signal });
    }
  }

  async #renew(): Promise<void> {
    const stop = this.#released.signal;
    const interval = this.#durationMs / 3;
    let pause = interval;
    for (;;) {
      await this.#clock.sleep(pause, stop);
      if (stop.aborted || this.#lost.signal.aborted) return;
      const left = this.#deadline() - this.#clock.now();
      try {
        const signal = AbortSignal.timeout(Math.max(1, Math.round(Math.min(interval, left))));
        const now = this.#clock.now();
        this.#lease = await this.#client.replace(this.#with({ renewTime: microTime(now) }), { signal });
        this.#renewedAt = now;
        pause = interval;
      } catch (error) {
        const conflict = isCapstanError(error, KUBE_CODES.conflict);
        const lost = conflict ? !(await this.#isStillOurs()) : this.#clock.now() >= this.#deadline();
        if (lost) {
          this.#lose(error);
          return;
        }
        pause = interval / 5;
      }
    }
  }

  /** Two thirds of the duration: the holder must have stopped before anybody else may start. */
  #deadline(): number {
    return this.#renewedAt + (this.#durationMs * 2) / 3;
  }

  /** Another writer may have touched labels only; then the next renewal goes on from its version. */
  async #isStillOurs(): Promise<boolean> {
    const { name, namespace } = this.#lease.metadata;
    const reference = { apiVersion: API_VERSION, kind: 'Lease', name, ...(namespace ? { namespace } : {}) };
    const now = await this.#client.get(reference).catch(() => undefined);
    if (!now || specOf(now).holderIdentity !== this.holder || specOf(now).leaseTransitions !== this.fencing)
      return false;
    this.#lease = now;
    return true;
  }

  #lose(cause: unknown): void {
    if (this.#lost.signal.aborted) return;
    const error = new CapstanError(KUBE_CODES.leaseLost, `the lease ${this.#name} was lost`, {
      hint: 'Another process took it over, or the cluster could not be reached for too long.',
      exit: EXIT.blocked,
      cause,
    });
    holdersHere.delete(this.holder);
    this.#log.warn('lease lost', { error: messageOf(cause) });
    this.#lost.abort(error);
  }

  #with(spec: LeaseSpec): KubernetesObject {
    return { ...this.#lease, spec: { ...specOf(this.#lease), ...spec } };
  }
}

interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

function specOf(lease: KubernetesObject): LeaseSpec {
  return (lease['spec'] ?? {}) as LeaseSpec;
}

async function stateOf(
  lease: KubernetesObject,
  now: number,
  ended: (lease: KubernetesObject, holder: string) => Promise<boolean>,
): Promise<LeaseState | undefined> {
  const { holderIdentity, leaseDurationSeconds = 0, renewTime, leaseTransitions = 0 } = specOf(lease);
  if (!holderIdentity) return undefined;
  const renewedAt = renewTime ? Date.parse(renewTime) : 0;
  return {
    holder: holderIdentity,
    alive: renewedAt + leaseDurationSeconds * 1000 > now && !(await ended(lease, holderIdentity)),
    fencing: leaseTransitions,
    renewedAt,
  };
}

/** As only the process itself can tell: another holder in it may have lost its Lease. */
async function hasEnded(lease: KubernetesObject, holder: string): Promise<boolean> {
  return (await isOfThisProcess(lease)) ? !holdersHere.has(holder) : holderHasEnded(lease);
}

/** metav1.MicroTime wants exactly six digits. */
function microTime(now: number): string {
  return new Date(now).toISOString().replace('Z', '000Z');
}

function held(name: string, state: LeaseState | undefined): CapstanError {
  const by = state ? `by ${state.holder}` : 'by another process';
  return new CapstanError(KUBE_CODES.leaseHeld, `the lease ${name} is held ${by}`, {
    hint: state
      ? `It was renewed at ${new Date(state.renewedAt).toISOString()}. Wait until its holder is done.`
      : 'Try again.',
    exit: EXIT.blocked,
    fields: { lease: name, holder: state?.holder, fencing: state?.fencing },
  });
}
