import { type Clock, systemClock } from '@capstan/base';
import { type Backoff, exponentialBackoff } from './backoff.ts';
import { type QueueTrace, queueChannel } from './diagnostics.ts';

/** Options of a WorkQueue. */
export interface WorkQueueOptions {
  /** Name in metrics. Default: that of the controller that works on it. */
  readonly name?: string;
  readonly clock?: Clock;
  readonly backoff?: Backoff;
}

/**
 * Keys that wait to be worked on. A key waits at most once; it is never handed out twice at the same time; added while
 * it is worked on, it comes again afterwards. After client-go's workqueue.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  /** When each key came. Insertion order is the queue's order. */
  readonly #waiting = new Map<string, number>();
  /** When the work on each key began. */
  readonly #running = new Map<string, number>();
  readonly #again = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #delayed = new Map<string, { readonly due: number; readonly cancel: AbortController }>();
  readonly #takers: (() => void)[] = [];
  #name: string | undefined;
  #closed = false;

  constructor({ name, clock = systemClock, backoff = exponentialBackoff() }: WorkQueueOptions = {}) {
    this.#name = name;
    this.#clock = clock;
    this.#backoff = backoff;
  }

  /** Names the queue in metrics, unless it has a name; keys that wait already are counted as added now. */
  identify(name: string): void {
    if (this.#name !== undefined) return;
    this.#name = name;
    if (this.#waiting.size > 0) this.#tell(() => ({ event: 'add', count: this.#waiting.size }));
  }

  /** Keys that can be taken now. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Keys that are worked on now. */
  get running(): number {
    return this.#running.size;
  }

  /** Adds a key. Nothing happens when it waits already, or after `close`. */
  add(key: string): void {
    if (this.#closed) return;
    if (this.#running.has(key)) {
      this.#again.add(key);
      return;
    }
    if (!this.#waiting.has(key)) {
      this.#waiting.set(key, this.#clock.now());
      this.#tell(() => ({ event: 'add', count: 1 }));
    }
    this.#takers.shift()?.();
  }

  /** Adds a key after a time. Of two delays the one that ends first counts. */
  addAfter(key: string, ms: number): void {
    if (this.#closed) return;
    if (ms <= 0) {
      this.add(key);
      return;
    }
    const due = this.#clock.now() + ms;
    const before = this.#delayed.get(key);
    if (before && before.due <= due) return;
    before?.cancel.abort();
    const cancel = new AbortController();
    this.#delayed.set(key, { due, cancel });
    void this.#clock.sleep(ms, cancel.signal).then(() => {
      if (cancel.signal.aborted) return;
      this.#delayed.delete(key);
      this.add(key);
    });
  }

  /** Adds a key after the back-off for its failures so far, and counts one more. Returns the delay. */
  addRateLimited(key: string): number {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    const delay = this.#backoff(failures);
    this.#tell(() => ({ event: 'retry', count: 1 }));
    this.addAfter(key, delay);
    return delay;
  }

  /** Starts the back-off of a key anew. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** How often a key was added rate-limited since it was last forgotten. */
  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** The next key, or undefined once the signal is aborted or the queue is closed. Call `done` when its work ends. */
  async next(signal: AbortSignal): Promise<string | undefined> {
    for (;;) {
      if (this.#closed || signal.aborted) {
        // It may have been woken for a key that it now leaves to another taker.
        this.#takers.shift()?.();
        return undefined;
      }
      for (const [key, since] of this.#waiting) {
        this.#waiting.delete(key);
        this.#running.set(key, this.#clock.now());
        this.#tell(() => ({ event: 'take', waitedMs: this.#clock.now() - since }));
        return key;
      }
      await this.#added(signal);
    }
  }

  /** The work on a key has ended. */
  done(key: string): void {
    const since = this.#running.get(key);
    this.#running.delete(key);
    if (since !== undefined) this.#tell(() => ({ event: 'done', workedMs: this.#clock.now() - since }));
    if (this.#again.delete(key)) this.add(key);
  }

  /** Hands out nothing more and takes nothing more; who waits gets undefined. */
  close(): void {
    this.#closed = true;
    for (const { cancel } of this.#delayed.values()) cancel.abort();
    this.#delayed.clear();
    for (const take of this.#takers.splice(0)) take();
  }

  #tell(change: () => DistributedOmit<QueueTrace, 'queue' | 'depth'>): void {
    if (this.#name === undefined || !queueChannel.hasSubscribers) return;
    queueChannel.publish({ queue: this.#name, depth: this.#waiting.size, ...change() } satisfies QueueTrace);
  }

  #added(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const take = () => {
        signal.removeEventListener('abort', give);
        resolve();
      };
      // Who gives up must not swallow the call that was meant for another taker.
      const give = () => {
        const index = this.#takers.indexOf(take);
        if (index >= 0) this.#takers.splice(index, 1);
        resolve();
      };
      this.#takers.push(take);
      signal.addEventListener('abort', give, { once: true });
    });
  }
}

/** `Omit` that keeps a union a union. */
type DistributedOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
