import type { KubernetesObject } from '@capstan/base';
import type { InformerEvent } from '@capstan/kube';
import { COMPONENT_LABEL, type ComponentRevision } from './snapshot.ts';

/** The snapshots of each component, so that looking at one component costs nothing for the others. */
export class RevisionIndex {
  readonly #byComponent = new Map<string, Map<string, ComponentRevision>>();

  /** Takes a change of a snapshot. Returns the component (`namespace/name`) that it is of. */
  take({ type, object, old }: InformerEvent): string | undefined {
    const before = old && componentOf(old);
    const component = componentOf(object);
    if (before !== undefined && before !== component) this.#remove(before, object);
    if (component === undefined) return undefined;
    if (type === 'DELETED') {
      this.#remove(component, object);
      return component;
    }
    const known = this.#byComponent.get(component) ?? new Map<string, ComponentRevision>();
    known.set(object.metadata.name, object as ComponentRevision);
    this.#byComponent.set(component, known);
    return component;
  }

  /** The snapshots of a component, in no order. */
  of(component: string): ComponentRevision[] {
    return [...(this.#byComponent.get(component)?.values() ?? [])];
  }

  #remove(component: string, { metadata }: KubernetesObject): void {
    const known = this.#byComponent.get(component);
    known?.delete(metadata.name);
    if (known?.size === 0) this.#byComponent.delete(component);
  }
}

function componentOf({ metadata: { namespace, labels } }: KubernetesObject): string | undefined {
  const name = labels?.[COMPONENT_LABEL];
  return name === undefined ? undefined : `${namespace ?? ''}/${name}`;
}
