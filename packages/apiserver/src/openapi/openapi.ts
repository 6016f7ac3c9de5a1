import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { negotiate } from '../model/media-type.ts';
import type { ResourceRegistry } from '../model/registry.ts';
import type { ApiResource } from '../model/resource.ts';
import { smallDocuments } from './discovery-documents.ts';
import { documentPath, groupVersionDocument, smallDocument } from './document.ts';

/** A request below /openapi/. */
export interface OpenApiRequest {
  readonly path: string;
  /** The `hash` of the query. */
  readonly hash?: string | null | undefined;
  readonly accept?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** An answer; its body is not to be compressed: the way is short and the real server does not either. */
export interface OpenApiAnswer {
  readonly status: 200 | 301 | 304 | 404 | 406;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Documents of other servers in the index: group versions by path (`apis/GROUP/VERSION`), with their URLs. */
export interface RemoteDocuments {
  /** Goes up with every change of `list`. */
  readonly generation: number;
  list(): readonly { readonly path: string; readonly url: string }[];
}

interface Entry {
  readonly path: string;
  /** Those of a group version; none for other paths. */
  readonly resources: readonly ApiResource[];
  readonly hash: string;
  readonly make: () => Buffer;
  body?: Buffer;
}

const ROOT = '/openapi/v3';
const YEAR = 365 * 24 * 60 * 60 * 1000;
const EMPTY = Buffer.alloc(0);
const UNCACHED = { 'cache-control': 'no-cache, private' } as const;
/** To be raised when documents change although the data they are made of does not. */
const FORMAT = 1;

/**
 * Answers /openapi/v3 and the documents below. Documents are made when they are first asked for; those of groups that a
 * change does not touch stay, and so do their URLs. There is no /openapi/v2: clients that know v3 are better off without.
 */
export class OpenApi {
  readonly #registry: ResourceRegistry;
  readonly #remote: RemoteDocuments | undefined;
  readonly #process = randomUUID();
  readonly #builtinGroups: readonly string[];
  #entries = new Map<string, Entry>();
  #index: Buffer = EMPTY;
  #builtFor = '';
  #customHashes = 0;

  constructor(registry: ResourceRegistry, remote?: RemoteDocuments) {
    this.#registry = registry;
    const groups = registry.all().filter(({ source, group }) => source === 'built-in' && group !== '');
    this.#builtinGroups = [...new Set(groups.map(({ group }) => group))];
    this.#remote = remote;
  }

  /** The answer to a GET; undefined for paths that are not below /openapi/. */
  answer(request: OpenApiRequest): OpenApiAnswer | undefined {
    const { path } = request;
    if (path === ROOT) return this.#indexAnswer();
    if (path.startsWith(`${ROOT}/`)) {
      const entry = this.#current().get(path.slice(ROOT.length + 1));
      return entry ? documentAnswer(entry, request) : notFound();
    }
    return path.startsWith('/openapi/') ? notFound() : undefined;
  }

  #indexAnswer(): OpenApiAnswer {
    this.#current();
    const headers = { ...UNCACHED, 'content-type': 'text/plain; charset=utf-8' };
    return { status: 200, headers, body: this.#index };
  }

  #current(): ReadonlyMap<string, Entry> {
    const generation = `${this.#registry.generation}/${this.#remote?.generation ?? 0}`;
    if (generation === this.#builtFor) return this.#entries;
    const before = this.#entries;
    this.#entries = new Map();
    for (const [path, resources] of byDocument(this.#registry)) {
      const known = before.get(path);
      const entry = known && sameResources(known.resources, resources) ? known : this.#groupVersion(path, resources);
      this.#entries.set(path, entry);
    }
    for (const [path, make] of smallDocuments(this.#builtinGroups)) {
      const entry = before.get(path) ?? newEntry(path, builtinContent(), [], () => smallDocument(make()));
      this.#entries.set(path, entry);
    }
    const paths = new Map(this.#remote?.list().map(({ path, url }) => [path, url]));
    for (const [path, { hash }] of this.#entries) paths.set(path, `${ROOT}/${path}?hash=${hash}`);
    const sorted = [...paths].sort(([a], [b]) => (a < b ? -1 : 1));
    const index = sorted.map(([path, serverRelativeURL]) => [path, { serverRelativeURL }]);
    this.#index = Buffer.from(`${JSON.stringify({ paths: Object.fromEntries(index) })}`);
    this.#builtFor = generation;
    return this.#entries;
  }

  #groupVersion(path: string, resources: readonly ApiResource[]): Entry {
    const { group = '', version = '', source = 'crd' } = resources[0] ?? {};
    // A document is its own only after a change, and making it only to hash it would cost every change of a CRD.
    const content = source === 'built-in' ? builtinContent() : `${this.#process} ${this.#customHashes++}`;
    return newEntry(path, content, resources, () => groupVersionDocument(group, version, resources));
  }
}

function newEntry(path: string, content: string, resources: readonly ApiResource[], make: () => Buffer): Entry {
  const hash = createHash('sha512').update(`${content} ${path}`).digest('hex').toUpperCase();
  return { path, resources, hash, make };
}

function documentAnswer(entry: Entry, request: OpenApiRequest): OpenApiAnswer {
  const { path, hash } = entry;
  if (!negotiate(request.accept, ['application/json'], (transform) => transform === undefined)) {
    return { status: 406, headers: { ...UNCACHED, vary: 'Accept' }, body: EMPTY };
  }
  const etag = `"${hash}"`;
  const type = { 'content-type': 'application/json', etag, vary: 'Accept' };
  const headers: Record<string, string> = { ...UNCACHED, ...type };
  if (request.hash && request.hash !== hash) {
    headers['location'] = `${ROOT}/${path}?hash=${hash}`;
    return { status: 301, headers, body: EMPTY };
  }
  if (request.hash) {
    headers['cache-control'] = 'public, immutable';
    headers['expires'] = new Date(request.now + YEAR).toUTCString().replace('GMT', 'UTC');
  }
  if (request.ifNoneMatch === etag) return { status: 304, headers, body: EMPTY };
  entry.body ??= entry.make();
  return { status: 200, headers, body: entry.body };
}

function notFound(): OpenApiAnswer {
  return { status: 404, headers: UNCACHED, body: EMPTY };
}

function byDocument(registry: ResourceRegistry): Map<string, ApiResource[]> {
  const documents = new Map<string, ApiResource[]>();
  for (const resource of registry.all()) {
    const path = documentPath(resource.group, resource.version);
    const known = documents.get(path);
    if (known) known.push(resource);
    else documents.set(path, [resource]);
  }
  return documents;
}

function sameResources(a: readonly ApiResource[], b: readonly ApiResource[]): boolean {
  return a.length === b.length && a.every((resource, index) => resource === b[index]);
}

let builtin: string | undefined;

/** Stands for all that documents of built-in groups are made of. */
function builtinContent(): string {
  if (builtin === undefined) {
    const hash = createHash('sha256').update(String(FORMAT));
    for (const name of ['resources', 'schemas']) {
      hash.update(readFileSync(new URL(`../../assets/${name}.json.gz`, import.meta.url)));
    }
    builtin = hash.digest('hex');
  }
  return builtin;
}
