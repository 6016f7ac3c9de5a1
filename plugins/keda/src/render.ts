import type { KubernetesObject, TraitRenderInput } from '@capstan/plugin-api';
import { isKnativeService, withKnativeAnnotations } from './knative.ts';
import { waitsForOwnScaler } from './scalers.ts';
import { type AutoscaleSpec, autoscaleSpec, isResourceTrigger, KEDA_API_VERSION, type Trigger } from './spec.ts';

/** The workload without `spec.replicas`: KEDA's autoscaler owns that field from now on. */
export function withoutReplicas(workload: KubernetesObject): KubernetesObject {
  const { replicas: _, ...spec } = (workload['spec'] ?? {}) as { readonly replicas?: number };
  return { ...workload, spec };
}

/** The workload as an Autoscale needs it: without replicas, or a Knative Service with Knative's own annotations. */
export function shapeForAutoscale(workload: KubernetesObject, trait: KubernetesObject): KubernetesObject {
  return isKnativeService(workload) ? withKnativeAnnotations(workload, trait) : withoutReplicas(workload);
}

/**
 * The ScaledObject of an Autoscale, named like the workload, after the TriggerAuthentication that it may need; nothing for a
 * Knative Service, and nothing yet while a scaler of a trait that was taken off is still there.
 */
export function renderAutoscale(input: TraitRenderInput): KubernetesObject[] {
  if (isKnativeService(input.workload) || waitsForOwnScaler(input)) return [];
  const spec = autoscaleSpec(input.trait);
  const scaledObject = scaledObjectOf(input, spec);
  return spec.auth ? [triggerAuthenticationOf(input, spec.auth), scaledObject] : [scaledObject];
}

function scaledObjectOf({ target, context, workload }: TraitRenderInput, spec: AutoscaleSpec): KubernetesObject {
  const { idleReplicas, fallback } = spec;
  const { name } = workload.metadata;
  return {
    apiVersion: KEDA_API_VERSION,
    kind: 'ScaledObject',
    metadata: {
      name,
      namespace: context.namespace,
      ...(spec.paused ? { annotations: { 'autoscaling.keda.sh/paused': 'true' } } : {}),
    },
    spec: {
      // Nothing but these three: a uid is an unknown field to KEDA's schema.
      scaleTargetRef: { apiVersion: target.apiVersion, kind: target.kind, name: target.name },
      minReplicaCount: spec.min,
      maxReplicaCount: spec.max,
      pollingInterval: spec.pollingInterval,
      cooldownPeriod: spec.cooldownPeriod,
      ...(idleReplicas === undefined ? {} : { idleReplicaCount: idleReplicas }),
      ...(fallback ? { fallback: { failureThreshold: fallback.failureThreshold, replicas: fallback.replicas } } : {}),
      ...(spec.restoreReplicasOnDelete ? { advanced: { restoreToOriginalReplicaCount: true } } : {}),
      triggers: spec.triggers.map((trigger) => triggerOf(trigger, spec.auth ? name : undefined)),
    },
  };
}

function triggerOf(trigger: Trigger, ownAuthentication: string | undefined) {
  const { type, name, metadata, authRef } = trigger;
  // KEDA has no default for these two and refuses the trigger without it.
  const metricType = trigger.metricType ?? (isResourceTrigger(trigger) ? 'Utilization' : undefined);
  const takesSecrets = ownAuthentication !== undefined && !isResourceTrigger(trigger) && type !== 'cron';
  const reference = authRef ?? (takesSecrets ? { name: ownAuthentication } : undefined);
  return {
    type,
    ...(name === undefined ? {} : { name }),
    metadata,
    ...(metricType === undefined ? {} : { metricType }),
    ...(reference ? { authenticationRef: { kind: 'TriggerAuthentication', ...reference } } : {}),
  };
}

function triggerAuthenticationOf(
  { context, workload }: TraitRenderInput,
  auth: NonNullable<AutoscaleSpec['auth']>,
): KubernetesObject {
  return {
    apiVersion: KEDA_API_VERSION,
    kind: 'TriggerAuthentication',
    metadata: { name: workload.metadata.name, namespace: context.namespace },
    spec: { secretTargetRef: auth.map(({ parameter, secret, key }) => ({ parameter, name: secret, key })) },
  };
}
