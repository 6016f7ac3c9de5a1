import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from '@capstan/base';
import { closeServer, type ListenAddress, listen } from './address.ts';

/** An answer of an endpoint. */
export interface EndpointAnswer {
  readonly status: number;
  readonly contentType?: string;
  readonly body: string;
}

/** What an endpoint is told of a request. */
export interface EndpointRequest {
  readonly query: URLSearchParams;
  /** The header, which must never be logged. */
  readonly authorization: string | undefined;
}

/** What is served under a path. */
export type Endpoint = (request: EndpointRequest) => EndpointAnswer | Promise<EndpointAnswer>;

/** A server that answers GET on some paths. */
export interface EndpointServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves endpoints over plain HTTP. It reads no body and takes no other method. */
export async function serveEndpoints(
  address: ListenAddress,
  endpoints: ReadonlyMap<string, Endpoint>,
  log: Logger,
): Promise<EndpointServer> {
  const server: Server = createServer(
    { requestTimeout: 10_000, headersTimeout: 5000, maxHeaderSize: 24_576 },
    (request, response) => {
      answer(request, endpoints, log).then(
        (found) => send(request, response, found),
        (error: unknown) => {
          log.error('an endpoint failed', { path: pathOf(request), error });
          send(request, response, text(500, 'internal error'));
        },
      );
    },
  );
  const port = await listen(server, address);
  return { port, close: () => closeServer(server) };
}

/** A plain text answer. */
export function text(status: number, body: string): EndpointAnswer {
  return { status, body };
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '/';
}

async function answer(
  request: IncomingMessage,
  endpoints: ReadonlyMap<string, Endpoint>,
  log: Logger,
): Promise<EndpointAnswer> {
  const { method, url = '/', headers } = request;
  const path = pathOf(request);
  const endpoint = endpoints.get(path);
  log.debug('endpoint asked', { method, path });
  if (!endpoint) return text(404, 'not found');
  if (method !== 'GET' && method !== 'HEAD') return text(405, 'method not allowed');
  return endpoint({ query: new URLSearchParams(url.slice(path.length)), authorization: headers.authorization });
}

function send(request: IncomingMessage, response: ServerResponse, { status, contentType, body }: EndpointAnswer): void {
  response.writeHead(status, {
    'Content-Type': contentType ?? 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    ...(status === 405 ? { Allow: 'GET, HEAD' } : {}),
    ...(status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
    ...(status === 429 ? { 'Retry-After': '1' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
