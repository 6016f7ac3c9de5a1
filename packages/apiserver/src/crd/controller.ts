import type { KubeObject } from '../model/object.ts';
import type { ResourceRegistry } from '../model/registry.ts';
import { storageKey } from '../model/resource.ts';
import { sameJson } from '../schema/json.ts';
import { RevisionMismatch, type Store, type StoredObject, type StoreEvent } from '../storage/store.ts';
import type { ConversionCaller } from './conversion.ts';
import { CRD_TYPE, type Crd, type CrdStatus, conditionIsTrue, withCondition } from './definition.ts';
import { decideNames, usedNames } from './names.ts';
import { customResources } from './resources.ts';

const KEY = storageKey(CRD_TYPE);

/** What the controller works with. */
export interface CrdControllerParts {
  readonly store: Store;
  readonly registry: ResourceRegistry;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Calls conversion webhooks; absent: conversions by webhook fail. */
  readonly convert?: ConversionCaller;
  /** Records who wrote the status; gets the new and the old object. */
  readonly manage?: (next: KubeObject, live: KubeObject) => KubeObject;
  /**
   * Called after what a CRD serves has changed or gone, with the key of its objects: the real server ends their watches
   * then, so that clients begin anew (apiextensions customresource_handler.go removeStorage_locked).
   */
  readonly onServedChange?: (key: string) => void;
}

/**
 * Gives CRDs their names, sets NamesAccepted and Established, and publishes their versions in the registry: all within
 * the write that creates or changes a CRD, so that its kind is served when that write is answered. CRDs that are there
 * already are served when this returns. Instances of deleted CRDs are removed elsewhere (deletion/); a deleted CRD
 * is served until it is gone, but nothing can be created.
 */
export function startCrdController(parts: CrdControllerParts): { close(): void } {
  const controller = new CrdController(parts);
  const subscription = parts.store.watch(KEY, parts.store.revision, (event) => controller.handle(event));
  for (const stored of parts.store.list(KEY).items) controller.sync(stored);
  return subscription;
}

/** What decides how a CRD is served. */
interface Published {
  readonly spec: Crd['spec'];
  readonly names: CrdStatus['acceptedNames'];
  readonly terminating: boolean;
}

class CrdController {
  readonly #parts: CrdControllerParts;
  /** What is published by CRD: its spec and the facts of status and metadata that matter. */
  readonly #published = new Map<string, Published>();

  constructor(parts: CrdControllerParts) {
    this.#parts = parts;
  }

  handle(event: StoreEvent): void {
    if (event.type !== 'DELETED') {
      this.sync(event.current);
      return;
    }
    this.#publish(event.name, undefined);
    // Its names are free now.
    this.#syncGroup((event.current.object as Crd).spec.group, event.name);
  }

  sync(stored: StoredObject): void {
    const name = stored.object.metadata.name ?? '';
    const crd = this.#named(stored);
    if (crd) this.#publish(name, crd);
  }

  #syncGroup(group: string, except: string): void {
    for (const stored of this.#parts.store.list(KEY).items) {
      const crd = stored.object as Crd;
      if (crd.spec.group === group && crd.metadata.name !== except) this.sync(stored);
    }
  }

  /** The CRD with its names decided and written; undefined where a newer state is on its way. */
  #named(stored: StoredObject): Crd | undefined {
    const crd = stored.object as Crd;
    const others = this.#parts.store.list(KEY).items.map((one) => one.object as Crd);
    const { names, accepted, established } = decideNames(crd, usedNames(crd.spec.group, others));
    const now = `${new Date(this.#parts.now()).toISOString().slice(0, 19)}Z`;
    const conditions = withCondition(withCondition(crd.status?.conditions ?? [], accepted, now), established, now);
    const status: CrdStatus = { conditions, acceptedNames: names, storedVersions: crd.status?.storedVersions ?? [] };
    if (sameJson(status, crd.status)) return crd;
    const next = { ...crd, metadata: { ...crd.metadata }, status };
    return this.#write(stored, next) ? this.#afterNaming(crd, next) : undefined;
  }

  #afterNaming(before: Crd, after: Crd): Crd {
    const freed =
      !sameJson(before.status?.acceptedNames, after.status?.acceptedNames) && before.status?.acceptedNames?.plural;
    if (freed) this.#syncGroup(after.spec.group, after.metadata.name ?? '');
    return after;
  }

  #write(stored: StoredObject, next: Crd): boolean {
    const object = this.#parts.manage?.(next, stored.object) ?? next;
    try {
      const name = stored.object.metadata.name ?? '';
      this.#parts.store.write({ key: KEY, namespace: '', name, expected: stored.revision, object });
      return true;
    } catch (error) {
      // Someone wrote in between; their event comes next.
      if (error instanceof RevisionMismatch) return false;
      throw error;
    }
  }

  #publish(name: string, crd: Crd | undefined): void {
    const served = crd && conditionIsTrue(crd, 'Established') ? crd : undefined;
    const facts = served && {
      spec: served.spec,
      names: served.status?.acceptedNames,
      terminating: conditionIsTrue(served, 'Terminating'),
    };
    const before = this.#published.get(name);
    if (sameJson(before, facts)) return;
    if (facts) this.#published.set(name, facts);
    else this.#published.delete(name);
    const { registry, convert, onServedChange } = this.#parts;
    registry.setCustom(name, served ? customResources(served, { ...(convert && { convert }) }) : []);
    const isSame = facts && sameJson(before?.spec, facts.spec) && sameJson(before?.names, facts.names);
    if (before && !isSame)
      onServedChange?.(storageKey({ group: before.spec.group, resource: before.spec.names.plural }));
  }
}
