import { type GoUrl, parseRequestUri } from '../model/go-url.ts';
import type { CelEnvironment } from './engine.ts';
import type { Equatable } from './equality.ts';

/* URLs: apiserver pkg/cel/library/urls.go. */

class Url implements Equatable {
  readonly text: string;
  readonly parts: GoUrl;

  constructor(text: string) {
    const parts = parseRequestUri(text);
    if (!parts)
      throw new RangeError(`URL parse error during conversion from string: parse "${text}": invalid URI for request`);
    this.text = text;
    this.parts = parts;
  }

  equals(other: unknown): boolean {
    return other instanceof Url && other.text === this.text;
  }
}

/** Adds url, isURL and the getters of URLs. */
export function registerUrls(environment: CelEnvironment): void {
  const on = environment.registerFunction.bind(environment);
  environment.registerType('kubernetes.URL', { ctor: Url, fields: {} });
  environment.registerOperator('kubernetes.URL == kubernetes.URL', (a: Url, b: Url) => a.equals(b));
  on('url(string): kubernetes.URL', (text: string) => new Url(text));
  on('isURL(string): bool', (text: string) => parseRequestUri(text) !== undefined);
  on('kubernetes.URL.getScheme(): string', (url: Url) => url.parts.scheme);
  on('kubernetes.URL.getHost(): string', (url: Url) => url.parts.host);
  on('kubernetes.URL.getHostname(): string', (url: Url) => url.parts.hostname);
  on('kubernetes.URL.getPort(): string', (url: Url) => url.parts.port);
  on('kubernetes.URL.getEscapedPath(): string', (url: Url) => url.parts.escapedPath);
  on('kubernetes.URL.getQuery(): map<string, list<string>>', (url: Url) => query(url.parts.rawQuery));
}

function query(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(text)) found.set(name, [...(found.get(name) ?? []), value]);
  return found;
}
