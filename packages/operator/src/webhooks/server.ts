import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type Logger, messageOf } from '@capstan/base';
import type { Admission } from '@capstan/core';
import { closeServer, type ListenAddress, listen } from '../server/address.ts';
import type { WebhookCertificate } from './certificate.ts';
import { type WebhookTrace, webhookChannel } from './diagnostics.ts';

/** A review holds an object twice, each of at most 3 MiB in the API server. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;
/** Less than the API server waits, so that it hears an error and not nothing. */
const HANDLER_MS = 4500;

/** A webhook server that runs. */
export interface WebhookServer {
  readonly port: number;
  /** Shows another certificate from the next connection on. */
  use(certificate: WebhookCertificate): void;
  close(): Promise<void>;
}

/** Serves admission over HTTPS. */
export async function serveWebhooks(
  address: ListenAddress,
  certificate: WebhookCertificate,
  { admission, log }: { readonly admission: Admission; readonly log: Logger },
): Promise<WebhookServer> {
  const server: Server = createServer(
    { ...tlsOf(certificate), requestTimeout: 10_000, headersTimeout: 5000, maxHeaderSize: 16_384 },
    (request, response) => {
      answer(request, admission, log).then(
        ({ status, body }) => send(response, status, body),
        (error: unknown) => {
          log.error('an admission request failed', { path: pathOf(request), error: messageOf(error) });
          send(response, 500, { error: 'internal error' });
        },
      );
    },
  );
  // Who speaks no TLS, or another one, is not worth more than a line at debug level.
  server.on('tlsClientError', (error) => log.debug('a TLS handshake failed', { error: messageOf(error) }));
  const port = await listen(server, address);
  return {
    port,
    use: (next) => server.setSecureContext(tlsOf(next)),
    close: () => closeServer(server),
  };
}

function tlsOf({ certificate, key }: WebhookCertificate) {
  return { cert: certificate, key, minVersion: 'TLSv1.2' } as const;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function answer(request: IncomingMessage, admission: Admission, log: Logger): Promise<Answer> {
  const path = pathOf(request);
  if (!admission.serves(path)) return { status: 404, body: { error: 'not found' } };
  if (request.method !== 'POST') return { status: 405, body: { error: 'method not allowed' } };
  const trace: WebhookTrace = { path };
  return webhookChannel.tracePromise(async () => {
    const found = await review(request, path, admission, log);
    trace.status = found.status;
    return found;
  }, trace);
}

async function review(request: IncomingMessage, path: string, admission: Admission, log: Logger): Promise<Answer> {
  const text = await bodyOf(request);
  if (text === undefined) return { status: 413, body: { error: `larger than ${MAX_BODY_BYTES} bytes` } };
  let asked: unknown;
  try {
    asked = JSON.parse(text);
  } catch {
    return { status: 400, body: { error: 'not JSON' } };
  }
  const reviewed = await admission.review(path, asked, AbortSignal.timeout(HANDLER_MS));
  if (!reviewed) return { status: 400, body: { error: 'no AdmissionReview of admission.k8s.io/v1 or v1beta1' } };
  log.debug('admission request answered', { path });
  return { status: 200, body: reviewed };
}

/** The body, or undefined when it is too large; what is left of it is then not read. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '/';
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
  // What was refused before it was read to its end must not keep the connection.
  if (status === 413) response.once('finish', () => response.socket?.destroy());
}
