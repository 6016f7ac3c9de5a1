import {
  type Clock,
  isCapstanError,
  type KindReference,
  type KubernetesObject,
  type Logger,
  messageOf,
  silentLogger,
  systemClock,
} from '@capstan/base';
import { type Backoff, exponentialBackoff } from './backoff.ts';
import type { KubeClient, ListOptions, WatchEvent } from './client.ts';
import { KUBE_CODES } from './codes.ts';
import { type InformerEvent, ObjectCache } from './object-cache.ts';
import { nextDiscoveryTick } from './served.ts';

/** Called for each change, in order. A throw is logged and stops nothing. */
export type InformerHandler = (event: InformerEvent) => void;

/** Options of `startInformer`. */
export interface InformerOptions extends Omit<ListOptions, 'signal'> {
  readonly kind: KindReference;
  /** Ends the informer. */
  readonly signal: AbortSignal;
  readonly log?: Logger;
  readonly clock?: Clock;
  /** Delay after failures in a row. Default: doubles from 0.2 s to 30 s. */
  readonly backoff?: Backoff;
  /** The same as calling `onChange` at once. */
  readonly onEvent?: InformerHandler;
  /** Called with each error after which the informer tries again. */
  readonly onError?: (error: unknown) => void;
}

/** A cache that follows the cluster. */
export interface Informer {
  /** Resolves when the cache holds what the cluster has, or the kind is known not to be served; rejects when stopped before. */
  readonly synced: Promise<void>;
  /** Whether the kind was served when last asked. */
  readonly served: boolean;
  /**
   * Whether the last answer was that the kind cannot be read: no right, no lists, or objects that the server cannot
   * convert. Not set while an answer is awaited, nor when there was none, or only one that does not stand for long.
   */
  readonly refused: boolean;
  get(name: string, namespace?: string): KubernetesObject | undefined;
  list(namespace?: string): KubernetesObject[];
  /**
   * Takes the answer to a write of ours into the cache, so that it is seen before the watch tells of it, and told once.
   * Only for objects that the informer's selectors match.
   */
  learn(object: KubernetesObject): void;
  /** Calls the handler for everything in the cache now (ADDED) and for each later change. Returns its undo. */
  onChange(handler: InformerHandler): () => void;
  /** Resolves when the informer has ended after its signal. */
  readonly stopped: Promise<void>;
}

/**
 * Lists and watches a kind until the signal is aborted. Starts by itself when the kind becomes served, survives its
 * disappearance, broken connections, time limits and 410 (lists again), and tells each change once.
 */
export function startInformer(client: KubeClient, options: InformerOptions): Informer {
  return new ListWatchInformer(client, options);
}

class ListWatchInformer implements Informer {
  readonly synced: Promise<void>;
  readonly stopped: Promise<void>;
  served = false;
  refused = false;
  readonly #client: KubeClient;
  readonly #options: InformerOptions;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  readonly #cache = new ObjectCache();
  readonly #handlers = new Set<InformerHandler>();
  readonly #markSynced: () => void;
  #resourceVersion = '';
  #failures = 0;
  #listedAnew = false;

  constructor(client: KubeClient, options: InformerOptions) {
    this.#client = client;
    this.#options = options;
    this.#log = (options.log ?? silentLogger).child({ informer: options.kind.kind });
    this.#clock = options.clock ?? systemClock;
    this.#backoff = options.backoff ?? exponentialBackoff({ baseMs: 200, maxMs: 30_000 });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.synced = promise;
    this.#markSynced = resolve;
    // Who does not wait for the sync must not get an unhandled rejection.
    promise.catch(() => {});
    if (options.onEvent) this.#handlers.add(options.onEvent);
    this.stopped = this.#run().finally(() => reject(options.signal.reason));
  }

  get(name: string, namespace?: string): KubernetesObject | undefined {
    return this.#cache.get(name, namespace);
  }

  list(namespace?: string): KubernetesObject[] {
    return this.#cache.list(namespace);
  }

  learn(object: KubernetesObject): void {
    this.#tell(this.#cache.learn(object));
  }

  onChange(handler: InformerHandler): () => void {
    for (const object of this.#cache.list()) this.#call(handler, { type: 'ADDED', object });
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  async #run(): Promise<void> {
    const { signal } = this.#options;
    while (!signal.aborted) {
      try {
        if (this.#resourceVersion === '') await this.#list();
        else await this.#watch();
      } catch (error) {
        if (signal.aborted) return;
        this.#options.onError?.(error);
        await this.#recover(error);
      }
    }
  }

  async #list(): Promise<void> {
    const { kind, signal } = this.#options;
    this.refused = false;
    const served = await this.#client.discovery.find(kind);
    const list = served ? await this.#client.list(kind, this.#selection()) : { items: [], resourceVersion: '' };
    if (signal.aborted) return;
    // A list without a version means that the kind went away in between.
    this.served = list.resourceVersion !== '';
    this.#resourceVersion = list.resourceVersion;
    this.#tell(this.#cache.replaceAll(list.items, list.resourceVersion));
    this.#markSynced();
    if (!this.served) await nextDiscoveryTick(this.#client, this.#clock, signal);
  }

  async #watch(): Promise<void> {
    const started = this.#clock.now();
    let events = 0;
    await this.#client.watch(this.#options.kind, {
      ...this.#selection(),
      resourceVersion: this.#resourceVersion,
      onEvent: (event) => {
        events += 1;
        this.#worked();
        this.#take(event);
      },
    });
    // A server that closes every watch at once must not be asked in a tight loop.
    if (events === 0 && this.#clock.now() - started < 1000) await this.#pause();
    else this.#worked();
  }

  #worked(): void {
    this.#failures = 0;
    this.#listedAnew = false;
  }

  #take({ type, object }: WatchEvent): void {
    const { resourceVersion } = object.metadata;
    if (resourceVersion) this.#resourceVersion = resourceVersion;
    if (type === 'BOOKMARK') return;
    this.#tell(type === 'DELETED' ? this.#cache.remove(object) : this.#cache.put(object));
  }

  async #recover(error: unknown): Promise<void> {
    this.refused = isRefusal(error);
    const gone = isCapstanError(error, KUBE_CODES.notFound) || isCapstanError(error, KUBE_CODES.kindUnknown);
    if (gone) this.#client.discovery.invalidate();
    if (gone || isCapstanError(error, KUBE_CODES.expired)) {
      this.#resourceVersion = '';
      this.#log.debug('informer lists again', { code: isCapstanError(error) ? error.code : undefined });
      // At once, for both are part of normal life; but a second time only after a watch that worked.
      const again = this.#listedAnew;
      this.#listedAnew = true;
      if (!again) return;
    }
    const retryAfterMs = isCapstanError(error) ? error.retryAfterMs : undefined;
    const delayMs = await this.#pause(retryAfterMs);
    const facts = { error: messageOf(error), delayMs, failures: this.#failures };
    if (this.#failures > 1) this.#log.debug('informer is still interrupted', facts);
    else this.#log.warn('informer was interrupted', facts);
  }

  async #pause(least = 0): Promise<number> {
    this.#failures += 1;
    const delay = Math.max(least, this.#backoff(this.#failures));
    await this.#clock.sleep(delay, this.#options.signal);
    return delay;
  }

  #selection(): ListOptions {
    const { namespace, labelSelector, fieldSelector, metadataOnly, signal } = this.#options;
    return {
      signal,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
      ...(metadataOnly === undefined ? {} : { metadataOnly }),
    };
  }

  #tell(events: readonly InformerEvent[]): void {
    for (const event of events) for (const handler of this.#handlers) this.#call(handler, event);
  }

  #call(handler: InformerHandler, event: InformerEvent): void {
    try {
      handler(event);
    } catch (error) {
      this.#log.error('informer handler failed', { error: messageOf(error) });
    }
  }
}

/** Answers by which a server only says that it cannot be asked at the moment. */
const NOT_NOW: readonly unknown[] = [401, 408, 429, 502, 503, 504];

function isRefusal(error: unknown): boolean {
  const status = isCapstanError(error) ? error.fields['status'] : undefined;
  return status !== undefined && !NOT_NOW.includes(status);
}
