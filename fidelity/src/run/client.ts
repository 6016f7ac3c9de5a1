import type { IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { createInterface } from 'node:readline';
import type { Json } from '../script/types.ts';

/** Where an engine answers, and who its administrator is. */
export interface Endpoint {
  readonly url: string;
  readonly token: string;
  /** PEM. */
  readonly ca: string;
}

/** A request as it goes out. */
export interface Outgoing {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  /** In the order of the headers. */
  readonly warnings: readonly string[];
  /** Parsed where it is JSON, else text (base64 for protobuf). */
  readonly body: Json;
}

/** An open watch. */
export interface OpenWatch {
  readonly status: number;
  readonly contentType: string;
  readonly warnings: readonly string[];
  /** The events so far. */
  readonly events: readonly Json[];
  readonly ended: boolean;
  /** Resolves when `done` holds, the stream ends, or the time is over. */
  wait(done: (events: readonly Json[]) => boolean, ms: number): Promise<void>;
  close(): void;
}

const NO_ANSWER = { status: 0, contentType: '', warnings: [] };
const REQUEST_LIMIT_MS = 20_000;

/** Sends requests to one engine over kept connections. */
export class Client {
  readonly #endpoint: URL;
  readonly #agent: Agent;

  constructor(endpoint: Endpoint) {
    this.#endpoint = new URL(endpoint.url);
    this.#agent = new Agent({ keepAlive: true, ca: endpoint.ca, maxSockets: 64 });
  }

  /** One request and its whole answer. A connection that breaks is asked once more; then status 0 says so. */
  async ask(outgoing: Outgoing): Promise<Answer> {
    try {
      return await this.#ask(outgoing);
    } catch {
      try {
        return await this.#ask(outgoing);
      } catch (error) {
        return { ...NO_ANSWER, body: `no answer: ${(error as Error).message}` };
      }
    }
  }

  async #ask(outgoing: Outgoing): Promise<Answer> {
    const response = await this.#open(outgoing);
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return { ...facts(response), body: parseBody(Buffer.concat(chunks), response.headers['content-type'] ?? '') };
  }

  /** Opens a watch; returns when its header is there. */
  async watch(outgoing: Outgoing): Promise<OpenWatch> {
    try {
      const response = await this.#open(outgoing);
      return new EventStream(response, facts(response));
    } catch {
      return { ...NO_ANSWER, events: [], ended: true, wait: () => Promise.resolve(), close() {} };
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #open({ method, path, headers, body }: Outgoing): Promise<IncomingMessage> {
    const { hostname, port } = this.#endpoint;
    return new Promise((resolve, reject) => {
      const sent = httpsRequest(
        {
          hostname,
          port,
          method,
          path,
          agent: this.#agent,
          headers: { ...headers, ...(body && { 'content-length': String(body.length) }) },
          timeout: REQUEST_LIMIT_MS,
        },
        resolve,
      );
      sent.on('timeout', () => sent.destroy(new Error('timeout')));
      sent.on('error', reject);
      sent.end(body);
    });
  }
}

function facts(response: IncomingMessage) {
  return {
    status: response.statusCode ?? 0,
    contentType: response.headers['content-type'] ?? '',
    warnings: response.headersDistinct['warning'] ?? [],
  };
}

function parseBody(bytes: Buffer, contentType: string): Json {
  if (contentType.includes('protobuf')) return bytes.toString('base64');
  const text = bytes.toString('utf8');
  if (!contentType.includes('json')) return text;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

class EventStream implements OpenWatch {
  readonly status: number;
  readonly contentType: string;
  readonly warnings: readonly string[];
  readonly events: Json[] = [];
  ended = false;
  readonly #response: IncomingMessage;
  #changed: () => void = () => {};

  constructor(response: IncomingMessage, { status, contentType, warnings }: ReturnType<typeof facts>) {
    this.#response = response;
    this.status = status;
    this.contentType = contentType;
    this.warnings = warnings;
    const end = () => {
      this.ended = true;
      this.#changed();
    };
    response.on('error', end);
    response.on('close', end);
    createInterface({ input: response })
      .on('line', (line) => {
        this.events.push(parseBody(Buffer.from(line), 'json'));
        this.#changed();
      })
      .on('close', end)
      .on('error', end);
  }

  async wait(done: (events: readonly Json[]) => boolean, ms: number): Promise<void> {
    const deadline = Date.now() + ms;
    while (!this.ended && !done(this.events)) {
      const left = deadline - Date.now();
      if (left <= 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#changed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  close(): void {
    this.#response.destroy();
  }
}
