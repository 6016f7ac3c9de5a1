import { type Clock, type KubernetesObject, referenceTo } from '@capstan/base';
import type { InformerEvent, InformerHub, KubeClient, WorkQueue } from '@capstan/kube';
import { type ApplicationConfiguration, type Component, type Definition, OAM_LABELS } from '@capstan/oam-model';
import type { ContributionRegistry } from '../plugins/contributions.ts';
import { isStillIn } from '../scopes/index.ts';
import type { BaseKind } from './base-watches.ts';
import { type CapabilitySource, EVERY_CAPABILITY } from './capabilities.ts';
import { isListedAnew, listKeysOf } from './cluster-view.ts';
import type { Concern } from './concerns.ts';
import { objectKey } from './names.ts';
import { same } from './plain.ts';
import { Watches } from './watches.ts';

/** Options of `Wakes`. */
export interface WakesOptions {
  readonly client: KubeClient;
  readonly hub: InformerHub;
  readonly contributions: ContributionRegistry;
  /** Takes `<namespace>/<name>` of applications. */
  readonly queue: WorkQueue;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly applyOnceOnly: boolean;
  /** What the cluster can do; nothing when absent. */
  readonly capabilities?: CapabilitySource;
}

/** How long changes of objects are gathered before an application is looked at. */
const TOGETHER_MS = 20;

/** The same for what is listed: one new object may concern every application, and many come at once. */
const LISTED_TOGETHER_MS = 200;

/** Knows which change concerns which applications, and puts those into the queue, and no others. */
export class Wakes {
  readonly watches: Watches;
  readonly #queue: WorkQueue;
  readonly #forget: readonly (() => void)[];
  /** The last state of applications that were deleted, until what they made is deleted too. */
  readonly #deleted = new Map<string, ApplicationConfiguration[]>();
  /** uids of applications that are being deleted without what they made. */
  readonly #orphaning = new Set<string>();
  /** The application whose own write is being taken into the caches: what it wrote is no news to it. */
  #learning: string | undefined;

  constructor({ queue, capabilities, ...options }: WakesOptions) {
    this.#queue = queue;
    this.watches = new Watches({
      ...options,
      capabilities: () => capabilities?.current() ?? {},
      onBase: (kind, event) => this.#onBase(kind, event),
      onObject: (event) => this.#onObject(event),
    });
    const onCapability = (contract: string) => {
      for (const key of [contract, EVERY_CAPABILITY]) this.#wake('capabilities', key);
    };
    this.#forget = [
      options.contributions.onChange((definition) => this.#wake('definitions', definition)),
      ...(capabilities ? [capabilities.onChange(onCapability)] : []),
    ];
  }

  /** Applications of this key that were deleted, as they were last. */
  deleted(key: string): readonly ApplicationConfiguration[] {
    return this.#deleted.get(key) ?? [];
  }

  /** Whether an application is being deleted without what it made. */
  isOrphaning({ metadata: { uid = '', finalizers } }: ApplicationConfiguration): boolean {
    return (finalizers?.includes('orphan') ?? false) || this.#orphaning.has(uid);
  }

  /** What the deleted applications of this key made is gone. */
  forgetDeleted(key: string): void {
    this.#deleted.delete(key);
  }

  /** Takes the answer to a write of an application's pass into the caches without waking that application. */
  learn(key: string, object: KubernetesObject): void {
    this.#learning = key;
    try {
      this.watches.learn(object);
    } finally {
      this.#learning = undefined;
    }
  }

  /** Hears of changes no more. */
  stop(): void {
    for (const forget of this.#forget) forget();
    this.watches.base.release();
  }

  #onBase(kind: BaseKind, event: InformerEvent): void {
    switch (kind) {
      case 'application':
        this.#onApplication(event);
        break;
      case 'component':
        if (hasNewSpec(event) || hasNewRevision(event)) this.#wake('components', keyOf(event.object));
        break;
      case 'crd':
        this.#onCrd(event.object);
        break;
      default:
        if (hasNewSpec(event) || hasNewMetadata(event)) this.#onDefinition(event.object as Definition);
    }
  }

  #onApplication(event: InformerEvent): void {
    const application = event.object as ApplicationConfiguration;
    const key = keyOf(application);
    const { uid = '', finalizers } = application.metadata;
    // Deleted with --cascade=orphan: what it made is to stay.
    if (finalizers?.includes('orphan')) this.#orphaning.add(uid);
    const orphaned = event.type === 'DELETED' && this.#orphaning.delete(uid);
    if (event.type === 'DELETED' && !orphaned) this.#deleted.set(key, [...this.deleted(key), application]);
    if (hasNewSpec(event) || hasNewMetadata(event)) this.#queue.add(key);
  }

  #onDefinition({ metadata, spec }: Definition): void {
    for (const name of new Set([metadata.name, spec.definitionRef?.name ?? ''])) this.#wake('definitions', name);
  }

  #onCrd(crd: KubernetesObject): void {
    const { group, names } = crd['spec'] as { group: string; names: { kind: string } };
    this.#wake('kinds', `${group}/${names.kind}`);
    this.#wake('definitions', crd.metadata.name);
  }

  #onObject(event: InformerEvent): void {
    const { object, old } = event;
    for (const { metadata } of old ? [object, old] : [object]) {
      const name = metadata.labels?.[OAM_LABELS.application];
      if (name) this.#addSoon(`${metadata.namespace ?? ''}/${name}`);
      for (const { uid } of metadata.ownerReferences ?? []) this.#wakeSoon('owners', uid);
    }
    const { concerns } = this.watches;
    for (const application of concerns.usersOf('objects', objectKey(referenceTo(object)))) {
      if (!this.#isMoot(application, event)) this.#addSoon(application);
    }
    if (concerns.has('lists')) this.#onListed(event);
  }

  #onListed(event: InformerEvent): void {
    const { object, old } = event;
    const { concerns } = this.watches;
    const keys = new Set((old ? [object, old] : [object]).flatMap(listKeysOf));
    const users = new Set([...keys].flatMap((key) => [...concerns.usersOf('lists', key)]));
    if (users.size === 0 || !isListedAnew(event)) return;
    for (const application of users) this.#addSoon(application, LISTED_TOGETHER_MS);
  }

  /** Whether it is nothing to an application that one of its scopes changed. */
  #isMoot(key: string, { type, object }: InformerEvent): boolean {
    if (type !== 'MODIFIED') return false;
    const path = this.watches.workloadRefsPath(object);
    const slash = key.indexOf('/');
    const application = path && this.watches.base.application(key.slice(0, slash), key.slice(slash + 1));
    return application ? isStillIn(application, object, path) : false;
  }

  /** A change of objects seldom comes alone. */
  #addSoon(application: string, delayMs = TOGETHER_MS): void {
    if (application !== this.#learning) this.#queue.addAfter(application, delayMs);
  }

  #wakeSoon(concern: Concern, key: string): void {
    for (const application of this.watches.concerns.usersOf(concern, key)) this.#addSoon(application);
  }

  #wake(concern: Concern, key: string): void {
    for (const application of this.watches.concerns.usersOf(concern, key)) this.#add(application);
  }

  #add(application: string): void {
    if (application !== this.#learning) this.#queue.add(application);
  }
}

/** The key of an application or component: `<namespace>/<name>`. */
export function keyOf({ metadata: { name, namespace } }: KubernetesObject): string {
  return `${namespace ?? ''}/${name}`;
}

/** Status writes, most of them our own, do not count. */
function hasNewSpec({ type, object, old }: InformerEvent): boolean {
  return type !== 'MODIFIED' || object.metadata.generation !== old?.metadata.generation;
}

/** A component's revision exists now, or cannot be made: until then nothing of its newest spec is applied. */
function hasNewRevision({ object, old }: InformerEvent): boolean {
  const revision = (component: KubernetesObject | undefined) => {
    const status = (component as Component | undefined)?.status;
    const failed = status?.conditions?.some((one) => one.type === 'Synced' && one.status === 'False') ?? false;
    return { latest: status?.latestRevision, observed: status?.observedGeneration, failed };
  };
  return !same(revision(object), revision(old));
}

/** Labels and annotations of the application are passed on to workloads and traits; rules look at those of Definitions. */
function hasNewMetadata({ object, old }: InformerEvent): boolean {
  const passedOn = (metadata: KubernetesObject['metadata'] | undefined) => ({
    labels: metadata?.labels,
    annotations: metadata?.annotations,
    deletionTimestamp: metadata?.deletionTimestamp,
    finalizers: metadata?.finalizers,
  });
  return !same(passedOn(object.metadata), passedOn(old?.metadata));
}
