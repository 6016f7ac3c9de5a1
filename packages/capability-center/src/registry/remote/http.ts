import { messageOf } from '@capstan/base';
import type { Dispatcher } from 'undici';

const MAX_REDIRECTS = 5;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** One bounded read of an address. */
export interface RemoteRequest {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** `Authorization` for this address's origin only: it is left out when a redirect leads elsewhere. */
  readonly authorization?: string | undefined;
  /** The body may have so many bytes, counted after decompression. */
  readonly maxBytes: number;
  /** Limit of the whole read, redirects and body included. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** What an address answered. */
export interface RemoteResponse {
  readonly status: number;
  header(name: string): string | undefined;
  readonly body: Buffer;
}

/** Why a remote place cannot be read, in words without credentials. `status` is HTTP's, where there was an answer. */
export class RemoteFailure extends Error {
  override readonly name = 'RemoteFailure';
  readonly status: number | undefined;

  constructor(message: string, options: { readonly status?: number; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.status = options.status;
  }
}

/**
 * Reads an address with limits on size, time and redirects. Every HTTP status is an answer; rejects with RemoteFailure
 * when there is none, when it is too large or late, or when a redirect leads from TLS to none. Proxies are taken from
 * the environment (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`), never for loopback addresses.
 */
export async function fetchBounded(request: RemoteRequest): Promise<RemoteResponse> {
  const limit = AbortSignal.timeout(request.timeoutMs);
  const signal = request.signal ? AbortSignal.any([request.signal, limit]) : limit;
  try {
    return await follow(request, signal);
  } catch (error) {
    request.signal?.throwIfAborted();
    if (error instanceof RemoteFailure) throw error;
    const seconds = request.timeoutMs / 1000;
    const reason = limit.aborted ? `it did not answer within ${seconds} s` : reasonOf(error);
    throw new RemoteFailure(reason, { cause: error });
  }
}

/** True for addresses of this machine, where credentials may travel without TLS. */
export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}

async function follow(request: RemoteRequest, signal: AbortSignal): Promise<RemoteResponse> {
  const { fetch } = await import('./undici.ts');
  const dispatcher = await sharedDispatcher();
  let url = safeUrl(request.url);
  let { authorization } = request;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const headers = { ...request.headers, ...credentialsFor(url, authorization) };
    const response = await fetch(url, { redirect: 'manual', headers, signal, dispatcher });
    const location = response.headers.get('location');
    if (location === null || response.status < 300 || response.status > 399) {
      const body = await readBody(response, request.maxBytes);
      const header = (name: string) => response.headers.get(name) ?? undefined;
      return { status: response.status, header, body };
    }
    await response.body?.cancel();
    const next = safeUrl(new URL(location, url).href);
    if (url.protocol === 'https:' && next.protocol !== 'https:') {
      throw new RemoteFailure(`it redirects from TLS to ${next.origin}, which has none`);
    }
    if (next.origin !== url.origin) authorization = undefined;
    url = next;
  }
  throw new RemoteFailure(`it redirects more than ${MAX_REDIRECTS} times`);
}

function credentialsFor(url: URL, authorization: string | undefined): Record<string, string> {
  if (authorization === undefined) return {};
  if (url.protocol !== 'https:' && !isLoopback(url.hostname)) {
    throw new RemoteFailure(`credentials are not sent to ${url.origin}, which has no TLS`);
  }
  return { authorization };
}

function safeUrl(text: string): URL {
  const url = URL.parse(text);
  if (!url || !['http:', 'https:'].includes(url.protocol)) throw new RemoteFailure('its address is not http or https');
  if (url.username !== '' || url.password !== '') throw new RemoteFailure('its address carries credentials');
  return url;
}

interface Answer {
  readonly headers: { get(name: string): string | null };
  readonly body: AsyncIterable<Uint8Array> | null;
}

async function readBody({ headers, body }: Answer, maxBytes: number): Promise<Buffer> {
  const tooLarge = () => new RemoteFailure(`it is larger than ${Math.floor(maxBytes / 1024)} KiB`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (Number(headers.get('content-length') ?? 0) > maxBytes) throw tooLarge();
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the rest of the body.
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

let dispatcher: Dispatcher | undefined;

async function sharedDispatcher(): Promise<Dispatcher> {
  const { EnvHttpProxyAgent } = await import('./undici.ts');
  const configured = process.env['no_proxy'] ?? process.env['NO_PROXY'] ?? '';
  const noProxy = [configured, 'localhost', '127.0.0.1', '::1'].filter((part) => part !== '').join(',');
  dispatcher ??= new EnvHttpProxyAgent({ noProxy, connect: { timeout: 10_000 } });
  return dispatcher;
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const known: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'the connection is refused',
    ENOTFOUND: 'its name is not known',
    EAI_AGAIN: 'its name cannot be looked up',
    ECONNRESET: 'the connection was cut off',
    UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
    UND_ERR_SOCKET: 'the connection was cut off',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is of an unknown authority (NODE_EXTRA_CA_CERTS adds one)',
    SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is of an unknown authority (NODE_EXTRA_CA_CERTS adds one)',
  };
  return known[code] ?? messageOf(cause ?? error);
}
