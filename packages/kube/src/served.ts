import {
  CapstanError,
  type Clock,
  EXIT,
  groupOf,
  type KindReference,
  type KubernetesObject,
  systemClock,
} from '@capstan/base';
import type { KubeClient, ServedResource } from './client.ts';
import { KUBE_CODES } from './codes.ts';
import { healthOf } from './kstatus.ts';

const FIRST_POLL_MS = 50;
const LAST_POLL_MS = 1000;
const TICK_MS = 500;

/** Options of waits that poll. */
export interface WaitServedOptions {
  /** Default 30 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

/**
 * Resolves with the resource once discovery lists the kind; a CRD that is Established may take a moment longer to appear.
 * Discovery cannot be watched, so this asks again, at most once a second; an unchanged answer has no body. Rejects with
 * WAIT_TIMEOUT (naming the state of the CRD, if there is one) or the signal's reason.
 */
export async function waitUntilServed(
  client: KubeClient,
  kind: KindReference,
  options: WaitServedOptions = {},
): Promise<ServedResource> {
  const { timeoutMs = 30_000, signal, clock = systemClock } = options;
  const deadline = clock.now() + timeoutMs;
  for (let delay = FIRST_POLL_MS; ; delay = Math.min(delay * 2, LAST_POLL_MS)) {
    signal?.throwIfAborted();
    client.discovery.invalidate();
    const served = await client.discovery.find(kind);
    if (served) return served;
    if (clock.now() >= deadline) throw await notServed(client, kind, timeoutMs);
    await clock.sleep(Math.min(delay, Math.max(1, deadline - clock.now())), signal);
  }
}

async function notServed(client: KubeClient, kind: KindReference, timeoutMs: number): Promise<CapstanError> {
  const crds = await client
    .list({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' })
    .catch(() => undefined);
  const crd = crds?.items.find((one) => defines(one, kind));
  const health = crd ? healthOf(crd) : undefined;
  const why = health
    ? `its CustomResourceDefinition ${crd?.metadata.name} says ${health.reason}${health.message ? `: ${health.message}` : ''}`
    : 'no CustomResourceDefinition defines it';
  return new CapstanError(
    KUBE_CODES.waitTimeout,
    `${kind.kind} of ${kind.apiVersion} was not served within ${timeoutMs / 1000} s`,
    { hint: `In the cluster ${why}.`, exit: EXIT.timedOut, fields: { ...kind, health } },
  );
}

function defines(crd: KubernetesObject, kind: KindReference): boolean {
  const spec = crd['spec'] as { group?: string; names?: { kind?: string } } | undefined;
  return spec?.group === groupOf(kind.apiVersion) && spec.names?.kind === kind.kind;
}

const ticks = new WeakMap<KubeClient, Promise<void>>();

/**
 * Resolves after half a second with discovery forgotten, or at once when the signal is aborted. All who wait on one client
 * share one tick, so that many informers of absent kinds cost one refresh.
 */
export async function nextDiscoveryTick(client: KubeClient, clock: Clock, signal: AbortSignal): Promise<void> {
  let tick = ticks.get(client);
  if (!tick) {
    tick = clock.sleep(TICK_MS).then(() => {
      ticks.delete(client);
      client.discovery.invalidate();
    });
    ticks.set(client, tick);
  }
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  const onAbort = () => resolve();
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) resolve();
  await Promise.race([tick, aborted]);
  signal.removeEventListener('abort', onAbort);
}
