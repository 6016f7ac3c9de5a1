import type { KubernetesObject, ObjectReference } from '@capstan/plugin-api';

/** Name of the friendly trait's CRD and Definition. */
export const AUTOSCALE_DEFINITION = 'autoscales.traits.capstan.dev';

/** API version of KEDA's kinds. */
export const KEDA_API_VERSION = 'keda.sh/v1alpha1';

/** KEDA makes `keda-hpa-<name>` of a ScaledObject's name, and an autoscaler's name may have 63 characters. */
export const LONGEST_NAME = 54;

/** Something that KEDA watches. */
export interface Trigger {
  readonly type: string;
  readonly name?: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly metricType?: 'AverageValue' | 'Value' | 'Utilization';
  readonly authRef?: { readonly name: string; readonly kind?: string };
}

/** A trigger's parameter that comes from a Secret. */
interface SecretParameter {
  readonly parameter: string;
  readonly secret: string;
  readonly key: string;
}

/** The user-level fields of an Autoscale with their defaults; the CRD in crds/ describes each. */
export interface AutoscaleSpec {
  readonly min: number;
  readonly max: number;
  readonly triggers: readonly Trigger[];
  readonly pollingInterval: number;
  readonly cooldownPeriod: number;
  readonly idleReplicas?: number;
  readonly fallback?: { readonly failureThreshold: number; readonly replicas: number };
  readonly auth?: readonly SecretParameter[];
  readonly paused: boolean;
  readonly restoreReplicasOnDelete: boolean;
  readonly workloadRef?: Pick<ObjectReference, 'apiVersion' | 'kind' | 'name'>;
}

/** The spec of an Autoscale that passed its CRD's schema, with the CRD's defaults where a file leaves fields out. */
export function autoscaleSpec(trait: KubernetesObject): AutoscaleSpec {
  const spec = (trait['spec'] ?? {}) as Partial<AutoscaleSpec>;
  const { fallback } = spec;
  return {
    min: 1,
    max: 10,
    triggers: [],
    pollingInterval: 30,
    cooldownPeriod: 300,
    paused: false,
    restoreReplicasOnDelete: false,
    ...spec,
    ...(fallback ? { fallback: { ...fallback, failureThreshold: fallback.failureThreshold ?? 3 } } : {}),
  };
}

/** Whether a trigger measures the replicas themselves, through the resource metrics API. */
export function isResourceTrigger({ type }: Trigger): boolean {
  return type === 'cpu' || type === 'memory';
}
