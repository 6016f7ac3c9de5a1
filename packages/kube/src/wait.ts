import {
  CapstanError,
  type Clock,
  describeObject,
  EXIT,
  type Health,
  isCapstanError,
  type KubernetesObject,
  messageOf,
  type ObjectReference,
  systemClock,
} from '@capstan/base';
import type { KubeClient } from './client.ts';
import { KUBE_CODES } from './codes.ts';
import { type EventSummary, lastEventOf } from './events.ts';
import { startInformer } from './informer.ts';
import { healthOf } from './kstatus.ts';

/** Options of `waitFor`. */
export interface WaitOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  /** What is waited for, for the message: `ready` (default), `gone`, ... */
  readonly goal?: string;
  /** Called with each state that does not satisfy the predicate yet. */
  readonly onProgress?: (object: KubernetesObject | undefined) => void;
}

/**
 * Resolves with the object as soon as the predicate holds for it (undefined: it does not exist), by a watch that survives
 * broken connections. Rejects with WAIT_TIMEOUT, which names the object, its health and its last Event; with the signal's
 * reason; or with what the predicate throws.
 */
export async function waitFor(
  client: KubeClient,
  reference: ObjectReference,
  predicate: (object: KubernetesObject | undefined) => boolean,
  options: WaitOptions,
): Promise<KubernetesObject | undefined> {
  const { signal, clock = systemClock, timeoutMs } = options;
  // Most waits are over before they begin; and who may not read learns it at once.
  const first = await client.get(reference, signal ? { signal } : {});
  if (predicate(first)) return first;
  options.onProgress?.(first);
  const stop = new AbortController();
  const onAbort = () => stop.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const satisfied = follow(client, reference, predicate, { ...options, signal: stop.signal });
    satisfied.catch(() => {});
    const expired = clock.sleep(timeoutMs, stop.signal).then(() => undefined);
    const result = await Promise.race([satisfied, expired]);
    signal?.throwIfAborted();
    if (result) return result.object;
    throw await timedOut(client, reference, options);
  } finally {
    signal?.removeEventListener('abort', onAbort);
    stop.abort(new Error('the wait is over'));
  }
}

/** Resolves with the first state that satisfies the predicate; rejects when the signal is aborted. */
function follow(
  client: KubeClient,
  reference: ObjectReference,
  predicate: (object: KubernetesObject | undefined) => boolean,
  { signal, clock, onProgress }: WaitOptions & { readonly signal: AbortSignal },
): Promise<{ readonly object: KubernetesObject | undefined }> {
  const { apiVersion, kind, name, namespace } = reference;
  // A reference without a namespace means the context's, unless the kind has none.
  const place = namespace ?? client.context.namespace;
  const isIt = ({ metadata }: KubernetesObject) => metadata.namespace === undefined || metadata.namespace === place;
  return new Promise((resolve, reject) => {
    const informer = startInformer(client, {
      kind: { apiVersion, kind },
      fieldSelector: `metadata.name=${name}`,
      signal,
      ...(clock ? { clock } : {}),
      ...(namespace === undefined ? {} : { namespace }),
      onError: (error) => {
        if (isCapstanError(error, KUBE_CODES.forbidden)) reject(error);
      },
    });
    let synced = false;
    const check = () => {
      if (!synced) return;
      try {
        const object = informer.list().find(isIt);
        if (predicate(object)) resolve({ object });
        else onProgress?.(object);
      } catch (error) {
        reject(error);
      }
    };
    informer.onChange(check);
    informer.synced.then(() => {
      synced = true;
      check();
    }, reject);
  });
}

async function timedOut(
  client: KubeClient,
  reference: ObjectReference,
  { timeoutMs, goal = 'ready' }: WaitOptions,
): Promise<CapstanError> {
  const { health, state } = await stateOf(client, reference);
  const event = await lastEventOf(client, reference);
  return new CapstanError(
    KUBE_CODES.waitTimeout,
    `${describeObject(reference)} was not ${goal} within ${timeoutMs / 1000} s: ${state}`,
    {
      hint: event ? `Last event: ${eventText(event)}` : 'No event says why.',
      exit: EXIT.timedOut,
      fields: { object: reference, health, event },
    },
  );
}

async function stateOf(client: KubeClient, reference: ObjectReference): Promise<{ health?: Health; state: string }> {
  try {
    const object = await client.get(reference);
    if (!object) return { state: 'it does not exist' };
    const health = healthOf(object);
    return { health, state: `${health.reason}${health.message ? ` (${health.message})` : ''}` };
  } catch (error) {
    return { state: `its state cannot be read: ${messageOf(error)}` };
  }
}

function eventText({ reason, message, count }: EventSummary): string {
  return `${reason}: ${message}${count > 1 ? ` (${count} times)` : ''}`;
}
