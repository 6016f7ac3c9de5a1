import { type Clock, type Logger, silentLogger, systemClock } from '@capstan/base';
import type { KubeClient } from './client.ts';
import { openConnection } from './connection.ts';
import type { Impersonation } from './credentials/impersonation.ts';
import { HttpKubeClient } from './http-client.ts';
import { type ClusterTarget, resolveClusterTarget } from './target.ts';
import { HttpTransport } from './transport.ts';

/** Options of `connect`. */
export interface ConnectOptions extends Impersonation {
  /** A kubeconfig file. Absent: as `resolveClusterTarget` chooses from the environment. */
  readonly kubeconfig?: string;
  /** Absent: the current context. */
  readonly context?: string;
  /** Kubeconfig of the running sandbox, the last resort and what context `sandbox` means. */
  readonly sandboxKubeconfig?: string;
  /** A target that was resolved before; kubeconfig, context and sandboxKubeconfig are then ignored. */
  readonly target?: ClusterTarget;
  /** Limit for one request, tries included. Default 30 s. */
  readonly timeoutMs?: number;
  readonly log?: Logger;
  readonly clock?: Clock;
}

/**
 * A client of the same cluster that acts for whom a bearer token stands, with nothing of the other's credentials. Only for
 * clients of `connect`; the API server decides whether the token is any good (CAPSTAN_KUBE_UNAUTHORIZED). Over plain HTTP
 * the token is not sent.
 */
export function actWithToken(client: KubeClient, token: string): KubeClient {
  if (!(client instanceof HttpKubeClient)) throw new TypeError('only a client of connect() can act for somebody else');
  return client.withToken(token);
}

/**
 * A client for the cluster of a kubeconfig. Sends nothing yet: an unreachable server shows with the first request.
 * Rejects when there is no kubeconfig, it is not valid, or lacks the context.
 */
export async function connect(options: ConnectOptions = {}): Promise<KubeClient> {
  const { log = silentLogger, clock = systemClock, timeoutMs = 30_000 } = options;
  const target = options.target ?? resolveClusterTarget({ ...options, env: process.env });
  const connection = await openConnection(target, options);
  const transport = new HttpTransport({ connection, log, clock, timeoutMs });
  return new HttpKubeClient({ transport, context: connection.context, log });
}
