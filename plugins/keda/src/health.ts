import type { ClusterView, Condition, Health, KubernetesObject, ObjectReference } from '@capstan/plugin-api';
import { isKnativeService } from './knative.ts';
import { otherScalers } from './scalers.ts';
import { isResourceTrigger, type Trigger } from './spec.ts';

const AUTOSCALER = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' };
const RESOURCE_METRICS = {
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  name: 'v1beta1.metrics.k8s.io',
};
const SERVICE = { apiVersion: 'v1', kind: 'Service' };

/** Kinds that health looks at beside the scalers. */
export const HEALTH_KINDS = [
  { apiVersion: RESOURCE_METRICS.apiVersion, kind: RESOURCE_METRICS.kind },
  SERVICE,
] as const;

/**
 * Health of a trait that scales with KEDA, from its live ScaledObject. Ready alone is not enough: without a metrics API,
 * with a second scaler on the same target and with a trigger that nobody answers KEDA reports Ready and Active while
 * nothing scales as it should. What tells is the condition HPAActive, which comes late and may be missing, and the
 * autoscaler that KEDA made. On a Knative Service there is no ScaledObject: Knative scales.
 */
export function scalingHealth(
  trait: KubernetesObject,
  objects: readonly KubernetesObject[],
  cluster: ClusterView,
): Health {
  const { workloadRef } = (trait['spec'] ?? {}) as { readonly workloadRef?: ObjectReference };
  if (workloadRef && isKnativeService(workloadRef)) return { status: 'ready', reason: 'ScaledByKnative' };
  const scaledObject = objects.find(({ kind }) => kind === 'ScaledObject');
  if (!scaledObject) return { status: 'progressing', reason: 'Creating', message: 'the ScaledObject is being created' };
  const condition = conditionsOf(scaledObject);
  const ready = condition('Ready');
  const twice = scaledTwice(scaledObject, cluster);
  if (twice) return twice;
  const paused = condition('Paused')?.status === 'True';
  if (paused && ready?.status !== 'False') {
    return { status: 'ready', reason: 'Paused', message: 'scaling is paused on purpose' };
  }
  // KEDA writes Unknown conditions first, and again when the object changes.
  if (!ready || (ready.status === 'Unknown' && ready.reason !== 'PartialTriggerError')) {
    return { status: 'progressing', reason: 'Initializing', message: 'KEDA has not looked at the ScaledObject yet' };
  }
  if (ready.status !== 'True') return degraded(ready, 'KEDA cannot scale');
  const fallback = condition('Fallback');
  if (fallback?.status === 'True') return degraded(fallback, 'a trigger cannot be read; the fallback replicas run');
  const broken =
    deadAddress(scaledObject, cluster) ??
    notMeasured(scaledObject, cluster) ??
    notScaling(scaledObject, cluster, condition('HPAActive'));
  if (broken) return broken;
  const active = condition('Active');
  if (active?.status === 'False') return { status: 'ready', reason: 'Idle', message: 'no trigger is active' };
  return { status: 'ready', reason: 'Scaling' };
}

function scaledTwice(scaledObject: KubernetesObject, cluster: ClusterView): Health | undefined {
  const { scaleTargetRef } = specOf(scaledObject);
  if (!scaleTargetRef?.name) return undefined;
  const target = { apiVersion: 'apps/v1', kind: 'Deployment', ...scaleTargetRef, name: scaleTargetRef.name };
  const [other] = otherScalers(cluster, scaledObject, target);
  if (!other) return undefined;
  const message = `${target.kind} ${target.name} is scaled by ${other.kind} ${other.metadata.name} too, and only one may`;
  return { status: 'degraded', reason: 'ScaledTwice', message };
}

/** Nothing scales: KEDA says so, or the autoscaler that it made does. One that is switched off at 0 replicas is well. */
function notScaling(
  scaledObject: KubernetesObject,
  cluster: ClusterView,
  byKeda: Condition | undefined,
): Health | undefined {
  const { name, namespace = 'default' } = scaledObject.metadata;
  const { hpaName = `keda-hpa-${name}` } = (scaledObject['status'] ?? {}) as { readonly hpaName?: string };
  const autoscaler = cluster.get({ ...AUTOSCALER, namespace, name: hpaName });
  const byAutoscaler = autoscaler && conditionsOf(autoscaler)('ScalingActive');
  const stopped = [byAutoscaler, byKeda].find((one) => one?.status === 'False' && one.reason !== 'ScalingDisabled');
  return stopped && degraded(stopped, 'ready, but nothing scales');
}

/** Nobody measures cpu and memory. The autoscaler says so only after its first look, and in words that name no remedy. */
function notMeasured(scaledObject: KubernetesObject, cluster: ClusterView): Health | undefined {
  const { triggers = [] } = specOf(scaledObject);
  if (!triggers.some(isResourceTrigger) || servesResourceMetrics(cluster)) return undefined;
  const message =
    'nothing scales on cpu or memory: nothing serves metrics.k8s.io here; install what does, as metrics-server, with capstan cap install metrics-server';
  return { status: 'degraded', reason: 'NoResourceMetrics', message };
}

function servesResourceMetrics(cluster: ClusterView): boolean {
  const api = cluster.get(RESOURCE_METRICS);
  return api !== undefined && conditionsOf(api)('Available')?.status !== 'False';
}

/** A Prometheus that is asked by the name of a Service that does not exist; KEDA is Ready with it, and stays idle. */
function deadAddress(scaledObject: KubernetesObject, cluster: ClusterView): Health | undefined {
  const { triggers = [] } = specOf(scaledObject);
  for (const { type, metadata } of triggers) {
    const address = type === 'prometheus' ? metadata['serverAddress'] : undefined;
    const [, name, namespace] = /^https?:\/\/([^./:]+)\.([^./:]+)\.svc([./:]|$)/.exec(address ?? '') ?? [];
    if (name === undefined || namespace === undefined || cluster.get({ ...SERVICE, name, namespace })) continue;
    const message = `trigger ${type} asks ${address}, and there is no Service ${namespace}/${name}`;
    return { status: 'degraded', reason: 'NoSuchService', message };
  }
  return undefined;
}

function specOf(scaledObject: KubernetesObject) {
  return (scaledObject['spec'] ?? {}) as {
    readonly scaleTargetRef?: { readonly apiVersion?: string; readonly kind?: string; readonly name?: string };
    readonly triggers?: readonly Trigger[];
  };
}

function degraded({ type, reason, message }: Condition, meaning: string): Health {
  return {
    status: 'degraded',
    reason: reason || `${type}Degraded`,
    message: message ? `${meaning}: ${message}` : meaning,
  };
}

function conditionsOf(object: KubernetesObject): (type: string) => Condition | undefined {
  const { conditions = [] } = (object['status'] ?? {}) as { readonly conditions?: readonly Condition[] };
  return (type) => conditions.find((one) => one.type === type);
}
