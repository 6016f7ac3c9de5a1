import { Agent, type RequestOptions, request } from 'node:https';
import type { TestServer } from '../../src/testing/index.ts';

/** An answer of the server. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of every kind.
  readonly body: any;
}

/** A client of a test server. */
export interface Api {
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer>;
  /** Calls `onEvent` for each event until the returned function is called. */
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  watch(path: string, onEvent: (event: { type: string; object: any }) => void): () => void;
  close(): void;
}

/** Talks to a server as its administrator. Bodies are JSON; texts and bytes are sent as they are. */
export function apiOf(server: TestServer): Api {
  const agent = new Agent({ ca: server.ca, keepAlive: true });
  const options = (method: string, path: string, headers: Record<string, string>): RequestOptions => ({
    host: '127.0.0.1',
    port: server.port,
    method,
    path,
    agent,
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json', ...headers },
  });
  return {
    call: (method, path, body, headers = {}) =>
      new Promise((resolve, reject) => {
        const sent = request(options(method, path, headers), async (answer) => {
          const text = Buffer.concat(await answer.toArray()).toString();
          const isJson = answer.headers['content-type']?.startsWith('application/json') && text !== '';
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: isJson ? JSON.parse(text) : text });
        });
        sent.on('error', reject);
        const raw = typeof body === 'string' || body instanceof Uint8Array;
        const bytes = Buffer.from(raw ? (body as string) : body === undefined ? '' : JSON.stringify(body));
        // Node frames the bodies of DELETE only when it knows their length.
        if (bytes.length > 0) sent.setHeader('content-length', bytes.length);
        sent.end(bytes.length > 0 ? bytes : undefined);
      }),
    watch(path, onEvent) {
      const sent = request(options('GET', path, {}), (answer) => {
        let rest = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => {
          const lines = (rest + chunk).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) onEvent(JSON.parse(line));
        });
        answer.on('error', () => {});
      });
      // The end of the server ends the watch.
      sent.on('error', () => {});
      sent.end();
      return () => void sent.destroy();
    },
    close: () => agent.destroy(),
  };
}
