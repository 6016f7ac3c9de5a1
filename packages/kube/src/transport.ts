import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { CapstanError, type Clock, type Logger } from '@capstan/base';
import { KUBE_CODES } from './codes.ts';
import { type Connection, withToken } from './connection.ts';
import { type RequestTrace, requestChannel } from './diagnostics.ts';
import { timedOut, unreachable } from './status-errors.ts';

/** One request to the API server. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query, without the server's own base path. */
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sending it twice does no harm, so a broken connection is tried again. */
  readonly idempotent: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A whole answer. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a transport needs. */
export interface TransportOptions {
  readonly connection: Connection;
  readonly log: Logger;
  readonly clock: Clock;
  /** Limit for one request, tries included; watches have none of their own. */
  readonly timeoutMs: number;
}

const MAX_BODY_BYTES = 128 * 1024 * 1024;
const MAX_TRIES = 5;
const CONNECT_MS = 10_000;
const RESET = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);

/** Sends requests over kept connections, with time limits, bounded bodies and retries that are safe. */
export class HttpTransport {
  readonly #options: TransportOptions;
  readonly #connection: Connection;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #closing = new AbortController();

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#connection = options.connection;
    this.#log = options.log;
    this.#clock = options.clock;
    this.#timeoutMs = options.timeoutMs;
  }

  /**
   * The answer, whatever its status. Tries again after resets of idempotent requests, after 429 and after a 5xx that says when
   * (Retry-After), and once with fresh credentials after 401. Rejects with UNREACHABLE or TIMEOUT, or the signal's reason.
   */
  async send(request: HttpRequest): Promise<HttpResponse> {
    await this.#authenticated();
    return this.#limited(request, (signal) => this.#sendWithRetries(request, signal));
  }

  /** Opens an answer that goes on for long. The caller reads it; its signal and `close` end it. */
  async open(request: HttpRequest): Promise<IncomingMessage> {
    await this.#authenticated();
    return this.#limited(request, async (signal) => {
      const response = await this.#exchange(request, signal);
      const enders = [request.signal, this.#closing.signal];
      const end = () => response.destroy();
      for (const ender of enders) ender?.addEventListener('abort', end, { once: true });
      response.once('close', () => {
        for (const ender of enders) ender?.removeEventListener('abort', end);
      });
      return response;
    });
  }

  /** The same server for whom a bearer token stands; closing it closes nothing of this one. */
  withToken(token: string): HttpTransport {
    return new HttpTransport({ ...this.#options, connection: withToken(this.#connection, token) });
  }

  close(): void {
    this.#closing.abort(new Error('the client is closed'));
    this.#connection.close();
  }

  /** Before the time limit begins: who has to log in first may take longer. */
  async #authenticated(): Promise<void> {
    const { context } = this.#connection;
    await this.#connection.ready().catch((cause: unknown) => {
      throw unreachable(context, cause, 'its credentials could not be obtained');
    });
  }

  async #limited<T>(request: HttpRequest, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const limit = limitOf(this.#timeoutMs, [request.signal, this.#closing.signal]);
    try {
      return await run(limit.signal);
    } catch (error) {
      request.signal?.throwIfAborted();
      this.#closing.signal.throwIfAborted();
      if (limit.expired()) throw timedOut(this.#connection.context, request, this.#timeoutMs, error);
      throw error;
    } finally {
      limit.clear();
    }
  }

  async #sendWithRetries(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    const deadline = this.#clock.now() + this.#timeoutMs;
    let renewed = false;
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.#attempt(request, signal);
      if (outcome.response?.status === 401 && !renewed && (await this.#connection.renew())) {
        renewed = true;
        continue;
      }
      const delay = attempt < MAX_TRIES ? delayBefore(request, outcome, attempt) : undefined;
      // A wait that the time limit would cut short says less than the answer that asks for it.
      if (delay === undefined || this.#clock.now() + delay >= deadline) {
        if (outcome.response) return outcome.response;
        throw outcome.error;
      }
      this.#log.debug('request is tried again', {
        method: request.method,
        path: request.path,
        attempt,
        delayMs: delay,
      });
      await this.#clock.sleep(delay, signal);
      signal.throwIfAborted();
    }
  }

  async #attempt(request: HttpRequest, signal: AbortSignal): Promise<Outcome> {
    try {
      const response = await this.#exchange(request, signal);
      return {
        response: { status: response.statusCode ?? 0, headers: response.headers, body: await bodyOf(response) },
      };
    } catch (cause) {
      if (signal.aborted) throw cause;
      const error = unreachable(this.#connection.context, cause);
      return { error, reset: isReset(error) };
    }
  }

  #exchange(request: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const trace: RequestTrace = {
      method: request.method,
      host: this.#connection.server.host,
      path: request.path.split('?', 1)[0] ?? '',
    };
    return requestChannel.tracePromise(async () => {
      const response = await this.#ask(request, signal);
      trace.status = response.statusCode ?? 0;
      return response;
    }, trace);
  }

  async #ask(request: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const { server, context } = this.#connection;
    const connect = await this.#connection.options().catch((cause: unknown) => {
      throw unreachable(context, cause, 'its credentials could not be obtained');
    });
    signal.throwIfAborted();
    const text = request.body === undefined ? undefined : JSON.stringify(request.body);
    const options = {
      ...connect,
      host: server.hostname.replace(/^\[|\]$/g, ''),
      port: server.port || (server.protocol === 'http:' ? 80 : 443),
      path: server.pathname.replace(/\/$/, '') + request.path,
      method: request.method,
      signal,
      headers: {
        ...connect.headers,
        Accept: request.accept ?? 'application/json',
        'User-Agent': 'capstan',
        ...(text === undefined
          ? {}
          : { 'Content-Type': request.contentType ?? 'application/json', 'Content-Length': Buffer.byteLength(text) }),
        ...request.headers,
      },
    };
    return new Promise((resolve, reject) => {
      const sent = server.protocol === 'http:' ? httpRequest(options) : httpsRequest(options);
      sent.once('response', resolve);
      // An error may also come after the response; the reader of the body sees it then, and nobody may be left to crash.
      sent.on('error', (error) => reject(signal.aborted ? error : unreachable(context, error)));
      sent.once('socket', (socket) => limitConnecting(socket, (error) => sent.destroy(error)));
      sent.end(text);
    });
  }
}

interface Outcome {
  readonly response?: HttpResponse;
  readonly error?: unknown;
  readonly reset?: boolean;
}

/** Milliseconds until the next try, or undefined when this outcome is final. */
function delayBefore(request: HttpRequest, outcome: Outcome, attempt: number): number | undefined {
  if (!outcome.response) return outcome.reset && request.idempotent ? 100 * 2 ** (attempt - 1) : undefined;
  const { status, headers } = outcome.response;
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  // 429 is sent before anything was done, so that even a create may be repeated.
  if (status === 429) return Number.isFinite(seconds) ? seconds * 1000 : 1000;
  if (status >= 500 && request.idempotent && Number.isFinite(seconds)) return seconds * 1000;
  return undefined;
}

function isReset(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && RESET.has(String(cause.code));
}

/** A server that does not even take the connection is unreachable, which is told sooner than a slow answer. */
function limitConnecting(socket: Socket, fail: (error: Error) => void): void {
  if (!socket.connecting) return;
  const timer = setTimeout(() => {
    fail(Object.assign(new Error(`no connection within ${CONNECT_MS / 1000} s`), { code: 'ETIMEDOUT' }));
  }, CONNECT_MS);
  const clear = () => clearTimeout(timer);
  socket.once('connect', clear).once('close', clear);
}

/** Reads a body to its end, bounded. */
export async function bodyOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) {
      response.destroy();
      throw new CapstanError(KUBE_CODES.failed, `the API server's answer is larger than ${MAX_BODY_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

interface Limit {
  readonly signal: AbortSignal;
  expired(): boolean;
  clear(): void;
}

/** A signal that also fires after a time, without leaving listeners on the long-lived ones behind it. */
function limitOf(ms: number, signals: readonly (AbortSignal | undefined)[]): Limit {
  const controller = new AbortController();
  let expired = false;
  const timer = setTimeout(() => {
    expired = true;
    controller.abort(new Error(`no answer within ${ms} ms`));
  }, ms);
  const forward = (event: Event) => controller.abort((event.target as AbortSignal).reason);
  for (const signal of signals) {
    if (signal?.aborted) controller.abort(signal.reason);
    signal?.addEventListener('abort', forward, { once: true });
  }
  return {
    signal: controller.signal,
    expired: () => expired,
    clear() {
      clearTimeout(timer);
      for (const signal of signals) signal?.removeEventListener('abort', forward);
    },
  };
}
