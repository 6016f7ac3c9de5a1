import type { Stored } from './stored.ts';

/** One object of a type and where it is. `stored` is replaced by writes. */
export interface IndexEntry {
  /** `namespace/name`, or the name alone where there is no namespace. */
  readonly path: string;
  readonly namespace: string;
  readonly name: string;
  stored: Stored;
}

/** The key of an object within its type; its order is that of etcd's keys. */
export function objectPath(namespace: string, name: string): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}

/**
 * The objects of one type, found by path and held in order of their paths. A sorted array: inserting moves pointers, which
 * for ten thousand objects takes microseconds, and a page of a list is a slice.
 */
export class TypeIndex {
  readonly #byPath = new Map<string, IndexEntry>();
  readonly #sorted: IndexEntry[] = [];

  get size(): number {
    return this.#sorted.length;
  }

  get(path: string): IndexEntry | undefined {
    return this.#byPath.get(path);
  }

  /** The states at the positions `[start, end)`. */
  states(start: number, end: number): Stored[] {
    const states: Stored[] = [];
    for (let position = start; position < end; position += 1)
      states.push((this.#sorted[position] as IndexEntry).stored);
    return states;
  }

  /** All entries in order. */
  entries(): readonly IndexEntry[] {
    return this.#sorted;
  }

  /** The entry at a position in the order. */
  at(position: number): IndexEntry | undefined {
    return this.#sorted[position];
  }

  /** Adds the object or replaces its state. */
  set(namespace: string, name: string, stored: Stored): void {
    const path = objectPath(namespace, name);
    const present = this.#byPath.get(path);
    if (present) {
      present.stored = stored;
      return;
    }
    const entry = { path, namespace, name, stored };
    this.#byPath.set(path, entry);
    const last = this.#sorted.at(-1);
    if (!last || last.path < path) this.#sorted.push(entry);
    else this.#sorted.splice(this.firstAtOrAfter(path), 0, entry);
  }

  delete(path: string): void {
    if (this.#byPath.delete(path)) this.#sorted.splice(this.firstAtOrAfter(path), 1);
  }

  /** Position of the first entry whose path is not before `path`. */
  firstAtOrAfter(path: string): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sorted[middle] as IndexEntry).path < path) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Positions `[start, end)` of a namespace, or of everything. */
  range(namespace: string | undefined): readonly [start: number, end: number] {
    if (namespace === undefined || namespace === '') return [0, this.#sorted.length];
    // '0' is the character after '/': every path of the namespace is before it.
    return [this.firstAtOrAfter(`${namespace}/`), this.firstAtOrAfter(`${namespace}0`)];
  }
}
