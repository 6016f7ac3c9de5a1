import { applyObject } from '../apply/apply.ts';
import { type ManagedWrite as TrackedWrite, updateManagedFields } from '../apply/update.ts';
import type { Convert } from '../apply/versions.ts';
import { goDecode } from '../builtin/typed.ts';
import { apiVersionOf, type KubeObject, parseApiVersion } from '../model/object.ts';
import type { ResourceRegistry } from '../model/registry.ts';
import type { ApiResource } from '../model/resource.ts';

/** Who wrote what, for one write. */
export type ManagedWrite = Pick<TrackedWrite, 'resource' | 'subresource' | 'live' | 'manager' | 'now'>;

/** Keeps `metadata.managedFields` of the resources in a registry. What it returns belongs to the caller. */
export class FieldManagers {
  readonly #registry: ResourceRegistry;
  /** Objects of built-in types of which nothing is set, as Go writes them. */
  readonly #empty = new WeakMap<ApiResource, KubeObject>();

  constructor(registry: ResourceRegistry) {
    this.#registry = registry;
  }

  /** `next` with the managedFields that follow from what the manager changed. */
  update(write: ManagedWrite, next: KubeObject): KubeObject {
    return updateManagedFields({ ...this.#tracked(write), next });
  }

  /** Server-side apply: the merged object with its defaults. Throws 409 for fields of others without `force`, 400 and 500. */
  apply(write: ManagedWrite, configuration: KubeObject, force: boolean): KubeObject {
    const complete = (merged: KubeObject) => {
      write.resource.strategy.defaults(merged);
      return merged;
    };
    return applyObject({ ...this.#tracked(write), applied: configuration, force, complete });
  }

  #tracked(write: ManagedWrite): TrackedWrite {
    return { ...write, empty: this.#emptyOf(write.resource), convert: this.#converter(write.resource) };
  }

  #emptyOf(resource: ApiResource): KubeObject | undefined {
    if (resource.source === 'crd') return undefined;
    const known = this.#empty.get(resource);
    if (known) return known;
    const { group, version, kind } = resource;
    const empty: KubeObject = { apiVersion: apiVersionOf(group, version), kind, metadata: {} };
    goDecode(empty, { group, version, kind });
    this.#empty.set(resource, empty);
    return empty;
  }

  #converter(resource: ApiResource): Convert {
    return (object, apiVersion) => {
      const { group, version } = parseApiVersion(apiVersion);
      if (group !== resource.group) return undefined;
      const target = this.#registry.find(group, version, resource.resource);
      return target && { object: convertNow(object, resource, target, apiVersion), resource: target };
    };
  }
}

/**
 * The object in another version. Of custom resources only the version's name is changed, as the strategy None does: fields
 * that the other version does not have stay, and do not fit it then. What a conversion webhook would answer is not waited for.
 */
function convertNow(object: KubeObject, from: ApiResource, to: ApiResource, apiVersion: string): KubeObject {
  if (from.source === 'crd') return { ...object, apiVersion };
  const stored = from.convert ? from.convert.toStorage([object]) : [object];
  const converted = Array.isArray(stored) && to.convert ? to.convert.toThis(stored) : stored;
  const [one = object] = Array.isArray(converted) ? converted : [];
  return { ...one, apiVersion };
}
