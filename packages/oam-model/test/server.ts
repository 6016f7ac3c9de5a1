import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { parse } from 'yaml';

/** Answer of an API server: the HTTP status and its message. */
export interface Answer {
  readonly status: number;
  readonly message: string;
}

/** The few requests that these tests make. The package itself knows no clusters, so it has no client either. */
export class ApiServer {
  readonly #url: string;
  readonly #ca: Buffer;
  readonly #token: string;

  constructor(kubeconfig: string) {
    const { clusters, users } = parse(readFileSync(kubeconfig, 'utf8'));
    this.#url = clusters[0].cluster.server;
    this.#ca = Buffer.from(clusters[0].cluster['certificate-authority-data'], 'base64');
    this.#token = users[0].user.token;
  }

  send(method: string, path: string, body?: unknown): Promise<Answer> {
    const headers = { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' };
    return new Promise((resolve, reject) => {
      const sent = request(new URL(path, this.#url), { method, ca: this.#ca, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const isJson = response.headers['content-type']?.startsWith('application/json') ?? false;
          const { message = '' } = isJson ? (JSON.parse(text) as { message?: string }) : { message: text };
          resolve({ status: response.statusCode ?? 0, message });
        });
        response.on('error', reject);
      });
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** What a strict client is told of an object, without creating it. Waits while the kind is not served yet. */
  async judge(path: string, object: unknown, deadline = Date.now() + 60_000): Promise<Answer> {
    const answer = await this.send('POST', `${path}?dryRun=All&fieldValidation=Strict`, object);
    if (answer.status !== 404 || Date.now() > deadline) return answer;
    await delay(50);
    return this.judge(path, object, deadline);
  }
}
