import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { badRequest, requestEntityTooLarge } from '../model/errors.ts';

/** The largest body that is read (apiserver's MaxRequestBodyBytes). */
export const MAX_BODY_BYTES = 3 * 1024 * 1024;

/** A client that takes longer to send a body is cut off (the real server's request timeout). */
const BODY_MILLISECONDS = 60_000;
const MAX_WARNINGS_BYTES = 10 * 1024;
const MAX_WARNING_BYTES = 256;

/** One request and its answer. HTTP/2 ones come as HTTP/1.1 ones, by Node's compatibility layer. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  /** Decoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly auditId: string;
  readonly #warnings = new Set<string>();

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    url: { readonly path: string; readonly query: URLSearchParams },
  ) {
    this.request = request;
    this.response = response;
    this.method = request.method ?? 'GET';
    this.path = url.path;
    this.query = url.query;
    this.auditId = this.header('audit-id') ?? randomUUID();
  }

  /** One header, its values joined by a comma. */
  header(name: string): string | undefined {
    const value = this.request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  get userAgent(): string {
    return this.header('user-agent') ?? '';
  }

  /** Remembers a text for a `Warning` header; the same text is sent once. */
  warn(text: string): void {
    this.#warnings.add(text);
  }

  /** Values of the `Warning` headers: all of them cut short where they would be too long together. */
  warningHeaders(): string[] {
    const headers = [...this.#warnings].map((text) => warningHeader(text));
    const total = headers.reduce((sum, header) => sum + header.length, 0);
    if (total <= MAX_WARNINGS_BYTES) return headers;
    return [...this.#warnings].map((text) => warningHeader(text.slice(0, MAX_WARNING_BYTES)));
  }

  /** The whole body. Throws 413 beyond the limit, and 400 when the client goes away. */
  body(): Promise<Buffer> {
    const { request } = this;
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const late = setTimeout(() => request.destroy(), BODY_MILLISECONDS);
      const cut = () => {
        clearTimeout(late);
        reject(badRequest('unexpected EOF'));
      };
      request.on('data', (chunk: Buffer) => {
        size += chunk.length;
        // The rest is read and forgotten: over HTTP/2 the answer would wait for the client, and the client for the server.
        if (size > MAX_BODY_BYTES) reject(requestEntityTooLarge(`limit is ${MAX_BODY_BYTES}`));
        else chunks.push(chunk);
      });
      request.on('end', () => {
        clearTimeout(late);
        resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
      });
      request.on('error', cut).on('aborted', cut).on('close', cut);
    });
  }
}

/** RFC 7234 5.5 as Go's net.NewWarningHeader writes it. Bytes of UTF-8 travel as they are. */
function warningHeader(text: string): string {
  const printable = [...text].filter((character) => character >= ' ' && character !== '\x7f').join('');
  const quoted = printable.replace(/[\\"]/g, '\\$&');
  return `299 - "${Buffer.from(quoted).toString('latin1')}"`;
}

/** The decoded path and the query of a request line; undefined where its escapes are malformed. */
export function parseTarget(target: string): { path: string; query: URLSearchParams } | undefined {
  const mark = target.indexOf('?');
  const raw = mark < 0 ? target : target.slice(0, mark);
  if (!raw.startsWith('/')) return undefined;
  try {
    return { path: decodeURIComponent(raw), query: new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1)) };
  } catch {
    return undefined;
  }
}
