import type { KubernetesObject } from '@capstan/base';

/** One change of the objects that an informer follows. `old` is what the cache held before. */
export interface InformerEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubernetesObject;
  readonly old?: KubernetesObject;
}

/** The last known state of a set of objects. Every method returns the changes, so that nobody is told anything twice. */
export class ObjectCache {
  readonly #objects = new Map<string, KubernetesObject>();

  get(name: string, namespace = ''): KubernetesObject | undefined {
    return this.#objects.get(`${namespace}/${name}`);
  }

  /** All objects, or those of one namespace. */
  list(namespace?: string): KubernetesObject[] {
    const all = [...this.#objects.values()];
    return namespace === undefined ? all : all.filter((object) => object.metadata.namespace === namespace);
  }

  /** Takes one object; no change when it is known in this version. */
  put(object: KubernetesObject): InformerEvent[] {
    const key = keyOf(object);
    const old = this.#objects.get(key);
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

  /** Drops one object. */
  remove(object: KubernetesObject): InformerEvent[] {
    const key = keyOf(object);
    const old = this.#objects.get(key);
    if (!old) return [];
    this.#objects.delete(key);
    return [{ type: 'DELETED', object, old }];
  }

  /** Makes this list the whole content. */
  replaceAll(objects: readonly KubernetesObject[]): InformerEvent[] {
    const listed = new Set(objects.map(keyOf));
    const gone = this.list().filter((object) => !listed.has(keyOf(object)));
    return [...gone.flatMap((object) => this.remove(object)), ...objects.flatMap((object) => this.put(object))];
  }
}

function keyOf({ metadata: { namespace = '', name } }: KubernetesObject): string {
  return `${namespace}/${name}`;
}
