import type { KubernetesObject } from '@capstan/plugin-api';

/** Name of the friendly workload's CRD and Definition. */
export const SERVERLESS_DEFINITION = 'serverlesses.workloads.capstan.dev';

/** Name of the Definition of Knative's own Service. */
export const SERVICE_DEFINITION = 'services.serving.knative.dev';

/** API version of Knative's kinds for users. */
export const SERVING_API_VERSION = 'serving.knative.dev/v1';

/** What decides how many copies run. */
export type ScaleMetric = 'concurrency' | 'rps' | 'cpu' | 'memory';

/** One environment variable: a value, or the key of a Secret. */
export interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string;
  readonly fromSecret?: { readonly name: string; readonly key: string };
}

/** The share of one revision; without a name the newest ready one is meant. */
export interface TrafficShare {
  readonly revision?: string;
  readonly percent: number;
  readonly tag?: string;
}

/** The user-level fields of a Serverless with their defaults; the CRD in crds/ describes each. */
export interface ServerlessSpec {
  readonly image: string;
  readonly port: number;
  readonly env?: readonly EnvironmentVariable[];
  readonly cpu: string;
  readonly memory: string;
  readonly minScale: number;
  readonly maxScale: number;
  readonly metric: ScaleMetric;
  readonly target?: number;
  readonly concurrency: number;
  readonly timeoutSeconds: number;
  readonly visibility: 'public' | 'cluster-local';
  readonly traffic?: readonly TrafficShare[];
}

/** The spec of a Serverless that passed its CRD's schema, with the CRD's defaults where a file leaves fields out. */
export function serverlessSpec(workload: KubernetesObject): ServerlessSpec {
  return {
    image: '',
    port: 8080,
    cpu: '100m',
    memory: '128Mi',
    minScale: 0,
    maxScale: 10,
    metric: 'concurrency',
    concurrency: 0,
    timeoutSeconds: 300,
    visibility: 'public',
    ...(workload['spec'] as Partial<ServerlessSpec> | undefined),
  };
}
