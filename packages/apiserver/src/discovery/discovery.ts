import { createHash } from 'node:crypto';
import { ApiError } from '../model/api-error.ts';
import { notAcceptable } from '../model/errors.ts';
import { negotiate } from '../model/media-type.ts';
import type { GroupVersionKind, JsonObject } from '../model/object.ts';
import type { ResourceRegistry } from '../model/registry.ts';
import { apiGroup, apiGroupList, apiResourceList, apiVersions, groupDiscoveryList } from './documents.ts';
import { type Groups, type RemoteGroups, servedGroups } from './groups.ts';

/** What discovery is about. */
export interface DiscoverySources {
  readonly registry: ResourceRegistry;
  /** Host and port under which clients reach this server. */
  readonly serverAddress: () => string;
  /** Absent: no other servers. */
  readonly remote?: RemoteGroups;
}

/** A request for a discovery document: its path and the headers that matter. */
export interface DiscoveryRequest {
  readonly path: string;
  readonly accept?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}

/** A discovery document. */
export interface DiscoveryAnswer {
  readonly status: 200 | 304;
  readonly headers: Readonly<Record<string, string>>;
  /** For other forms than compact JSON; shared, never change it. Absent for 304. */
  readonly document?: JsonObject;
  /** `application/json`, or `application/yaml`, which the caller makes of the document. */
  readonly mediaType: string;
  /** The document as JSON, with a newline. */
  readonly body: Buffer;
}

interface CachedDocument {
  readonly document: JsonObject;
  readonly body: Buffer;
  /** Only of aggregated documents. */
  readonly etag?: string;
}

const OFFERS = ['application/json', 'application/yaml'];
const AGGREGATED_TYPE = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const EMPTY = Buffer.alloc(0);

/**
 * Answers /api, /apis, /apis/GROUP, /api/v1 and /apis/GROUP/VERSION in the old form, and /api and /apis in the aggregated
 * one (v2; v2beta1 is no longer served by Kubernetes 1.35). Documents are made on first use after a change.
 */
export class Discovery {
  readonly #sources: DiscoverySources;
  readonly #documents = new Map<string, CachedDocument | undefined>();
  #groups: Groups = [];
  #builtFor = '';

  constructor(sources: DiscoverySources) {
    this.#sources = sources;
  }

  /** Groups and versions in discovery's order. */
  groups(): Groups {
    const { registry, remote } = this.#sources;
    const generation = `${registry.generation}/${remote?.generation ?? 0}`;
    if (generation !== this.#builtFor) {
      this.#groups = servedGroups(registry, remote?.list() ?? []);
      this.#documents.clear();
      this.#builtFor = generation;
    }
    return this.#groups;
  }

  /**
   * The document of a path; undefined where the path is none of discovery's or its group version is not served here (404,
   * or another server's). Throws the 406 of unknown media types.
   */
  answer(request: DiscoveryRequest): DiscoveryAnswer | undefined {
    const path = request.path.endsWith('/') ? request.path.slice(0, -1) : request.path;
    const groups = this.groups();
    const aggregable = path === '/api' || path === '/apis';
    if (!aggregable && !/^\/(?:api\/v1|apis\/[^/]+(?:\/[^/]+)?)$/.test(path)) return undefined;
    const negotiated = negotiate(
      request.accept,
      OFFERS,
      (transform) => transform === undefined || (aggregable && isAggregated(transform)),
    );
    if (!negotiated) throw refused(path);
    const aggregated = negotiated.transform !== undefined;
    const cached = this.#cached(aggregated ? `${path} aggregated` : path, () =>
      aggregated ? aggregatedDocument(path, groups) : this.#document(path, groups),
    );
    if (!cached) return undefined;
    return toAnswer(cached, negotiated.mediaType, request.ifNoneMatch);
  }

  #cached(key: string, make: () => JsonObject | undefined): CachedDocument | undefined {
    const known = this.#documents.get(key);
    if (known) return known;
    const document = make();
    if (!document) return undefined;
    const body = Buffer.from(`${JSON.stringify(document)}\n`);
    const isAggregatedKey = document['kind'] === 'APIGroupDiscoveryList';
    const cached: CachedDocument = isAggregatedKey ? { document, body, etag: etagOf(body) } : { document, body };
    this.#documents.set(key, cached);
    return cached;
  }

  #document(path: string, groups: Groups): JsonObject | undefined {
    if (path === '/api') return apiVersions(this.#sources.serverAddress());
    if (path === '/apis') return apiGroupList(groups);
    const [group, version] = path === '/api/v1' ? ['', 'v1'] : path.slice('/apis/'.length).split('/');
    const served = groups.find((one) => one.name === group);
    if (!served || group === undefined) return undefined;
    if (version === undefined) return group === '' ? undefined : apiGroup(served);
    const found = served.versions.find((one) => one.version === version);
    return found && !found.remote ? apiResourceList(group, version, found.resources) : undefined;
  }
}

function aggregatedDocument(path: string, groups: Groups): JsonObject {
  return groupDiscoveryList(groups.filter((group) => (group.name === '') === (path === '/api')));
}

function isAggregated(kind: GroupVersionKind): boolean {
  return kind.group === 'apidiscovery.k8s.io' && kind.version === 'v2' && kind.kind === 'APIGroupDiscoveryList';
}

function toAnswer(cached: CachedDocument, mediaType: string, ifNoneMatch: string | undefined): DiscoveryAnswer {
  if (cached.etag === undefined) {
    const headers = { 'content-type': mediaType, 'cache-control': 'no-cache, private' };
    return { status: 200, headers, document: cached.document, mediaType, body: cached.body };
  }
  const caching = { etag: cached.etag, vary: 'Accept', 'cache-control': 'public' };
  if (ifNoneMatch === cached.etag) return { status: 304, headers: caching, mediaType, body: EMPTY };
  const contentType = mediaType === 'application/json' ? AGGREGATED_TYPE : mediaType;
  const headers = { ...caching, 'content-type': contentType };
  return { status: 200, headers, document: cached.document, mediaType, body: cached.body };
}

function etagOf(body: Buffer): string {
  return `"${createHash('sha512').update(body).digest('hex').toUpperCase()}"`;
}

/** The real server's two wordings: its router refuses before the handlers of group versions are reached. */
function refused(path: string): ApiError {
  const types = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
  if (path !== '/api' && path !== '/apis') return notAcceptable(types);
  return new ApiError(406, 'NotAcceptable', `only the following media types are accepted: ${types.join(', ')}`);
}
