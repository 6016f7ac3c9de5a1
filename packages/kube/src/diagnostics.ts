import { channel, tracingChannel } from 'node:diagnostics_channel';

/** One request to an API server; `status` is set when an answer came. */
export interface RequestTrace {
  readonly method: string;
  /** Host and port of the server. */
  readonly host: string;
  /** Without its query, which may hold selectors. */
  readonly path: string;
  status?: number;
}

/** How a reconcile ended. `stopped`: it was told to end. */
export type ReconcileOutcome = 'success' | 'requeue_after' | 'error' | 'stopped';

/** One reconcile; `outcome` is set when it has ended. */
export interface ReconcileTrace {
  readonly controller: string;
  readonly key: string;
  readonly reconcileId: string;
  outcome?: ReconcileOutcome;
  /** What went wrong, for the outcome `error`. */
  error?: unknown;
}

/** What happened to a work queue. Times are in milliseconds. */
export type QueueTrace =
  | { readonly queue: string; readonly event: 'add' | 'retry'; readonly depth: number; readonly count: number }
  | { readonly queue: string; readonly event: 'take'; readonly depth: number; readonly waitedMs: number }
  | { readonly queue: string; readonly event: 'done'; readonly depth: number; readonly workedMs: number };

/*
 * Node's own way for libraries to tell what they do: nobody who passes a client or a queue on needs to know of metrics or
 * traces, and what has no subscriber costs nothing.
 */

/** Requests, from the first byte to the answer's header; subscribe to measure them. */
export const requestChannel = tracingChannel<unknown, RequestTrace>('capstan.kube.request');

/** Reconciles of every controller of this process. */
export const reconcileChannel = tracingChannel<unknown, ReconcileTrace>('capstan.kube.reconcile');

/** Changes of every work queue of this process that has a name. */
export const queueChannel = channel('capstan.kube.queue');
