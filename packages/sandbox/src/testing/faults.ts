/** A request on its way to the API server. */
export interface ProxiedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/** What goes wrong with a request. */
export type FaultAction =
  /** The connection breaks before the API server gets the request. */
  | { readonly type: 'reset' }
  /** The API server does what was asked, and the connection breaks before its answer. */
  | { readonly type: 'lose-response' }
  /** Answered with this status (410, 429, 500, ...) and not passed on. */
  | { readonly type: 'status'; readonly status: number; readonly retryAfterSeconds?: number }
  /** Passed on after a delay. */
  | { readonly type: 'slow'; readonly ms: number }
  /** Passed on once this has happened, if the client still waits for an answer. */
  | { readonly type: 'hold'; readonly until: Promise<unknown> }
  /** A watch that begins well and then says that its resourceVersion is too old. */
  | { readonly type: 'watch-expired' };

/** A fault for the next requests that match. */
export interface Fault {
  readonly match: (request: ProxiedRequest) => boolean;
  readonly action: FaultAction;
  /** How many requests it hits. Default 1; `Infinity` until it is removed. */
  readonly times?: number;
}

/** A fault in force. */
export interface InjectedFault {
  /** How many requests it has hit. */
  readonly hits: number;
  remove(): void;
}

/** The faults in force, first injected first. */
export class FaultList {
  readonly #faults: { readonly fault: Fault; hits: number }[] = [];

  add(fault: Fault): InjectedFault {
    const entry = { fault, hits: 0 };
    this.#faults.push(entry);
    return {
      get hits() {
        return entry.hits;
      },
      remove: () => this.#remove(entry),
    };
  }

  /** The action for a request; counts as a hit. */
  take(request: ProxiedRequest): FaultAction | undefined {
    const entry = this.#faults.find(({ fault }) => fault.match(request));
    if (entry === undefined) return undefined;
    entry.hits += 1;
    if (entry.hits >= (entry.fault.times ?? 1)) this.#remove(entry);
    return entry.fault.action;
  }

  #remove(entry: { readonly fault: Fault; hits: number }): void {
    const index = this.#faults.indexOf(entry);
    if (index >= 0) this.#faults.splice(index, 1);
  }
}

/** The Status object that an API server sends with an error. */
export function statusObject(code: number): object {
  const reasons: Record<number, string> = {
    409: 'Conflict',
    410: 'Expired',
    429: 'TooManyRequests',
    500: 'InternalError',
  };
  const reason = reasons[code] ?? 'Unknown';
  const message = `injected fault ${code}`;
  return { apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Failure', reason, message, code };
}
