import type { KubernetesObject } from '@capstan/base';

/** One change of the objects that an informer follows. `old` is what the cache held before. */
export interface InformerEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubernetesObject;
  readonly old?: KubernetesObject;
}

/** How many removed objects are remembered, so that a late answer to a write does not bring one back. */
const REMEMBERED = 1_000;

/** The last known state of a set of objects. Every method returns the changes, so that nobody is told anything twice. */
export class ObjectCache {
  readonly #objects = new Map<string, KubernetesObject>();
  /** Uids of removed objects, the oldest first. */
  readonly #removed = new Set<string>();
  /** What came by `learn` and has not been told by the cluster since: only that may be ahead of what the cluster tells. */
  readonly #learnt = new WeakSet<KubernetesObject>();

  get(name: string, namespace = ''): KubernetesObject | undefined {
    return this.#objects.get(`${namespace}/${name}`);
  }

  /** All objects, or those of one namespace. */
  list(namespace?: string): KubernetesObject[] {
    const all = [...this.#objects.values()];
    return namespace === undefined ? all : all.filter((object) => object.metadata.namespace === namespace);
  }

  /** Takes one object; no change when it is known in this version or, by `learn`, in a newer one. */
  put(object: KubernetesObject): InformerEvent[] {
    const key = keyOf(object);
    const old = this.#objects.get(key);
    if (old && this.#isAhead(old, object.metadata.resourceVersion)) return [];
    this.#objects.set(key, object);
    if (!old) return [{ type: 'ADDED', object }];
    if (old.metadata.resourceVersion === object.metadata.resourceVersion) return [];
    // Deleted and made again while nobody looked.
    if (old.metadata.uid !== object.metadata.uid)
      return [
        { type: 'DELETED', object: old, old },
        { type: 'ADDED', object },
      ];
    return [{ type: 'MODIFIED', object, old }];
  }

  /** Takes the answer to a write, which may come before or after the watch tells of it. */
  learn(object: KubernetesObject): InformerEvent[] {
    if (this.#removed.has(object.metadata.uid ?? '')) return [];
    const known = this.#objects.get(keyOf(object));
    if (known && !isLater(object, known.metadata.resourceVersion)) return [];
    this.#learnt.add(object);
    return this.put(object);
  }

  /** Drops one object. */
  remove(object: KubernetesObject): InformerEvent[] {
    this.#remember(object);
    const key = keyOf(object);
    const old = this.#objects.get(key);
    // Its name may be in use again already, by an object that was learnt.
    if (!old || (old.metadata.uid !== object.metadata.uid && this.#learnt.has(old))) return [];
    this.#objects.delete(key);
    return [{ type: 'DELETED', object, old }];
  }

  /** Makes the list of a version the whole content, but for what was learnt since. */
  replaceAll(objects: readonly KubernetesObject[], resourceVersion = ''): InformerEvent[] {
    const listed = new Set(objects.map(keyOf));
    const gone = this.list().filter((one) => !listed.has(keyOf(one)) && !this.#isAhead(one, resourceVersion));
    return [...gone.flatMap((object) => this.remove(object)), ...objects.flatMap((object) => this.put(object))];
  }

  #isAhead(object: KubernetesObject, of: string | undefined): boolean {
    return this.#learnt.has(object) && isLater(object, of);
  }

  #remember({ metadata: { uid } }: KubernetesObject): void {
    if (uid === undefined) return;
    this.#removed.add(uid);
    for (const oldest of this.#removed) {
      if (this.#removed.size <= REMEMBERED) return;
      this.#removed.delete(oldest);
    }
  }
}

/** Resource versions can be compared since Kubernetes 1.35 (KEP 5504). */
function isLater({ metadata: { resourceVersion } }: KubernetesObject, than: string | undefined): boolean {
  return Number(resourceVersion) > Number(than || Number.NaN);
}

function keyOf({ metadata: { namespace = '', name } }: KubernetesObject): string {
  return `${namespace}/${name}`;
}
