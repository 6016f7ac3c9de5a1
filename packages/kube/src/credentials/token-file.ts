import { readFile } from 'node:fs/promises';
import { messageOf } from '@capstan/base';

/** client-go reads such a file once a minute; replaced tokens stay valid for longer than that. */
const KEEP_MS = 60_000;

/** The token in a file, which somebody else keeps fresh. */
export class TokenFile {
  readonly #path: string;
  #token: string | undefined;
  #readAt = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** The token of at most a minute ago. Rejects when the file cannot be read and never could. */
  async token(): Promise<string> {
    if (this.#token !== undefined && Date.now() - this.#readAt < KEEP_MS) return this.#token;
    try {
      this.#token = (await readFile(this.#path, 'utf8')).trim();
      this.#readAt = Date.now();
      return this.#token;
    } catch (cause) {
      if (this.#token !== undefined) return this.#token;
      throw new Error(`token file ${this.#path} cannot be read: ${messageOf(cause)}`, { cause });
    }
  }

  /** Reads the file again for the next request. */
  renew(): void {
    this.#readAt = 0;
  }
}
