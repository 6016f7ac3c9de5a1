import { chmod, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import type { TLSSocket, TlsOptions } from 'node:tls';
import { type Clock, type Logger, messageOf, systemClock } from '@capstan/base';
import type { Authority } from '@capstan/kube/pki';
import { serviceLabel, targetLabel } from '../attach/attachment.ts';
import type { FindAttachment } from '../attach/find.ts';
import { answerFor, type ServiceAnswer } from './answers.ts';
import { dialAttached, forward } from './forward.ts';
import { type FindChartCertificate, Leaves } from './leaves.ts';

/** Options of `startFront`. */
export interface FrontOptions {
  /** Path of the unix socket to listen on. */
  readonly socket: string;
  readonly authority: Authority;
  readonly findChartCertificate: FindChartCertificate;
  readonly findAttachment: FindAttachment;
  readonly log: Logger;
  readonly clock?: Clock;
}

/** A running service front. */
export interface Front {
  /** Ends the connections to attached processes: the next call of who holds them may have to go somewhere else. */
  endAttached(): void;
  close(): Promise<void>;
}

/** An admission review carries the old and the new object, 1.5 MiB each at most in etcd, and JSON is larger. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
/** First byte of a TLS handshake record (RFC 8446 5.1). */
const TLS_HANDSHAKE = 0x16;
const ESTABLISHED = 'HTTP/1.1 200 Connection Established\r\n\r\n';
/** The certificate where the client names no server: the availability check of an APIService does not. */
const NO_NAME = 'service.sandbox.invalid';

/**
 * Listens where the API server's egress selector sends its traffic for Services: HTTP CONNECT on a unix socket, then
 * TLS (or plain HTTP) inside. Nothing in the sandbox serves a Service, so this answers for all of them, except for those
 * that are attached to a process of this machine.
 */
export async function startFront(options: FrontOptions): Promise<Front> {
  const { socket, authority, log } = options;
  const leaves = new Leaves({ ...options, clock: options.clock ?? systemClock });
  const fallback = await authority.issue({ commonName: NO_NAME, names: [NO_NAME], usage: 'server' });
  const answer: RequestListener = (request, response) =>
    answerRequest(request, response, log).catch((error: unknown) => {
      // The client went away in the middle of its body.
      log.debug('a request was not read', { error: messageOf(error) });
      response.destroy();
    });
  const tls: TlsOptions = {
    cert: fallback.certificate,
    key: fallback.key,
    SNICallback: (name, done) => void leaves.contextFor(name).then((context) => done(null, context), done),
  };
  const plain = createServer(answer);
  const secure = createTlsServer(tls, answer);
  secure.on('tlsClientError', (error) => log.debug('a TLS handshake failed', { error: error.message }));

  const tunnel = createServer((_request, response) => response.writeHead(405).end());
  const streams = new Set<Duplex>();
  const attached = new Set<Duplex>();
  tunnel.on('connect', (request, stream, head) => {
    streams.add(stream);
    stream.on('error', () => stream.destroy());
    stream.on('close', () => {
      streams.delete(stream);
      attached.delete(stream);
    });
    void accept(request.url ?? '', stream, head);
  });

  /** The API server sends the first bytes only after the answer, so none is lost meanwhile. */
  async function accept(address: string, stream: Duplex, head: Buffer): Promise<void> {
    const attachment = await options.findAttachment(address).catch((error: unknown) => {
      log.warn('attachments cannot be read', { address, error: messageOf(error) });
      return undefined;
    });
    if (head.length > 0) stream.unshift(head);
    if (attachment === undefined) return serve(stream, plain, secure);
    try {
      const target = await dialAttached(attachment);
      attached.add(stream);
      stream.write(ESTABLISHED);
      forward(stream, target, attachment, tls);
    } catch (error) {
      const what = `${serviceLabel(attachment)} is attached to ${targetLabel(attachment)}`;
      stream.end(`HTTP/1.1 502 ${what}, which cannot be reached: ${messageOf(error)}\r\n\r\n`);
    }
  }

  // A socket file of a process that was killed would make listen fail.
  await rm(socket, { force: true });
  await new Promise<void>((resolve, reject) => tunnel.once('error', reject).listen(socket, resolve));
  await chmod(socket, 0o600);
  return {
    endAttached() {
      for (const stream of attached) stream.destroy();
    },
    async close() {
      const closed = new Promise((resolve) => tunnel.close(resolve));
      for (const stream of streams) stream.destroy();
      await closed;
    },
  };
}

/** Hands a stream to one of our own servers, by its first byte. */
function serve(stream: Duplex, plain: Server, secure: Server): void {
  stream.write(ESTABLISHED);
  stream.once('data', (chunk: Buffer) => {
    stream.pause();
    stream.unshift(chunk);
    (chunk[0] === TLS_HANDSHAKE ? secure : plain).emit('connection', stream);
    // TLS reads by itself what was put back, HTTP does not.
    if (chunk[0] !== TLS_HANDSHAKE) stream.resume();
  });
}

async function answerRequest(request: IncomingMessage, response: ServerResponse, log: Logger): Promise<void> {
  const service = serviceOf(request);
  const { method = 'GET', url = '/' } = request;
  const body = await readBody(request);
  const answer: ServiceAnswer = body === undefined ? { status: 413 } : answerFor({ method, path: url, body, service });
  log.debug('answered for a Service', { service, method, path: url, status: answer.status });
  const content = answer.body === undefined ? '' : JSON.stringify(answer.body);
  response.writeHead(answer.status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(content),
    // The Service may be attached to a process before the next call.
    connection: 'close',
  });
  response.end(content);
}

function serviceOf(request: IncomingMessage): string {
  const named = (request.socket as Partial<TLSSocket>).servername;
  return named || (request.headers.host ?? '').replace(/:\d+$/, '') || 'this Service';
}

/** The body, or undefined when it is larger than the limit: then it is read to its end but not kept. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return size > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks).toString('utf8');
}
