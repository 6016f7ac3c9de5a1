import type { IncomingMessage, ServerResponse } from 'node:http';
import { createSecureServer, type Http2SecureServer, type Http2Session } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { KeyPair } from '../model/options.ts';

/** How a listener is opened. */
export interface ListenOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly tls: KeyPair;
  /** PEM of the authority of client certificates. */
  readonly clientCa: string;
  handle(request: IncomingMessage, response: ServerResponse): void;
}

/** An open listener. */
export interface Listener {
  readonly port: number;
  /** Takes no more connections, gives running requests a moment, then ends all connections. */
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const GRACE_MILLISECONDS = 1000;
const REQUEST_MILLISECONDS = 60_000;
const SESSION_MEGABYTES = 64;
const WINDOW_BYTES = 1024 * 1024;
const MAX_STREAMS = 1000;

/** Listens with TLS on loopback, for HTTP/2 and HTTP/1.1. Rejects where the port is taken. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const server = createSecureServer({
    allowHTTP1: true,
    cert: options.tls.certificate,
    key: options.tls.key,
    ca: options.clientCa,
    // Whether a certificate is good is for authentication to say: a bad one is answered with 401.
    requestCert: true,
    rejectUnauthorized: false,
    maxSessionMemory: SESSION_MEGABYTES,
    settings: { initialWindowSize: WINDOW_BYTES, maxConcurrentStreams: MAX_STREAMS },
    http1Options: { headersTimeout: REQUEST_MILLISECONDS, requestTimeout: REQUEST_MILLISECONDS },
  } as Parameters<typeof createSecureServer>[0]);
  server.on('request', (request, response) => {
    // The compatibility layer gives HTTP/2 requests the form of HTTP/1.1 ones.
    options.handle(request as unknown as IncomingMessage, response as unknown as ServerResponse);
  });
  const connections = trackConnections(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, HOST, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  return { port, close: () => closeAll(server, connections) };
}

interface Connections {
  readonly sockets: Set<Socket>;
  readonly sessions: Set<Http2Session>;
}

function trackConnections(server: Http2SecureServer): Connections {
  const sockets = new Set<Socket>();
  const sessions = new Set<Http2Session>();
  server.on('secureConnection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => session.destroy());
  });
  server.on('clientError', (_error, socket) => {
    if (!socket.writable) return void socket.destroy();
    const head = 'HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n';
    socket.end(`${head}400 Bad Request`);
  });
  server.on('tlsClientError', (_error, socket) => void socket.destroy());
  return { sockets, sessions };
}

async function closeAll(server: Http2SecureServer, { sockets, sessions }: Connections): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const session of sessions) session.close();
  const timer = setTimeout(() => {
    for (const session of sessions) session.destroy();
    for (const socket of sockets) socket.destroy();
  }, GRACE_MILLISECONDS);
  endIdleSockets(sockets);
  await closed;
  clearTimeout(timer);
}

/** HTTP/1.1 connections that wait for another request would keep the server open. */
function endIdleSockets(sockets: ReadonlySet<Socket>): void {
  for (const socket of sockets) {
    const { _httpMessage } = socket as Socket & { _httpMessage?: unknown };
    if (!_httpMessage && (socket as { alpnProtocol?: unknown }).alpnProtocol !== 'h2') socket.destroy();
  }
}
