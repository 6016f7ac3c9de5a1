import { deepEqual } from '../model/equality.ts';
import { compact, conditionIn, type StatusCondition } from '../model/meta.ts';
import type { Autoscaler, AutoscalerStatus, Metric } from '../model/workload-types.ts';

/** What the autoscaler knows of its target: how many replicas it asks for, or why that is not known. */
export type ScaleFacts = { readonly replicas: number } | { readonly error: string };

/** The new status, and the size that the target is to get, if any. */
export interface AutoscalerPlan {
  readonly status: AutoscalerStatus;
  readonly rescaleTo?: number;
  readonly reason?: string;
}

type Telling = readonly [type: string, status: 'True' | 'False', reason: string, message: string];

/**
 * What the real controller does where no metrics are served: it says so, and only keeps the target within its limits
 * (podautoscaler reconcileAutoscaler).
 */
export function decideAutoscaler(autoscaler: Autoscaler, facts: ScaleFacts, time: string): AutoscalerPlan {
  const { spec, status = {} } = autoscaler;
  const conditions = [...(status.conditions ?? [])];
  const told = (...tellings: Telling[]) => tellings.reduce((all, one) => withTold(all, one, time), conditions);
  if ('error' in facts) {
    const message = `the HPA controller was unable to get the target's current scale: ${facts.error}`;
    const next = told(['AbleToScale', 'False', 'FailedGetScale', message]);
    return { status: { desiredReplicas: 0, ...status, currentMetrics: null, conditions: next } };
  }
  const { replicas } = facts;
  const { minReplicas = 1, maxReplicas } = spec;
  const before = compact({ currentReplicas: replicas || undefined, lastScaleTime: status.lastScaleTime });
  const able = [
    'AbleToScale',
    'True',
    'SucceededGetScale',
    "the HPA controller was able to get the target's current scale",
  ] as const;
  if (replicas === 0 && minReplicas !== 0) {
    const message = 'scaling is disabled since the replica count of the target is zero';
    const next = told(able, ['ScalingActive', 'False', 'ScalingDisabled', message]);
    return { status: { ...before, desiredReplicas: 0, currentMetrics: null, conditions: next } };
  }
  const wanted = Math.min(maxReplicas, Math.max(minReplicas, replicas));
  if (wanted !== replicas) {
    const message = `the HPA controller was able to update the target scale to ${wanted}`;
    const limit = replicas > maxReplicas ? 'above Spec.MaxReplicas' : 'below Spec.MinReplicas';
    const next = told(able, ['AbleToScale', 'True', 'SucceededRescale', message]);
    return {
      status: { ...before, desiredReplicas: wanted, currentMetrics: null, lastScaleTime: time, conditions: next },
      rescaleTo: wanted,
      reason: `Current number of replicas ${limit}`,
    };
  }
  const [reason, why] = failureOf(spec.metrics?.[0]);
  const message = `the HPA was unable to compute the replica count: ${why}`;
  const desiredReplicas = status.desiredReplicas ?? 0;
  const currentMetrics = (spec.metrics ?? []).map(() => ({ type: '' }));
  const next = told(able, ['ScalingActive', 'False', reason, message]);
  return { status: { ...before, desiredReplicas, currentMetrics, conditions: next } };
}

const MISSING = 'the server could not find the requested resource';

function failureOf(metric: Metric | undefined): readonly [string, string] {
  const resource = metric?.resource ?? metric?.containerResource;
  if (!metric || resource) {
    const name = resource?.name ?? 'cpu';
    const why = `unable to get metrics for resource ${name}: unable to fetch metrics from resource metrics API: ${MISSING} (get pods.metrics.k8s.io)`;
    const kind = metric?.containerResource ? 'FailedGetContainerResourceMetric' : 'FailedGetResourceMetric';
    return [kind, `failed to get ${name} ${usageOf(metric)}: ${why}`];
  }
  const name = (metric.pods ?? metric.object ?? metric.external)?.metric.name ?? '';
  const custom = `unable to fetch metrics from custom metrics API: ${MISSING} (get ${name}.custom.metrics.k8s.io)`;
  if (metric.pods) return ['FailedGetPodsMetric', `unable to get metric ${name}: ${custom}`];
  if (metric.object) return ['FailedGetObjectMetric', `unable to get metric ${name}: ${custom}`];
  const external = `unable to fetch metrics from external metrics API: ${MISSING} (get ${name}.external.metrics.k8s.io)`;
  return ['FailedGetExternalMetric', `unable to get external metric ${name}: ${external}`];
}

/** A metric with a target of percent is about utilization, any other about usage. */
function usageOf(metric: Metric | undefined): string {
  const target = (metric?.resource ?? metric?.containerResource) as { target?: { type?: string } } | undefined;
  return target?.target?.type === 'AverageValue' ? 'usage' : 'utilization';
}

function withTold(known: StatusCondition[], [type, status, reason, message]: Telling, time: string): StatusCondition[] {
  const before = conditionIn(known, type);
  const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? time) : time;
  const next = { type, status, lastTransitionTime, reason, message };
  return before ? known.map((one) => (one === before ? next : one)) : [...known, next];
}

/** Whether two statuses say the same. */
export function sameStatus(one: AutoscalerStatus | undefined, other: AutoscalerStatus): boolean {
  const plain = ({ currentMetrics, ...rest }: AutoscalerStatus) => ({ ...rest, currentMetrics: currentMetrics ?? [] });
  return one !== undefined && deepEqual(plain(one), plain(other));
}
