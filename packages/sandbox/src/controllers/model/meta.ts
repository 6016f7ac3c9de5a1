import type { JsonObject, KubernetesObject, ObjectMeta, OwnerReference } from '@capstan/base';

/** A status condition as workload controllers write it; which of the times there are depends on the kind. */
export interface StatusCondition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
  lastUpdateTime?: string;
  lastProbeTime?: string | null;
  observedGeneration?: number;
}

/** meta/v1 LabelSelector. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly LabelRequirement[];
}

/** meta/v1 LabelSelectorRequirement. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values?: readonly string[];
}

/** core/v1 PodTemplateSpec. */
export interface PodTemplate {
  readonly metadata?: Partial<Pick<ObjectMeta, 'labels' | 'annotations' | 'finalizers'>>;
  readonly spec: JsonObject;
}

/** `25%` or a number (intstr.IntOrString). */
export type IntOrPercent = number | string;

/** `namespace/name`, or `/name` for cluster-scoped objects: what queues hold. */
export function keyOf({ metadata: { namespace = '', name } }: KubernetesObject): string {
  return `${namespace}/${name}`;
}

/** Namespace and name of a key. */
export function partsOf(key: string): { namespace: string; name: string } {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** The owner that manages the object, if it has one. */
export function controllerOf(object: KubernetesObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find(({ controller }) => controller === true);
}

/** A reference that makes `owner` the controller of an object. */
export function controllerReference({ apiVersion, kind, metadata }: KubernetesObject): OwnerReference {
  const { name, uid = '' } = metadata;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}

/** Whether somebody has asked for the object's deletion. */
export function isDeleting(object: KubernetesObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}

/** metav1.Time: RFC 3339 in whole seconds. */
export function toTime(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19)}Z`;
}

/** Milliseconds of a metav1.Time; 0 for none. */
export function fromTime(time: string | null | undefined): number {
  return time ? Date.parse(time) : 0;
}

/** The condition of a type. */
export function conditionIn(
  conditions: readonly StatusCondition[] | undefined,
  type: string,
): StatusCondition | undefined {
  return conditions?.find((one) => one.type === type);
}

/** An object type whose fields that may be undefined are optional instead. */
export type Compacted<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The object without the fields that are undefined: what JSON would keep. */
export function compact<T extends object>(object: T): Compacted<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Compacted<T>;
}
