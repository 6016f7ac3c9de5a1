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

interface Load {
  readonly number: number;
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
  /** Loads are numbered, so that a look-up can tell what was asked before it from what was asked since. */
  #lastLoad = 0;
  /** A load is good enough when its number is higher. */
  #outdated = 0;
  #loading: { readonly number: number; readonly result: Promise<Load> } | undefined;
  #known: Load | undefined;

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
    return (await this.#load()).found.resources;
  }

  async failures(): Promise<Found['failures']> {
    return (await this.#load()).found.failures;
  }

  invalidate(): void {
    this.#outdated = this.#lastLoad;
  }

  async #lookUp(matches: (resource: ServedResource) => boolean): Promise<ServedResource | undefined> {
    const before = this.#lastLoad;
    const known = await this.#load();
    const resource = known.found.resources.find(matches);
    if (resource || known.number > before) return resource;
    return (await this.#load(before)).found.resources.find(matches);
  }

  /** A load that began after the one of the given number: a finished one, one under way that all share, or a new one. */
  #load(after = this.#outdated): Promise<Load> {
    if (this.#known && this.#known.number > after) return Promise.resolve(this.#known);
    if (this.#loading && this.#loading.number > after) return this.#loading.result;
    this.#lastLoad += 1;
    const number = this.#lastLoad;
    const result = this.#read(number).finally(() => {
      if (this.#loading?.number === number) this.#loading = undefined;
    });
    this.#loading = { number, result };
    return result;
  }

  async #read(number: number): Promise<Load> {
    const [core, groups] = await Promise.all([this.#document('/api'), this.#document('/apis')]);
    const resources = [...core.resources, ...groups.resources];
    const load = { number, found: { resources, failures: [...core.failures, ...groups.failures] } };
    // An older load may end after a newer one.
    if (!this.#known || this.#known.number < number) this.#known = load;
    return load;
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
