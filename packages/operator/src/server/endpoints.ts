import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from '@capstan/base';
import { closeServer, type ListenAddress, listen } from './address.ts';

/** An answer of an endpoint. */
export interface EndpointAnswer {
  readonly status: number;
  readonly contentType?: string;
  readonly body: string;
}

/** What is served under a path. */
export type Endpoint = () => EndpointAnswer | Promise<EndpointAnswer>;

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
    { requestTimeout: 10_000, headersTimeout: 5000, maxHeaderSize: 8192 },
    (request, response) => {
      answer(request, endpoints, log).then(
        (found) => send(request, response, found),
        (error: unknown) => {
          log.error('an endpoint failed', { path: request.url, error });
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

async function answer(
  { method, url = '/' }: IncomingMessage,
  endpoints: ReadonlyMap<string, Endpoint>,
  log: Logger,
): Promise<EndpointAnswer> {
  const path = url.split('?', 1)[0] ?? '/';
  const endpoint = endpoints.get(path);
  log.debug('endpoint asked', { method, path });
  if (!endpoint) return text(404, 'not found');
  return method === 'GET' || method === 'HEAD' ? endpoint() : text(405, 'method not allowed');
}

function send(request: IncomingMessage, response: ServerResponse, { status, contentType, body }: EndpointAnswer): void {
  response.writeHead(status, {
    'Content-Type': contentType ?? 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
