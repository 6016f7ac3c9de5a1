/** A value that JSON can carry. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** A JSON object of unknown keys. */
export type JsonObject = Record<string, unknown>;

/** metav1.OwnerReference. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** The part of metav1.ObjectMeta that Capstan reads or writes. */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  generateName?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string | null;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  managedFields?: JsonObject[];
}

/** Any Kubernetes object, as the API server sends it. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [key: string]: unknown;
}

/** A kind of object. `apiVersion` is `group/version`, or `v1` for the core group. */
export interface KindReference {
  readonly apiVersion: string;
  readonly kind: string;
}

/** One object. `namespace` is absent for cluster-scoped kinds. */
export interface ObjectReference extends KindReference {
  readonly name: string;
  readonly namespace?: string;
}

/** metav1.Condition. */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  lastTransitionTime: string;
  observedGeneration?: number;
}

/** The reference to an object that was read or rendered. */
export function referenceTo(object: KubernetesObject): ObjectReference {
  const { name, namespace } = object.metadata;
  const { apiVersion, kind } = object;
  return namespace === undefined ? { apiVersion, kind, name } : { apiVersion, kind, name, namespace };
}

/** `kind/name` or `kind/namespace/name` with the kind in lower case: how messages name an object. */
export function describeObject(reference: ObjectReference): string {
  const kind = reference.kind.toLowerCase();
  return reference.namespace ? `${kind}/${reference.namespace}/${reference.name}` : `${kind}/${reference.name}`;
}

/** The API group of an apiVersion; empty for the core group. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}
