import { type KindReference, type KubernetesObject, systemClock } from '@capstan/base';
import { type KubeClient, startInformer } from '@capstan/kube';

/** Options of `waitUntilGone`. */
export interface WaitGoneOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Called with how many are still there, whenever that changes. */
  readonly onProgress?: (left: number) => void;
}

/**
 * Waits, by one watch of the kind, until the objects of these uids are gone; answers those that are still there when the
 * time is over. Rejects with the signal's reason.
 */
export async function waitUntilGone(
  client: KubeClient,
  kind: KindReference,
  uids: ReadonlySet<string>,
  options: WaitGoneOptions,
): Promise<KubernetesObject[]> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const informer = startInformer(client, { kind, signal });
  const left = () => informer.list().filter(({ metadata }) => uids.has(metadata.uid ?? ''));
  let count = uids.size;
  const gone = new Promise<void>((resolve) => {
    const check = () => {
      const now = left().length;
      if (now !== count) options.onProgress?.(now);
      count = now;
      if (now === 0) resolve();
    };
    informer.synced.then(() => {
      informer.onChange(check);
      check();
    }, resolve);
  });
  try {
    await Promise.race([gone, systemClock.sleep(options.timeoutMs, signal)]);
    options.signal.throwIfAborted();
    return left();
  } finally {
    stop.abort(new Error('the wait is over'));
  }
}
