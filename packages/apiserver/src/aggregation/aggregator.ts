import type { RemoteGroups, RemoteGroupVersion } from '../discovery/groups.ts';
import { ApiError } from '../model/api-error.ts';
import type { JsonObject, KubeObject } from '../model/object.ts';
import type { ResourceRegistry } from '../model/registry.ts';
import type { ApiResource } from '../model/resource.ts';
import { type ClientConfig, clientConfigOf, type Outbound } from '../outbound/outbound.ts';
import type { Caller, Operations } from '../resources/operations.ts';
import { timestamp } from '../resources/parts.ts';
import type { Store } from '../storage/store.ts';
import { availabilityOf, withAvailability } from './availability.ts';
import { API_SERVICES as KEY, localApiServices, MANAGED_LABEL, writeBuiltinServices } from './local-services.ts';
import { remoteResources } from './remote-discovery.ts';

/** What the aggregator works with. */
export interface AggregatorOptions {
  readonly store: Store;
  readonly registry: ResourceRegistry;
  readonly operations: Operations;
  readonly outbound: Outbound;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log?: (event: Readonly<Record<string, unknown>>) => void;
}

/** A group version behind an APIService with a Service. */
export interface RemoteService {
  readonly name: string;
  readonly config: ClientConfig;
  readonly available: boolean;
}

/** What an APIService's availability hangs on. */
const TRIGGERS = new Set(['services.', 'endpointslices.discovery.k8s.io']);
const RETRY_MS = 200;
const LONGEST_MS = 30_000;
const CALLER: Caller = {
  user: { username: 'system:kube-aggregator', groups: ['system:masters'] },
  userAgent: 'kube-apiserver',
  warn: () => {},
};

/**
 * The aggregation layer: registers APIServices for what this server serves itself, watches those of other servers and
 * keeps their condition `Available`, and tells discovery and the proxy about them.
 */
export class Aggregator implements RemoteGroups {
  readonly #options: AggregatorOptions;
  readonly #ends: (() => void)[] = [];
  readonly #checks = new Map<string, { timer: NodeJS.Timeout | undefined; failures: number; again: boolean }>();
  readonly #resources = new Map<string, readonly JsonObject[]>();
  #services: ReadonlyMap<string, KubeObject> = new Map();
  #generation = 0;
  #registration: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: AggregatorOptions) {
    this.#options = options;
  }

  /** Registers the own group versions, then follows changes until `close`. Resolves when the own ones are registered. */
  async start(): Promise<void> {
    const { store, registry, now } = this.#options;
    writeBuiltinServices(store, registry, timestamp({ now }));
    this.#read();
    const watch = store.watchAll(({ key, namespace }) => {
      if (key === KEY) this.#onApiServices();
      else if (TRIGGERS.has(key)) this.#onServices(namespace);
    });
    this.#ends.push(
      () => watch.close(),
      registry.onChange(() => this.#register()),
    );
    this.#register();
    await this.#registration;
    for (const name of this.#services.keys()) this.#check(name);
  }

  /** Ends all checks. */
  close(): void {
    this.#closed = true;
    for (const end of this.#ends) end();
    for (const { timer } of this.#checks.values()) clearTimeout(timer);
  }

  get generation(): number {
    return this.#generation;
  }

  /** The group versions of other servers, for discovery. */
  list(): readonly RemoteGroupVersion[] {
    return [...this.#services.values()].filter(isRemote).map((service) => {
      const { group = '', version, groupPriorityMinimum, versionPriority } = specOf(service);
      const name = service.metadata.name ?? '';
      return {
        group,
        version,
        priority: { group: groupPriorityMinimum, version: versionPriority },
        freshness: isAvailable(service) ? 'Current' : 'Stale',
        resources: this.#resources.get(name) ?? [],
      };
    });
  }

  /** Whoever answers for a group version in this server's place; undefined where this server does. */
  find(group: string, version: string): RemoteService | undefined {
    const service = this.#services.get(`${version}.${group}`);
    if (service === undefined) return undefined;
    const config = clientConfigOf(service);
    return config && { name: service.metadata.name ?? '', config, available: isAvailable(service) };
  }

  /** Names of group versions whose servers do not answer: what they hold is unknown. */
  unavailable(): readonly string[] {
    return this.list()
      .filter(({ freshness }) => freshness === 'Stale')
      .map(({ group, version }) => `${group}/${version}`);
  }

  #read(): void {
    const { items } = this.#options.store.list(KEY);
    this.#services = new Map(items.map(({ object }) => [object.metadata.name ?? '', object]));
    this.#generation += 1;
  }

  #onApiServices(): void {
    const before = this.#services;
    this.#read();
    for (const [name, service] of this.#services) {
      const known = before.get(name);
      // Also when only the status changed: an own write is then found to be what is to be said.
      if (known?.metadata.resourceVersion !== service.metadata.resourceVersion) this.#check(name);
    }
    for (const name of before.keys()) if (!this.#services.has(name)) this.#resources.delete(name);
    this.#register();
  }

  #onServices(namespace: string): void {
    for (const [name, service] of this.#services) {
      if (specOf(service).service?.namespace === namespace) this.#check(name);
    }
  }

  /** Adds and removes the APIServices of this server's own group versions, one pass at a time. */
  #register(): void {
    if (this.#closed) return;
    this.#registration = this.#registration
      .then(() => this.#registerAll())
      .catch((error: unknown) => this.#options.log?.({ event: 'APIServices not registered', error: String(error) }));
  }

  async #registerAll(): Promise<void> {
    const { registry, operations, store } = this.#options;
    const resource = registry.find('apiregistration.k8s.io', 'v1', 'apiservices');
    if (resource === undefined) return;
    const target = { resource, namespace: '' };
    const wanted = localApiServices(registry);
    for (const [name, body] of wanted) {
      if (store.get(KEY, '', name) === undefined) await operations.create(target, body, {}, CALLER).catch(unlessTaken);
    }
    for (const [name, service] of this.#services) {
      const managed = service.metadata.labels?.[MANAGED_LABEL] === 'true';
      if (managed && !wanted.has(name)) await operations.delete(target, name, {}, CALLER).catch(unlessGone);
    }
  }

  /** Checks an APIService soon; while a check runs, once more after it. */
  #check(name: string, delayMs = 0): void {
    if (this.#closed) return;
    const known = this.#checks.get(name) ?? { timer: undefined, failures: 0, again: false };
    clearTimeout(known.timer);
    known.timer = setTimeout(() => void this.#checkNow(name), delayMs);
    known.timer.unref();
    this.#checks.set(name, known);
  }

  async #checkNow(name: string): Promise<void> {
    const { store, outbound, now, log } = this.#options;
    const check = this.#checks.get(name);
    const service = store.get(KEY, '', name)?.object;
    if (check === undefined) return;
    if (service === undefined) {
      this.#checks.delete(name);
      return;
    }
    try {
      const availability = await availabilityOf(service, { store, outbound });
      const config = clientConfigOf(service);
      if (config && availability.status === 'True') await this.#discover(name, config, service);
      const next = withAvailability(service, availability, timestamp({ now }));
      if (next !== service) await this.#writeStatus(name, next);
      check.failures = availability.status === 'True' ? 0 : check.failures + 1;
      if (config) this.#check(name, check.failures === 0 ? LONGEST_MS : backOff(check.failures));
    } catch (error) {
      if (this.#closed) return;
      log?.({ event: 'APIService not checked', name, error: String(error) });
      check.failures += 1;
      this.#check(name, backOff(check.failures));
    }
  }

  async #discover(name: string, config: ClientConfig, service: KubeObject): Promise<void> {
    const { group = '', version } = specOf(service);
    const found = await remoteResources(this.#options.outbound, config, { group, version }).catch((error: unknown) => {
      this.#options.log?.({ event: 'discovery of an APIService failed', name, error: String(error) });
      return undefined;
    });
    if (found === undefined || JSON.stringify(found) === JSON.stringify(this.#resources.get(name))) return;
    this.#resources.set(name, found);
    this.#generation += 1;
  }

  async #writeStatus(name: string, next: KubeObject): Promise<void> {
    const resource = this.#options.registry.find('apiregistration.k8s.io', 'v1', 'apiservices') as ApiResource;
    const target = { resource, namespace: '', subresource: 'status' };
    await this.#options.operations.update(target, name, structuredClone(next), {}, CALLER).catch((error: unknown) => {
      // Somebody changed or deleted it meanwhile: that event brings the next check.
      if (!(error instanceof ApiError) || (error.code !== 409 && error.code !== 404)) throw error;
    });
  }
}

interface Spec {
  readonly group?: string;
  readonly version: string;
  readonly groupPriorityMinimum: number;
  readonly versionPriority: number;
  readonly service?: { readonly namespace: string; readonly name: string };
}

function specOf(service: KubeObject): Spec {
  return service['spec'] as unknown as Spec;
}

function isRemote(service: KubeObject): boolean {
  return specOf(service).service !== undefined;
}

function isAvailable(service: KubeObject): boolean {
  const { conditions = [] } = (service['status'] ?? {}) as { conditions?: { type: string; status: string }[] };
  return conditions.some(({ type, status }) => type === 'Available' && status === 'True');
}

function backOff(failures: number): number {
  return Math.min(RETRY_MS * 2 ** Math.min(failures, 10), LONGEST_MS);
}

function unlessTaken(error: unknown): void {
  if (!(error instanceof ApiError) || error.reason !== 'AlreadyExists') throw error;
}

function unlessGone(error: unknown): void {
  if (!(error instanceof ApiError) || error.code !== 404) throw error;
}
