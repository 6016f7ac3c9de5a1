import {
  CapstanError,
  EXIT,
  type KindReference,
  type KubernetesObject,
  type Logger,
  type ObjectReference,
} from '@capstan/base';
import type {
  AccessRequest,
  ApplyOptions,
  ClusterContext,
  DeleteOptions,
  Discovery,
  KubeClient,
  ListOptions,
  PodLogOptions,
  ServedResource,
  WatchEvent,
  WriteOptions,
} from './client.ts';
import { KUBE_CODES } from './codes.ts';
import { HttpDiscovery } from './discovery.ts';
import { attemptOf, pathOf, withQuery } from './paths.ts';
import { readPodLog } from './pod-log.ts';
import { type Attempt, errorOf, isUnserved, jsonOf } from './status-errors.ts';
import type { HttpRequest, HttpResponse, HttpTransport } from './transport.ts';
import { readWatch } from './watch-stream.ts';

/** Page size of lists, as kubectl's. */
const PAGE = 500;
const DEFAULT_MANAGER = 'capstan';
const APPLY = 'application/apply-patch+yaml';
/** As the server names it; a server that does not know the form sends whole objects. */
const metadataOf = (kind: string) => `application/json;as=${kind};g=meta.k8s.io;v=v1,application/json`;
const PATCH_TYPES = { merge: 'application/merge-patch+json', json: 'application/json-patch+json' } as const;

/** What an HttpKubeClient is made of. */
export interface HttpKubeClientDeps {
  readonly transport: HttpTransport;
  readonly context: ClusterContext;
  readonly log: Logger;
}

/** KubeClient over HTTP. */
export class HttpKubeClient implements KubeClient {
  readonly context: ClusterContext;
  readonly discovery: Discovery;
  readonly #transport: HttpTransport;
  readonly #log: Logger;

  constructor(deps: HttpKubeClientDeps) {
    this.context = deps.context;
    this.#transport = deps.transport;
    this.#log = deps.log;
    this.discovery = new HttpDiscovery(deps.transport, deps.context);
  }

  async version(): Promise<{ gitVersion: string; major: string; minor: string }> {
    return (await this.raw('/version')) as { gitVersion: string; major: string; minor: string };
  }

  async get(
    reference: ObjectReference,
    options: { signal?: AbortSignal; subresource?: 'scale' } = {},
  ): Promise<KubernetesObject | undefined> {
    const served = await this.discovery.find(reference);
    if (!served) return undefined;
    const response = await this.#transport.send({
      method: 'GET',
      path: pathOf(served, { ...this.#place(served, reference), subresource: options.subresource }),
      idempotent: true,
      signal: options.signal,
    });
    if (isUnserved(response)) this.discovery.invalidate();
    if (response.status === 404) return undefined;
    return this.#object(attemptOf('get', served, reference), response);
  }

  async list(
    kind: KindReference,
    options: ListOptions = {},
  ): Promise<{ items: KubernetesObject[]; resourceVersion: string }> {
    const served = await this.discovery.find(kind);
    if (!served) return { items: [], resourceVersion: '' };
    const items: KubernetesObject[] = [];
    let resourceVersion = '';
    let page: string | undefined;
    do {
      const query = { ...selectorsOf(options), limit: PAGE, continue: page };
      const response = await this.#transport.send({
        method: 'GET',
        path: withQuery(pathOf(served, options), query),
        ...(options.metadataOnly ? { accept: metadataOf('PartialObjectMetadataList') } : {}),
        idempotent: true,
        signal: options.signal,
      });
      // The kind went away since discovery was read.
      if (response.status === 404) {
        this.discovery.invalidate();
        return { items: [], resourceVersion: '' };
      }
      const list = this.#parsed(attemptOf('list', served, options), response) as List;
      // Items of a list come without their kind.
      for (const item of list.items ?? []) items.push({ ...item, apiVersion: kind.apiVersion, kind: kind.kind });
      resourceVersion = list.metadata?.resourceVersion ?? '';
      page = list.metadata?.continue || undefined;
    } while (page);
    return { items, resourceVersion };
  }

  async apply(object: KubernetesObject, options: ApplyOptions = {}): Promise<KubernetesObject> {
    const { managedFields: _, ...metadata } = object.metadata;
    return this.#write({
      verb: 'patch',
      method: 'PATCH',
      reference: { ...referenceOf(object), subresource: options.subresource },
      body: { ...object, metadata },
      contentType: APPLY,
      query: { ...writeQuery(options), fieldValidation: 'Strict', force: options.force ?? false },
      idempotent: true,
      signal: options.signal,
    });
  }

  async create(object: KubernetesObject, options: WriteOptions = {}): Promise<KubernetesObject> {
    return this.#write({
      verb: 'create',
      method: 'POST',
      reference: referenceOf(object),
      body: object,
      query: { ...writeQuery(options), fieldValidation: 'Strict' },
      idempotent: false,
      signal: options.signal,
    });
  }

  async createSubresource(
    reference: ObjectReference,
    subresource: 'binding' | 'eviction' | 'token',
    body: object,
    options: WriteOptions = {},
  ): Promise<KubernetesObject> {
    return this.#write({
      verb: 'create',
      method: 'POST',
      reference: { ...reference, subresource },
      body,
      query: { ...writeQuery(options), fieldValidation: 'Strict' },
      idempotent: false,
      signal: options.signal,
    });
  }

  async replace(
    object: KubernetesObject,
    options: WriteOptions & { subresource?: 'status' } = {},
  ): Promise<KubernetesObject> {
    return this.#write({
      verb: 'update',
      method: 'PUT',
      reference: { ...referenceOf(object), subresource: options.subresource },
      body: object,
      query: { ...writeQuery(options), fieldValidation: 'Strict' },
      idempotent: false,
      signal: options.signal,
    });
  }

  async patch(
    reference: ObjectReference,
    patch: object,
    options: WriteOptions & { type?: 'merge' | 'json'; subresource?: 'status' | 'scale' } = {},
  ): Promise<KubernetesObject> {
    return this.#write({
      verb: 'patch',
      method: 'PATCH',
      reference: { ...reference, subresource: options.subresource },
      body: patch,
      contentType: PATCH_TYPES[options.type ?? 'merge'],
      query: { ...writeQuery(options), fieldValidation: 'Strict' },
      idempotent: false,
      signal: options.signal,
    });
  }

  async delete(reference: ObjectReference, options: DeleteOptions = {}): Promise<void> {
    const served = await this.discovery.find(reference);
    if (!served) return;
    const { uid, resourceVersion, propagationPolicy = 'Background', gracePeriodSeconds, signal } = options;
    const preconditions = { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) };
    const response = await this.#transport.send({
      method: 'DELETE',
      path: pathOf(served, this.#place(served, reference)),
      body: { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy, gracePeriodSeconds, preconditions },
      // With a uid a repetition cannot hit an object that was made meanwhile.
      idempotent: uid !== undefined,
      signal,
    });
    if (response.status === 404) return;
    this.#parsed(attemptOf('delete', served, reference), response);
  }

  async watch(
    kind: KindReference,
    options: ListOptions & { resourceVersion: string; onEvent: (event: WatchEvent) => void },
  ): Promise<void> {
    const served = await this.#served(kind);
    const { signal, resourceVersion, metadataOnly } = options;
    if (signal?.aborted) return;
    const { apiVersion } = kind;
    const onEvent: typeof options.onEvent = metadataOnly
      ? ({ type, object }) => options.onEvent({ type, object: { ...object, apiVersion, kind: kind.kind } })
      : options.onEvent;
    const attempt = attemptOf('watch', served, options);
    const query = { ...selectorsOf(options), watch: true, allowWatchBookmarks: true, resourceVersion };
    const accept = metadataOnly ? { accept: metadataOf('PartialObjectMetadata') } : {};
    const request = { path: pathOf(served, options), query, attempt, context: this.context, onEvent, signal };
    await readWatch(this.#transport, { ...request, ...accept });
  }

  async podLog(pod: { name: string; namespace: string }, options: PodLogOptions): Promise<void> {
    await readPodLog(this.#transport, { pod, context: this.context, options });
  }

  async mayI(request: AccessRequest): Promise<{ allowed: boolean; reason: string }> {
    const apiVersion = 'authorization.k8s.io/v1';
    const kind = 'SelfSubjectAccessReview';
    const response = await this.#transport.send({
      method: 'POST',
      path: `/apis/${apiVersion}/selfsubjectaccessreviews`,
      body: { apiVersion, kind, spec: { resourceAttributes: request } },
      idempotent: true,
    });
    const attempt = {
      verb: 'create',
      group: 'authorization.k8s.io',
      resource: 'selfsubjectaccessreviews',
      target: kind,
    };
    const review = this.#parsed(attempt, response) as { status?: { allowed?: boolean; reason?: string } };
    return { allowed: review.status?.allowed === true, reason: review.status?.reason ?? '' };
  }

  async raw(path: string, options: { signal?: AbortSignal } = {}): Promise<unknown> {
    const response = await this.#transport.send({ method: 'GET', path, idempotent: true, signal: options.signal });
    const attempt = { verb: 'get', group: '', resource: path, target: path };
    if (response.status >= 300) throw errorOf(this.context, attempt, response);
    const json = String(response.headers['content-type']).includes('json');
    return json ? jsonOf(this.context, path, response) : response.body;
  }

  close(): void {
    this.#transport.close();
  }

  /** A client of the same cluster for whom a bearer token stands. */
  withToken(token: string): HttpKubeClient {
    return new HttpKubeClient({ transport: this.#transport.withToken(token), context: this.context, log: this.#log });
  }

  async #write(write: Write): Promise<KubernetesObject> {
    const { verb, reference, method, query, ...rest } = write;
    // A new object is posted to its collection, a subresource to its object.
    const collection = method === 'POST' && reference.subresource === undefined;
    const place = { ...reference, name: collection ? undefined : reference.name };
    const send = (resource: ServedResource) =>
      this.#transport.send({ method, path: withQuery(pathOf(resource, this.#place(resource, place)), query), ...rest });
    let served = await this.#served(reference);
    let response = await send(served);
    // What discovery knew is out of date: the kind went away, or came back.
    if (isUnserved(response)) {
      this.discovery.invalidate();
      served = await this.#served(reference);
      response = await send(served);
    }
    return this.#object(attemptOf(verb, served, this.#place(served, reference)), response);
  }

  async #served(kind: KindReference): Promise<ServedResource> {
    const served = await this.discovery.find(kind);
    if (served) return served;
    const failure = (await this.discovery.failures()).find((one) => one.groupVersion === kind.apiVersion);
    const why = failure ? `: ${failure.reason}` : '';
    throw new CapstanError(
      KUBE_CODES.kindUnknown,
      `the cluster does not serve ${kind.kind} of ${kind.apiVersion}${why}`,
      {
        hint: 'Its CustomResourceDefinition is not installed, or not in this version.',
        exit: EXIT.blocked,
        fields: { apiVersion: kind.apiVersion, kind: kind.kind, context: this.context.name },
      },
    );
  }

  /** Without a namespace an object of a namespaced kind is in the context's. */
  #place<T extends { readonly namespace?: string | undefined }>(served: ServedResource, place: T): T {
    return served.namespaced ? { ...place, namespace: place.namespace ?? this.context.namespace } : place;
  }

  #object(attempt: Attempt, response: HttpResponse): KubernetesObject {
    return this.#parsed(attempt, response) as KubernetesObject;
  }

  #parsed(attempt: Attempt, response: HttpResponse): unknown {
    const { warning } = response.headers;
    if (warning) this.#log.debug('the api server warns', { warning, target: attempt.target });
    if (response.status >= 300) throw errorOf(this.context, attempt, response);
    return jsonOf(this.context, attempt.target, response);
  }
}

interface List {
  readonly items?: KubernetesObject[];
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
}

interface Write extends Pick<HttpRequest, 'method' | 'body' | 'contentType' | 'idempotent' | 'signal'> {
  readonly verb: string;
  readonly reference: ObjectReference & { readonly subresource?: string | undefined };
  readonly query: Readonly<Record<string, unknown>>;
}

function referenceOf({ apiVersion, kind, metadata: { name, namespace } }: KubernetesObject): ObjectReference {
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

function selectorsOf({ labelSelector, fieldSelector }: ListOptions) {
  return { labelSelector, fieldSelector };
}

function writeQuery({ fieldManager, dryRun }: WriteOptions) {
  return { fieldManager: fieldManager ?? DEFAULT_MANAGER, dryRun: dryRun ? 'All' : undefined };
}
