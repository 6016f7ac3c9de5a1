import type { KubernetesObject, ObjectReference } from '@capstan/plugin-api';

/** Name of the friendly trait's CRD and Definition. */
export const ROLLOUT_DEFINITION = 'rollouts.traits.capstan.dev';

/** Name of the raw trait's CRD and Definition. */
export const CANARY_DEFINITION = 'canaries.flagger.app';

/** API version of Flagger's kinds. */
export const FLAGGER_API_VERSION = 'flagger.app/v1beta1';

/** Flagger calls what it makes of a workload, of its scaler and of its Service `<name>-primary`. */
export const PRIMARY_SUFFIX = '-primary';

/** How a new version comes in. */
export type Strategy = 'canary' | 'ab-test' | 'blue-green';

/** Who splits the traffic; one of Flagger's providers. */
export type Provider = 'istio' | 'kubernetes' | 'knative';

/** What a header must be; the CRD sees to it that exactly one is there. */
interface TextMatch {
  readonly exact?: string;
  readonly prefix?: string;
  readonly regex?: string;
}

/** A question of the user's own to the metrics server. */
export interface MetricQuery {
  readonly name: string;
  readonly query: string;
  readonly min?: number;
  readonly max?: number;
}

/** Traffic that is made for the new version. */
export interface LoadTest {
  readonly path?: string;
  readonly requestsPerSecond?: number;
  readonly concurrency?: number;
  readonly command?: string;
}

/** Somebody who is asked over HTTP. */
export interface Webhook {
  readonly name: string;
  readonly type: string;
  readonly url: string;
  readonly timeout?: string;
  readonly retries?: number;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The user-level fields of a Rollout with their defaults; the CRD in crds/ describes each. */
export interface RolloutSpec {
  readonly strategy: Strategy;
  readonly stepWeight?: number;
  readonly stepWeights?: readonly number[];
  readonly maxWeight?: number;
  readonly iterations?: number;
  readonly match?: readonly { readonly headers: Readonly<Record<string, TextMatch>> }[];
  readonly interval: string;
  readonly threshold: number;
  readonly port?: number;
  readonly targetPort?: number | string;
  readonly metrics: {
    readonly successRate: number;
    readonly latencyMs: number;
    readonly queries?: readonly MetricQuery[];
  };
  readonly deadlineSeconds: number;
  readonly loadTest?: LoadTest;
  readonly webhooks?: readonly Webhook[];
  readonly skipAnalysis: boolean;
  readonly provider: 'auto' | Provider;
  readonly workloadRef?: Pick<ObjectReference, 'apiVersion' | 'kind' | 'name'>;
}

/** What a strategy's own fields are when nobody states them; not in the CRD, where they would stand beside any strategy. */
export const STRATEGY_DEFAULTS = { stepWeight: 10, maxWeight: 50, iterations: 10 } as const;

/** The spec of a Rollout that passed its CRD's schema, with the CRD's defaults where a file leaves fields out. */
export function rolloutSpec(trait: KubernetesObject): RolloutSpec {
  const spec = (trait['spec'] ?? {}) as Partial<RolloutSpec>;
  return {
    strategy: 'canary',
    interval: '1m',
    threshold: 5,
    deadlineSeconds: 600,
    skipAnalysis: false,
    provider: 'auto',
    ...spec,
    metrics: { successRate: 99, latencyMs: 500, ...spec.metrics },
  };
}

/** Seconds of a duration such as `30s` or `5m`; undefined where it is none. */
export function secondsOf(duration: string): number | undefined {
  const [, number, unit] = /^([1-9][0-9]*)(s|m)$/.exec(duration) ?? [];
  return number === undefined ? undefined : Number(number) * (unit === 'm' ? 60 : 1);
}
