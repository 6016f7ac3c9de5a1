import type { KubernetesObject, Logger } from '@capstan/base';
import type { InformerEvent, KubeClient, WorkQueue } from '@capstan/kube';
import { type ApplicationConfiguration, type Component, OAM_LABELS } from '@capstan/oam-model';
import type { ContributionRegistry } from '../plugins/contributions.ts';
import { usedKinds } from './observe.ts';
import { same } from './plain.ts';
import { type BaseKind, Watches } from './watches.ts';

/** Options of `Wakes`. */
export interface WakesOptions {
  readonly client: KubeClient;
  readonly contributions: ContributionRegistry;
  /** Takes `<namespace>/<name>` of applications. */
  readonly queue: WorkQueue;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Knows which change concerns which applications, and puts those into the queue. */
export class Wakes {
  readonly watches: Watches;
  readonly #client: KubeClient;
  readonly #queue: WorkQueue;
  readonly #forget: () => void;
  /** The last state of applications that were deleted, until what they made is deleted too. */
  readonly #deleted = new Map<string, ApplicationConfiguration[]>();
  /** uids of applications that are being deleted without what they made. */
  readonly #orphaning = new Set<string>();

  constructor({ client, contributions, queue, log, signal }: WakesOptions) {
    this.#client = client;
    this.#queue = queue;
    this.watches = new Watches({
      client,
      log,
      signal,
      onBase: (kind, event) => this.#onBase(kind, event),
      onChild: (object) => this.#onChild(object),
    });
    this.#forget = contributions.onChange(() => this.#wakeAll());
  }

  /** Applications of this key that were deleted, as they were last. */
  deleted(key: string): readonly ApplicationConfiguration[] {
    return this.#deleted.get(key) ?? [];
  }

  /** What the deleted applications of this key made is gone. */
  forgetDeleted(key: string): void {
    this.#deleted.delete(key);
  }

  /** Resolves when the watches have ended after the signal. */
  async stopped(): Promise<void> {
    this.#forget();
    await this.watches.stopped();
  }

  #onBase(kind: BaseKind, event: InformerEvent): void {
    switch (kind) {
      case 'application':
        this.#onApplication(event);
        break;
      case 'component':
        if (hasNewSpec(event)) this.#wakeUsersOf(event.object);
        break;
      case 'crd':
        this.#client.discovery.invalidate();
        this.#wakeUsersOfKind(event.object);
        break;
      default:
        if (hasNewSpec(event)) this.#wakeAll();
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

  #onChild({ metadata: { namespace, labels } }: KubernetesObject): void {
    const name = labels?.[OAM_LABELS.application];
    if (name) this.#queue.add(`${namespace ?? ''}/${name}`);
  }

  /** All applications of the namespace that name the component, not just the first. */
  #wakeUsersOf({ metadata: { name, namespace } }: KubernetesObject): void {
    for (const application of this.watches.applications(namespace) as ApplicationConfiguration[]) {
      const named = application.spec.components.some(({ componentName }) => componentName === name);
      if (named) this.#queue.add(keyOf(application));
    }
  }

  #wakeUsersOfKind(crd: KubernetesObject): void {
    const { group, names } = crd['spec'] as { group: string; names: { kind: string } };
    for (const application of this.watches.applications() as ApplicationConfiguration[]) {
      const kinds = usedKinds(application, this.#componentsOf(application));
      const uses = kinds.some(({ apiVersion, kind }) => kind === names.kind && apiVersion.startsWith(`${group}/`));
      if (uses) this.#queue.add(keyOf(application));
    }
  }

  #wakeAll(): void {
    for (const application of this.watches.applications()) this.#queue.add(keyOf(application));
  }

  #componentsOf({ metadata: { namespace }, spec }: ApplicationConfiguration): Map<string, Component> {
    const found = spec.components.flatMap(({ componentName }) => {
      const component = this.watches.component(namespace, componentName ?? '');
      return component ? [[component.metadata.name, component as Component] as const] : [];
    });
    return new Map(found);
  }
}

function keyOf({ metadata: { name, namespace } }: KubernetesObject): string {
  return `${namespace ?? ''}/${name}`;
}

/** Status writes, most of them our own, do not count. */
function hasNewSpec({ type, object, old }: InformerEvent): boolean {
  return type !== 'MODIFIED' || object.metadata.generation !== old?.metadata.generation;
}

/** Labels and annotations of the application are passed on to workloads and traits. */
function hasNewMetadata({ object, old }: InformerEvent): boolean {
  const passedOn = (metadata: KubernetesObject['metadata'] | undefined) => ({
    labels: metadata?.labels,
    annotations: metadata?.annotations,
    deletionTimestamp: metadata?.deletionTimestamp,
  });
  return !same(passedOn(object.metadata), passedOn(old?.metadata));
}
