import type { KubernetesObject, TraitRenderInput } from '@capstan/plugin-api';
import { waitsForOwnScaler } from '../scalers.ts';
import { KEDA_API_VERSION } from '../spec.ts';
import { planOf } from './plan.ts';
import { schedulesOf } from './spec.ts';

/**
 * The ScaledObject of a CronScale, named like the workload. What the schedules say holds at their times: without the
 * five minutes that Kubernetes waits before it takes replicas away, and without KEDA's five before it stops the last one.
 * Nothing yet while a scaler of a trait that was taken off is still there.
 */
export function renderCronScale(input: TraitRenderInput): KubernetesObject[] {
  const { trait, target, context, workload } = input;
  const plan = planOf(schedulesOf(trait));
  if ('problems' in plan || waitsForOwnScaler(input)) return [];
  return [
    {
      apiVersion: KEDA_API_VERSION,
      kind: 'ScaledObject',
      metadata: { name: workload.metadata.name, namespace: context.namespace },
      spec: {
        scaleTargetRef: { apiVersion: target.apiVersion, kind: target.kind, name: target.name },
        minReplicaCount: plan.base,
        maxReplicaCount: plan.most,
        pollingInterval: 30,
        cooldownPeriod: 0,
        advanced: {
          horizontalPodAutoscalerConfig: { behavior: { scaleDown: { stabilizationWindowSeconds: 0 } } },
        },
        triggers: plan.triggers,
      },
    },
  ];
}
