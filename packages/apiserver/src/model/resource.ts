import type { StatusCause } from './api-error.ts';
import type { KubeObject } from './object.ts';
import type { SchemaNode } from './schema.ts';

/** What a request may do with a resource. */
export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

/** Where the objects of a resource are kept. Several versions, and the two groups of Events, are views of one storage. */
export interface StorageType {
  /** Group, resource, version and kind in which objects are stored. */
  readonly group: string;
  readonly resource: string;
  readonly version: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** The key of a storage type, `resource.group`, as in `deployments.apps` and `pods.` for the core group. */
export function storageKey(type: Pick<StorageType, 'group' | 'resource'>): string {
  return `${type.resource}.${type.group}`;
}

/** One resource in one version: what a path such as `/apis/apps/v1/deployments` names. */
export interface ApiResource {
  readonly group: string;
  readonly version: string;
  /** Plural, as in paths. */
  readonly resource: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly Verb[];
  readonly source: 'built-in' | 'crd';
  readonly storage: StorageType;
  readonly schema: SchemaNode;
  readonly subresources: readonly ApiSubresource[];
  readonly strategy: Strategy;
  /** Columns of a CRD version (`additionalPrinterColumns`); built-in types have theirs in table/. */
  readonly printerColumns?: readonly PrinterColumn[];
  /** Fields beside metadata.name and metadata.namespace that a field selector may name, as dotted paths. */
  readonly selectableFields: readonly string[];
  /** Set while a CRD goes: nothing can be created any more. */
  readonly terminating?: boolean;
  /** Set where requests get a `Warning` header because this version is deprecated. */
  readonly deprecationWarning?: string;
  /** What discovery tells of the version that objects are stored in; built-in types only. */
  readonly storageVersionHash?: string;
  /** From the storage version to this one and back; absent where they are the same. CRD conversion webhooks are async. */
  readonly convert?: Conversion;
}

/** Changes the version of objects; changes nothing but what the version asks for. */
export interface Conversion {
  toThis(objects: readonly KubeObject[]): Promise<KubeObject[]> | KubeObject[];
  toStorage(objects: readonly KubeObject[]): Promise<KubeObject[]> | KubeObject[];
}

/** A subresource such as `status`, `scale`, `eviction`, `binding`, `token`, `log`. */
export interface ApiSubresource {
  readonly name: string;
  readonly verbs: readonly Verb[];
  /** Kind of its body where it is not the resource's own: `{group: 'autoscaling', version: 'v1', kind: 'Scale'}`. */
  readonly kind?: { readonly group: string; readonly version: string; readonly kind: string };
  /** Scale: where the numbers are in the object, as dotted paths without the leading dot. */
  readonly scale?: { readonly specReplicas: string; readonly statusReplicas: string; readonly selector?: string };
}

/** A CRD's printer column (apiextensions/v1 CustomResourceColumnDefinition). */
export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
  readonly jsonPath: string;
}

/** What a strategy may know of the request. */
export interface StrategyContext {
  /** Undefined for the object itself. */
  readonly subresource: string | undefined;
  /** Nothing will be stored, nor allocated. */
  readonly dryRun?: boolean;
  /** Now, as RFC 3339 with seconds. */
  readonly now: string;
  /** Reads another object, for references such as a Service's address in use. */
  readonly find: (
    storage: { group: string; resource: string },
    namespace: string,
    name: string,
  ) => KubeObject | undefined;
  readonly list: (storage: { group: string; resource: string }, namespace?: string) => readonly KubeObject[];
}

/**
 * The rules of one type, as in Kubernetes' `registry/<group>/<resource>/strategy.go`. All are synchronous; each may change
 * only the object it is given (`next`), which belongs to the request. Objects are in the version of the ApiResource.
 */
export interface Strategy {
  /** Defaults of the version; run on every decoded body and on every patched or applied result. */
  defaults(next: KubeObject): void;
  /** Resets what a creator may not set (status), sets what the server sets (clusterIP, phase, generation is generic). */
  prepareForCreate(next: KubeObject, context: StrategyContext): void;
  /** Puts back what this endpoint may not change: status for the object itself, all but status for `/status`. */
  prepareForUpdate(next: KubeObject, live: KubeObject, context: StrategyContext): void;
  /** All that is wrong with a new object: becomes 422 Invalid. */
  validate(next: KubeObject, context: StrategyContext): StatusCause[];
  /** All that is wrong with a change, the new object's own faults included. */
  validateUpdate(next: KubeObject, live: KubeObject, context: StrategyContext): StatusCause[];
  /** Texts for `Warning` headers. */
  warnings(next: KubeObject, live: KubeObject | undefined): string[];
  /** Whether `metadata.generation` goes up: by default when anything but metadata and status differs. */
  generationChanges(next: KubeObject, live: KubeObject): boolean;
  /** Top-level paths that this endpoint resets, which a manager therefore cannot own: `[['status']]`. */
  resetFields(subresource: string | undefined): readonly (readonly string[])[];
  /** Values of `selectableFields` for field selectors. */
  fieldValues(object: KubeObject): Record<string, string>;
  /** PUT on a name that does not exist creates it (Leases, Events, Endpoints, RBAC ...). */
  readonly createOnUpdate: boolean;
  /** An update without a resourceVersion is accepted (rest.AllowUnconditionalUpdate). */
  readonly unconditionalUpdate: boolean;
  /** Grace period in seconds of a deletion without one (Pods: 30 on a Node). Undefined: deleted at once. */
  gracePeriodSeconds?(object: KubeObject): number;
}
