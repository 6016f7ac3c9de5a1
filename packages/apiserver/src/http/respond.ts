import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { ApiError, type Status } from '../model/api-error.ts';
import type { Exchange } from './exchange.ts';

/** Bodies from this size on are compressed where the client accepts it (apiserver responsewriters). */
const GZIP_FROM_BYTES = 128 * 1024;
const FASTEST = 1;

const compress = promisify(gzip);
const NEWLINE = Buffer.from('\n');

/** How a document is written: `pretty` means indented JSON. */
export interface Format {
  readonly mediaType: string;
  readonly pretty: boolean;
}

const PLAIN_JSON: Format = { mediaType: 'application/json', pretty: false };

/** Headers of every answer. */
export function commonHeaders(exchange: Exchange): Record<string, string | string[]> {
  const warnings = exchange.warningHeaders();
  return {
    'audit-id': exchange.auditId,
    'cache-control': 'no-cache, private',
    ...(warnings.length > 0 && { warning: warnings }),
  };
}

/** Answers with bytes. `headers` replace the common ones. Does nothing where the client has gone. */
export async function sendBytes(
  exchange: Exchange,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
): Promise<void> {
  const { response } = exchange;
  if (response.destroyed || response.headersSent) return;
  const all: Record<string, string | string[] | number> = { ...commonHeaders(exchange), ...headers };
  let content = body;
  if (body.length >= GZIP_FROM_BYTES && acceptsGzip(exchange)) {
    content = await compress(body, { level: FASTEST });
    all['content-encoding'] = 'gzip';
    all['vary'] = 'Accept-Encoding';
  }
  all['content-length'] = content.length;
  if (response.destroyed) return;
  response.writeHead(status, all);
  response.end(exchange.method === 'HEAD' ? undefined : content);
}

/** Answers with bytes as they are: no other headers than these and the audit id, no compression. */
export function sendRaw(
  exchange: Exchange,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
): void {
  const { response } = exchange;
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, { 'audit-id': exchange.auditId, 'content-length': body.length, ...headers });
  response.end(exchange.method === 'HEAD' ? undefined : body);
}

function acceptsGzip(exchange: Exchange): boolean {
  const accepted = exchange.header('accept-encoding');
  return accepted?.split(',').some((one) => one.split(';')[0]?.trim() === 'gzip') ?? false;
}

/** Answers with JSON that was made before; a newline is added. */
export function sendJson(exchange: Exchange, status: number, ...parts: readonly Uint8Array[]): Promise<void> {
  const body = Buffer.concat([...parts, NEWLINE]);
  return sendBytes(exchange, status, { 'content-type': 'application/json' }, body);
}

/** Answers with a document in the format that was agreed on. */
export async function sendDocument(
  exchange: Exchange,
  status: number,
  document: unknown,
  format: Format = PLAIN_JSON,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const text = await formatted(document, format);
  await sendBytes(exchange, status, { 'content-type': format.mediaType, ...headers }, Buffer.from(text));
}

async function formatted(document: unknown, format: Format): Promise<string> {
  if (format.mediaType === 'application/yaml') {
    const { stringify } = await import('yaml');
    return stringify(document, { sortMapEntries: true, lineWidth: 0, aliasDuplicateObjects: false });
  }
  return `${format.pretty ? JSON.stringify(document, null, 2) : JSON.stringify(document)}\n`;
}

/** Answers with text, as Go's http.Error does. */
export function sendText(exchange: Exchange, status: number, text: string): Promise<void> {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };
  return sendBytes(exchange, status, headers, Buffer.from(text));
}

/** Answers a path that nothing serves. */
export function sendNotFound(exchange: Exchange): Promise<void> {
  return sendText(exchange, 404, '404 page not found\n');
}

/** Answers with the Status of an error; anything but an ApiError is a defect of ours: 500. */
export async function sendError(exchange: Exchange, error: unknown, format?: Format): Promise<void> {
  const status = statusOf(error);
  const after = status.details?.retryAfterSeconds;
  const headers: Record<string, string> = after === undefined ? {} : { 'retry-after': String(after) };
  if (status.code === 403 || status.code === 401) headers['x-content-type-options'] = 'nosniff';
  await sendDocument(exchange, status.code ?? 500, status, format, headers);
}

/** The Status that stands for an error. */
export function statusOf(error: unknown): Status {
  if (error instanceof ApiError) return error.toStatus();
  const message = error instanceof Error ? error.message : String(error);
  return new ApiError(500, 'InternalError', `Internal error occurred: ${message}`, {
    causes: [{ message }],
  }).toStatus();
}

/** Whether people read the answer: they asked, or their client is a command line or a browser (isPrettyPrint). */
export function wantsPretty(exchange: Exchange): boolean {
  const asked = exchange.query.get('pretty');
  if (asked !== null && asked !== '') return ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(asked);
  return /^(?:curl|Wget|Mozilla\/5\.0)/.test(exchange.userAgent);
}
