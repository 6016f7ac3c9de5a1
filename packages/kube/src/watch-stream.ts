import { CapstanError } from '@capstan/base';
import type { ClusterContext, WatchEvent } from './client.ts';
import { KUBE_CODES } from './codes.ts';
import { withQuery } from './paths.ts';
import { type Attempt, errorOf, errorOfStatus, type Status, unreachable } from './status-errors.ts';
import { bodyOf, type HttpTransport } from './transport.ts';

/** How long the server keeps one watch; kubectl and client-go use 5 to 10 minutes. */
const WATCH_SECONDS = 300;
/** After this a watch that should have ended is taken for dead. */
const GRACE_MS = 30_000;
const MAX_EVENT_CHARS = 16 * 1024 * 1024;

/** One watch connection. */
export interface WatchRequest {
  readonly path: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly accept?: string;
  readonly attempt: Attempt;
  readonly context: ClusterContext;
  readonly onEvent: (event: WatchEvent) => void;
  readonly signal: AbortSignal | undefined;
}

/** Reads a watch until the server closes it or the signal is aborted; rejects when it breaks or the server reports an error. */
export async function readWatch(transport: HttpTransport, request: WatchRequest): Promise<void> {
  const { context, attempt, signal } = request;
  try {
    const response = await transport.open({
      method: 'GET',
      path: withQuery(request.path, { ...request.query, timeoutSeconds: WATCH_SECONDS }),
      ...(request.accept === undefined ? {} : { accept: request.accept }),
      idempotent: true,
      signal,
    });
    const status = response.statusCode ?? 0;
    if (status !== 200) {
      throw errorOf(context, attempt, { status, headers: response.headers, body: await bodyOf(response) });
    }
    const dead = setTimeout(
      () => response.destroy(new Error('the watch did not end in time')),
      WATCH_SECONDS * 1000 + GRACE_MS,
    );
    response.setEncoding('utf8');
    try {
      let rest = '';
      for await (const chunk of response as AsyncIterable<string>) rest = take(rest + chunk, request);
    } finally {
      clearTimeout(dead);
    }
  } catch (error) {
    if (signal?.aborted) return;
    throw unreachable(context, error, 'the watch broke');
  }
}

/** Delivers the whole lines of a text and returns what follows them. */
function take(text: string, request: WatchRequest): string {
  const lines = text.split('\n');
  const rest = lines.pop() ?? '';
  if (rest.length > MAX_EVENT_CHARS) {
    throw new CapstanError(
      KUBE_CODES.failed,
      `an event of ${request.attempt.target} is larger than ${MAX_EVENT_CHARS} characters`,
    );
  }
  for (const line of lines) {
    if (line === '' || request.signal?.aborted) continue;
    const event = JSON.parse(line) as WatchEvent | { type: 'ERROR'; object: Status };
    if (event.type === 'ERROR') throw errorOfStatus(request.context, request.attempt, event.object, 500);
    request.onEvent(event);
  }
  return rest;
}
