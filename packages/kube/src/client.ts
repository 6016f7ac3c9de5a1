import type { Condition, KindReference, KubernetesObject, ObjectReference } from '@capstan/base';

/** Which cluster a client talks to. */
export interface ClusterContext {
  /** Name of the kubeconfig context. */
  readonly name: string;
  readonly server: string;
  /** The context's namespace, `default` when it names none. */
  readonly namespace: string;
  /** File the context came from, for printing commands that reach it again. */
  readonly file?: string;
}

/** How a kind is served. */
export interface ServedResource extends KindReference {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** Plural name, as in paths. */
  readonly resource: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  /** `status`, `scale`, ... */
  readonly subresources: readonly string[];
}

/** What the API server offers. Look-ups refresh once on a miss; groups that fail are named, never fatal. */
export interface Discovery {
  /** The resource of a kind, or undefined when it is not served (after one refresh). */
  find(kind: KindReference): Promise<ServedResource | undefined>;
  /** The resource of a `<plural>.<group>` name in its preferred version. */
  findByName(name: string): Promise<ServedResource | undefined>;
  /** Every served resource. */
  all(): Promise<readonly ServedResource[]>;
  /** Group versions whose discovery failed, with the reason. */
  failures(): Promise<readonly { readonly groupVersion: string; readonly reason: string }[]>;
  /** Forgets what is known, so that the next look-up asks again. */
  invalidate(): void;
}

/** Options of a write. */
export interface WriteOptions {
  /** Defaults to `capstan`. */
  readonly fieldManager?: string;
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

/** Options of `apply`. */
export interface ApplyOptions extends WriteOptions {
  /** Takes fields from other managers. Only for objects that are wholly ours. */
  readonly force?: boolean;
  readonly subresource?: 'status' | 'scale';
}

/** Options of a list. */
export interface ListOptions {
  /** All namespaces when absent. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Only the metadata of the objects is sent: for those whose content is large and not looked at. */
  readonly metadataOnly?: boolean;
  readonly signal?: AbortSignal;
}

/** Options of a deletion. */
export interface DeleteOptions {
  readonly propagationPolicy?: 'Background' | 'Orphan';
  /** 0 removes a Pod without waiting for anything. Absent: what the object asks for. */
  readonly gracePeriodSeconds?: number;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly signal?: AbortSignal;
}

/** Which part of a container's log, and what is done with it. */
export interface PodLogOptions {
  /** May be left out for a Pod with one container. */
  readonly container?: string;
  /** Goes on until the container ends or the signal is aborted. */
  readonly follow?: boolean;
  /** Of the container before its last restart. */
  readonly previous?: boolean;
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  /** Each line begins with the time at which it was written. */
  readonly timestamps?: boolean;
  readonly signal?: AbortSignal;
  readonly onLine: (line: string) => void;
}

/** One change of a watch. BOOKMARK carries only a resourceVersion. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: KubernetesObject;
}

/** A request that may be allowed or not (SelfSubjectAccessReview). */
export interface AccessRequest {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

/**
 * A dynamic client for one cluster. Errors are CapstanErrors with codes
 * CAPSTAN_KUBE_{NOT_FOUND, CONFLICT, FIELD_CONFLICT, FORBIDDEN, UNAUTHORIZED, INVALID, UNREACHABLE, EXPIRED, KIND_UNKNOWN, TIMEOUT, FAILED};
 * `fields` carries {status, reason, object}; FIELD_CONFLICT also `managers`; FORBIDDEN also the missing right.
 */
export interface KubeClient {
  readonly context: ClusterContext;
  readonly discovery: Discovery;
  version(): Promise<{ readonly gitVersion: string; readonly major: string; readonly minor: string }>;
  /** The object or its scale, or undefined when it does not exist or its kind is not served. */
  get(
    reference: ObjectReference,
    options?: { readonly signal?: AbortSignal; readonly subresource?: 'scale' },
  ): Promise<KubernetesObject | undefined>;
  /** All items (pages are joined); an empty list when the kind is not served. */
  list(kind: KindReference, options?: ListOptions): Promise<{ items: KubernetesObject[]; resourceVersion: string }>;
  /** Server-side apply; conflicts are errors that name the other manager unless forced. */
  apply(object: KubernetesObject, options?: ApplyOptions): Promise<KubernetesObject>;
  create(object: KubernetesObject, options?: WriteOptions): Promise<KubernetesObject>;
  /** POST of a subresource such as `binding` or `token`; the answer is a Status or an object of the subresource's kind. */
  createSubresource(
    reference: ObjectReference,
    subresource: 'binding' | 'eviction' | 'token',
    body: object,
    options?: WriteOptions,
  ): Promise<KubernetesObject>;
  /** PUT: with metadata.resourceVersion it is guarded against concurrent writes. */
  replace(
    object: KubernetesObject,
    options?: WriteOptions & { readonly subresource?: 'status' },
  ): Promise<KubernetesObject>;
  patch(
    reference: ObjectReference,
    patch: object,
    options?: WriteOptions & { readonly type?: 'merge' | 'json'; readonly subresource?: 'status' | 'scale' },
  ): Promise<KubernetesObject>;
  /** Deleting what does not exist succeeds. */
  delete(reference: ObjectReference, options?: DeleteOptions): Promise<void>;
  /** One watch connection from a resourceVersion; ends when the server closes it, rejects on 410 with CAPSTAN_KUBE_EXPIRED. */
  watch(
    kind: KindReference,
    options: ListOptions & { readonly resourceVersion: string; readonly onEvent: (event: WatchEvent) => void },
  ): Promise<void>;
  /** The log of a container of a Pod, line by line, to its end. Rejects with NOT_FOUND, FORBIDDEN, UNREACHABLE and what the kubelet says. */
  podLog(pod: { readonly name: string; readonly namespace: string }, options: PodLogOptions): Promise<void>;
  /** Whether the caller may do this, with the server's reason. */
  mayI(request: AccessRequest): Promise<{ readonly allowed: boolean; readonly reason: string }>;
  /** A GET of a path outside the resource scheme (`/readyz`, `/openapi/v3/...`), parsed as JSON. */
  raw(path: string, options?: { readonly signal?: AbortSignal }): Promise<unknown>;
  /** Closes connections. */
  close(): void;
}

/** The conditions of an object's status, empty when it has none. */
export function conditionsOf(object: KubernetesObject): readonly Condition[] {
  const status = object['status'];
  if (typeof status !== 'object' || status === null || !('conditions' in status)) return [];
  return Array.isArray(status.conditions) ? (status.conditions as Condition[]) : [];
}
