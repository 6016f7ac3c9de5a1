import type { Clock, KindReference, Logger } from '@capstan/base';
import type { KubeClient, ListOptions } from './client.ts';
import { type Informer, type InformerHandler, startInformer } from './informer.ts';

/** Which objects of a kind an informer follows; all of them when empty. */
export type InformerSelection = Omit<ListOptions, 'signal'>;

/** One user's hold on an informer that others may use as well. */
export interface SharedInformer {
  readonly informer: Informer;
  /**
   * Calls the handler for everything in the cache now (ADDED) and for each later change, until the undo that it returns
   * is called or the informer is released.
   */
  onChange(handler: InformerHandler): () => void;
  /** Ends this use: its handlers hear no more, and the informer ends with its last user. Further calls do nothing. */
  release(): void;
}

/** Informers shared by controllers: each kind and selection is listed and watched once, however many use it. */
export interface InformerHub {
  /** The informer of a kind and selection, started with its first user. */
  use(kind: KindReference, selection?: InformerSelection): SharedInformer;
  /** Resolves when every informer has ended after the hub's signal. */
  stopped(): Promise<void>;
}

/** Options of `createInformerHub`. */
export interface InformerHubOptions {
  readonly log: Logger;
  /** Ends all informers. */
  readonly signal: AbortSignal;
  readonly clock?: Clock;
}

/** A hub of informers over one client. */
export function createInformerHub(client: KubeClient, options: InformerHubOptions): InformerHub {
  return new ClientInformerHub(client, options);
}

interface HeldInformer {
  readonly informer: Informer;
  readonly stop: AbortController;
  users: number;
}

class ClientInformerHub implements InformerHub {
  readonly #client: KubeClient;
  readonly #options: InformerHubOptions;
  readonly #held = new Map<string, HeldInformer>();
  /** Every informer that has not ended yet, released ones included. */
  readonly #running = new Set<Informer>();

  constructor(client: KubeClient, options: InformerHubOptions) {
    this.#client = client;
    this.#options = options;
  }

  use(kind: KindReference, selection: InformerSelection = {}): SharedInformer {
    const key = keyOf(kind, selection);
    const held = this.#held.get(key) ?? this.#start(key, kind, selection);
    held.users += 1;
    const { informer } = held;
    const undo = new Set<() => void>();
    let released = false;
    return {
      informer,
      onChange: (handler) => {
        if (released) return () => {};
        const off = informer.onChange(handler);
        const forget = () => {
          undo.delete(forget);
          off();
        };
        undo.add(forget);
        return forget;
      },
      release: () => {
        if (released) return;
        released = true;
        for (const off of undo) off();
        held.users -= 1;
        if (held.users === 0) this.#end(key, held);
      },
    };
  }

  async stopped(): Promise<void> {
    while (this.#running.size > 0) await Promise.all([...this.#running].map((informer) => informer.stopped));
  }

  #start(key: string, kind: KindReference, selection: InformerSelection): HeldInformer {
    const { log, signal, clock } = this.#options;
    const stop = new AbortController();
    const informer = startInformer(this.#client, {
      ...selection,
      kind: { apiVersion: kind.apiVersion, kind: kind.kind },
      log,
      signal: AbortSignal.any([signal, stop.signal]),
      ...(clock ? { clock } : {}),
    });
    this.#running.add(informer);
    void informer.stopped.then(() => this.#running.delete(informer));
    const held = { informer, stop, users: 0 };
    this.#held.set(key, held);
    return held;
  }

  #end(key: string, { stop }: HeldInformer): void {
    this.#held.delete(key);
    stop.abort(new Error('nobody uses this informer any more'));
  }
}

function keyOf({ apiVersion, kind }: KindReference, selection: InformerSelection): string {
  const { namespace = '', labelSelector = '', fieldSelector = '', metadataOnly = false } = selection;
  return JSON.stringify([apiVersion, kind, namespace, labelSelector, fieldSelector, metadataOnly]);
}
