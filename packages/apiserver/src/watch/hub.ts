import { ApiError } from '../model/api-error.ts';
import type { Store } from '../storage/store.ts';
import { SharedFrames } from './frames.ts';
import { parseResourceVersion } from './list-page.ts';
import { type Watch, Watcher, type WatchRequest } from './watcher.ts';

/** Bounds of all watches of a server. */
export interface WatchLimits {
  /** Events that may wait for a client that does not read; a watch that needs more is ended. */
  readonly maxQueuedEvents: number;
  /** The JSON of those events. */
  readonly maxQueuedBytes: number;
  readonly bookmarkSeconds: number;
}

const LIMITS: WatchLimits = { maxQueuedEvents: 10_000, maxQueuedBytes: 16 * 2 ** 20, bookmarkSeconds: 60 };

/**
 * All watches of a store. What many watches show alike is made once, and what happens in one turn of the event loop is
 * written at once; a client that does not read costs the others nothing.
 */
export class WatchHub {
  readonly store: Store;
  readonly limits: WatchLimits;
  readonly frames = new SharedFrames();
  readonly #watchers = new Set<Watcher>();
  readonly #woken = new Set<Watcher>();
  #scheduled = false;

  constructor(store: Store, limits: Partial<WatchLimits> = {}) {
    this.store = store;
    this.limits = { ...LIMITS, ...limits };
  }

  /** Watches that are running. */
  get size(): number {
    return this.#watchers.size;
  }

  /**
   * Begins a watch; nothing is written before this returns. Throws 500, as the real server, for a resourceVersion that is no
   * number. All other faults are told by an ERROR event.
   */
  start(request: WatchRequest): Watch {
    const watcher = new Watcher(this, request, revisionOf(request), () => this.#watchers.delete(watcher));
    this.#watchers.add(watcher);
    watcher.begin();
    return watcher;
  }

  /** Ends the watches of a type that is served no longer, or differently, once they have shown what has happened. */
  finish(key: string): void {
    for (const watcher of this.#watchers) if (watcher.shows(key)) watcher.finish();
  }

  /** Ends all watches. */
  close(): void {
    for (const watcher of [...this.#watchers]) watcher.stop('closed');
  }

  /** The watcher has something to write. */
  wake(watcher: Watcher): void {
    this.#woken.add(watcher);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#scheduled = false;
    const woken = [...this.#woken];
    this.#woken.clear();
    for (const watcher of woken) watcher.pump();
    this.frames.forget();
  }
}

function revisionOf({ parameters }: WatchRequest): number {
  try {
    return parseResourceVersion(parameters.resourceVersion);
  } catch (error) {
    throw new ApiError(500, '', (error as Error).message);
  }
}
