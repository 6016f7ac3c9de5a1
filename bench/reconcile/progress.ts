import { type KindReference, type KubernetesObject, systemClock } from '@capstan/base';
import { type KubeClient, startInformer } from '@capstan/kube';

/** Remembers when each object of a kind first met a test. */
export interface Progress {
  /** Milliseconds of the monotonic clock by `<namespace>/<name>`. */
  readonly met: ReadonlyMap<string, number>;
  /** Resolves when this many have met it; rejects after the deadline. */
  reached(count: number, deadlineMs?: number): Promise<void>;
  stop(): Promise<void>;
}

/** Follows a kind by a watch. */
export async function follow(
  client: KubeClient,
  kind: KindReference,
  isMet: (object: KubernetesObject) => boolean,
): Promise<Progress> {
  const stop = new AbortController();
  const met = new Map<string, number>();
  const waiting = new Set<() => void>();
  const informer = startInformer(client, {
    kind,
    signal: stop.signal,
    onEvent({ object }) {
      const key = `${object.metadata.namespace}/${object.metadata.name}`;
      if (met.has(key) || !isMet(object)) return;
      met.set(key, performance.now());
      for (const look of waiting) look();
    },
  });
  await informer.synced;
  return {
    met,
    async reached(count, deadlineMs = 600_000) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const look = () => met.size >= count && resolve();
      waiting.add(look);
      look();
      const over = new AbortController();
      const late = systemClock.sleep(deadlineMs, over.signal).then(() => {
        if (!over.signal.aborted) throw new Error(`${met.size} of ${count} ${kind.kind}s after ${deadlineMs / 1000} s`);
      });
      await Promise.race([promise, late]).finally(() => over.abort());
      waiting.delete(look);
    },
    async stop() {
      stop.abort();
      await informer.stopped;
    },
  };
}

/** The value below which this part (0 to 1) of the values lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
