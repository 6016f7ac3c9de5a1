import type { KubernetesObject } from '@capstan/base';
import type { InformerEvent } from '@capstan/kube';
import { keyOf } from './objects.ts';

/** The objects of an informer by the value of a label, so that nobody looks through all of them. */
export class LabelIndex {
  readonly #label: string;
  readonly #objects = new Map<string, Map<string, KubernetesObject>>();

  constructor(label: string) {
    this.#label = label;
  }

  /** Takes one change of the informer. */
  take({ type, object, old }: InformerEvent): void {
    const before = old?.metadata.labels?.[this.#label];
    if (old && before !== undefined) this.#remove(before, keyOf(old));
    const value = object.metadata.labels?.[this.#label];
    if (type === 'DELETED' || value === undefined) return;
    const found = this.#objects.get(value) ?? new Map<string, KubernetesObject>();
    this.#objects.set(value, found.set(keyOf(object), object));
  }

  /** The objects whose label has this value. */
  of(value: string): KubernetesObject[] {
    return [...(this.#objects.get(value)?.values() ?? [])];
  }

  #remove(value: string, key: string): void {
    const found = this.#objects.get(value);
    found?.delete(key);
    if (found?.size === 0) this.#objects.delete(value);
  }
}
