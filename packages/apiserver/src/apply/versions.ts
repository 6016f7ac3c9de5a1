import { type KubeObject, parseApiVersion } from '../model/object.ts';
import type { ApiResource, Strategy } from '../model/resource.ts';
import { type Atom, atomOf } from './atoms.ts';
import { FieldSet } from './field-set.ts';
import { fieldStep } from './path-element.ts';
import type { TypedObject, Versions } from './updater.ts';
import { validateTyped } from './validate.ts';

/** What managed fields need to know of a resource. */
export type ManagedType = Pick<ApiResource, 'group' | 'version' | 'kind' | 'schema' | 'source'> & {
  readonly strategy: Pick<Strategy, 'resetFields'>;
};

/**
 * Brings an object to another version of its type, for managers that wrote in that version: the object and that version's
 * resource, or undefined where the version does not exist any more. Must not change the object.
 */
export type Convert = (
  object: KubeObject,
  apiVersion: string,
) => { readonly object: KubeObject; readonly resource: Pick<ApiResource, 'schema'> } | undefined;

/** What the updater knows of a resource: one request converts the same object to the same version only once. */
export class ResourceVersions implements Versions {
  readonly #convert: Convert | undefined;
  readonly #resource: ManagedType;
  readonly #reset: FieldSet | undefined;
  readonly #resetsAllVersions: boolean;
  readonly #converted = new Map<string, WeakMap<object, TypedObject>>();

  constructor(resource: ManagedType, subresource: string | undefined, convert: Convert | undefined) {
    this.#resource = resource;
    this.#convert = convert;
    const paths = resource.strategy.resetFields(subresource);
    this.#reset = paths.length === 0 ? undefined : resetSet(paths);
    // The main endpoint of a custom resource resets fields of its own version only (customresource/strategy.go).
    this.#resetsAllVersions = resource.source === 'built-in' || subresource !== undefined;
  }

  /** The version of requests. */
  get apiVersion(): string {
    const { group, version } = this.#resource;
    return group === '' ? version : `${group}/${version}`;
  }

  get #atom(): Atom {
    return atomOf(this.#resource.schema);
  }

  /** An object in the version of requests. */
  typed(value: KubeObject): TypedObject {
    return { apiVersion: this.apiVersion, atom: this.#atom, value };
  }

  /** Throws SchemaMismatch where the converted object does not fit, or repeats items. */
  convert(object: TypedObject, apiVersion: string): TypedObject | undefined {
    if (object.apiVersion === apiVersion) return object;
    const cache = this.#converted.get(apiVersion) ?? new WeakMap<object, TypedObject>();
    this.#converted.set(apiVersion, cache);
    const known = cache.get(object.value);
    if (known) return known;
    const found = this.#convertNow(object, apiVersion);
    if (found) cache.set(object.value, found);
    return found;
  }

  #convertNow({ value }: TypedObject, apiVersion: string): TypedObject | undefined {
    const converted = this.#convert?.(value, apiVersion);
    if (!converted) return undefined;
    const atom = atomOf(converted.resource.schema);
    validateTyped(atom, converted.object, false);
    return { apiVersion, atom, value: converted.object };
  }

  resetFields(apiVersion: string): FieldSet | undefined {
    return this.#resetsAllVersions || apiVersion === this.apiVersion ? this.#reset : undefined;
  }
}

const resetSets = new Map<string, FieldSet>();

function resetSet(paths: readonly (readonly string[])[]): FieldSet {
  const key = JSON.stringify(paths);
  const known = resetSets.get(key);
  if (known) return known;
  const set = FieldSet.of(...paths.map((path) => path.map(fieldStep)));
  resetSets.set(key, set);
  return set;
}

/** `group/version, Kind=kind`, as messages name types: `/v1, Kind=Pod` in the core group. */
export function kindText(object: Pick<KubeObject, 'apiVersion' | 'kind'>): string {
  const { group, version } = parseApiVersion(object.apiVersion);
  return `${group}/${version}, Kind=${object.kind}`;
}
