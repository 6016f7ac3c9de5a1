import { isCapstanError, type KindReference, messageOf } from '@capstan/base';
import type { ClusterContext, Discovery, ServedResource } from './client.ts';
import { KUBE_CODES } from './codes.ts';
import {
  type Found,
  parseAggregated,
  parseResourceList,
  resourceLists,
  type VersionList,
} from './discovery-documents.ts';
import { errorOf, jsonOf } from './status-errors.ts';
import type { HttpResponse, HttpTransport } from './transport.ts';

const AGGREGATED = [
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList',
  'application/json',
].join(',');

interface Document {
  readonly etag: string | undefined;
  readonly found: Found;
}

/**
 * Discovery over HTTP: aggregated where the server has it (two requests, `If-None-Match` makes a refresh cheap), else one
 * request per group version. A group that fails is kept as a failure and hides nothing else.
 */
export class HttpDiscovery implements Discovery {
  readonly #transport: HttpTransport;
  readonly #context: ClusterContext;
  readonly #documents = new Map<string, Document>();
  #loading: Promise<Found> | undefined;
  #found: Found | undefined;

  constructor(transport: HttpTransport, context: ClusterContext) {
    this.#transport = transport;
    this.#context = context;
  }

  async find(kind: KindReference): Promise<ServedResource | undefined> {
    return this.#lookUp((one) => one.kind === kind.kind && one.apiVersion === kind.apiVersion);
  }

  async findByName(name: string): Promise<ServedResource | undefined> {
    const dot = name.indexOf('.');
    const resource = dot < 0 ? name : name.slice(0, dot);
    const group = dot < 0 ? '' : name.slice(dot + 1);
    // Versions come in the server's order of preference, so the first is the preferred one.
    return this.#lookUp((one) => one.resource === resource && one.group === group);
  }

  async all(): Promise<readonly ServedResource[]> {
    return (await this.#load()).resources;
  }

  async failures(): Promise<Found['failures']> {
    return (await this.#load()).failures;
  }

  invalidate(): void {
    this.#found = undefined;
  }

  async #lookUp(matches: (resource: ServedResource) => boolean): Promise<ServedResource | undefined> {
    const fresh = this.#found === undefined;
    const known = (await this.#load()).resources.find(matches);
    if (known || fresh) return known;
    this.invalidate();
    return (await this.#load()).resources.find(matches);
  }

  /** What is known, or one load that all waiting look-ups share. */
  #load(): Promise<Found> {
    if (this.#found) return Promise.resolve(this.#found);
    this.#loading ??= this.#read().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #read(): Promise<Found> {
    const [core, groups] = await Promise.all([this.#document('/api'), this.#document('/apis')]);
    const found = {
      resources: [...core.resources, ...groups.resources],
      failures: [...core.failures, ...groups.failures],
    };
    this.#found = found;
    return found;
  }

  async #document(path: '/api' | '/apis'): Promise<Found> {
    const known = this.#documents.get(path);
    const response = await this.#transport.send({
      method: 'GET',
      path,
      accept: AGGREGATED,
      idempotent: true,
      ...(known?.etag ? { headers: { 'If-None-Match': known.etag } } : {}),
    });
    if (response.status === 304 && known) return known.found;
    if (response.status !== 200) throw this.#error(path, response);
    const aggregated = String(response.headers['content-type']).includes('apidiscovery');
    const body = jsonOf(this.#context, path, response);
    const found = aggregated ? parseAggregated(body) : await this.#legacy(resourceLists(path, body));
    // Without an ETag (legacy lists) every refresh reads again.
    this.#documents.set(path, { etag: aggregated ? response.headers.etag : undefined, found });
    return found;
  }

  async #legacy(lists: readonly VersionList[]): Promise<Found> {
    const each = await Promise.all(lists.map((list) => this.#resourceList(list)));
    return { resources: each.flatMap((one) => one.resources), failures: each.flatMap((one) => one.failures) };
  }

  async #resourceList({ path, groupVersion }: VersionList): Promise<Found> {
    try {
      const response = await this.#transport.send({ method: 'GET', path, idempotent: true });
      if (response.status !== 200) throw this.#error(path, response);
      return { resources: parseResourceList(groupVersion, jsonOf(this.#context, path, response)), failures: [] };
    } catch (error) {
      if (isCapstanError(error, KUBE_CODES.unreachable)) throw error;
      return { resources: [], failures: [{ groupVersion, reason: messageOf(error) }] };
    }
  }

  #error(path: string, response: HttpResponse): Error {
    return errorOf(this.#context, { verb: 'get', group: '', resource: path, target: `discovery at ${path}` }, response);
  }
}
