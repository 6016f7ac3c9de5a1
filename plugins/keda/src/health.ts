import type { Condition, Health, KubernetesObject } from '@capstan/plugin-api';

/**
 * Health of an Autoscale from its live ScaledObject. Ready alone is not enough: without a metrics API KEDA reports
 * Ready and Active while nothing scales, and only HPAActive tells. That condition comes late and may be missing.
 */
export function autoscaleHealth(_trait: KubernetesObject, objects: readonly KubernetesObject[]): Health {
  const scaledObject = objects.find(({ kind }) => kind === 'ScaledObject');
  if (!scaledObject) return { status: 'progressing', reason: 'Creating', message: 'the ScaledObject is being created' };
  const condition = conditionsOf(scaledObject);
  const ready = condition('Ready');
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
  const autoscaler = condition('HPAActive');
  if (autoscaler?.status === 'False') return degraded(autoscaler, 'ready, but nothing scales');
  const active = condition('Active');
  if (active?.status === 'False') return { status: 'ready', reason: 'Idle', message: 'no trigger is active' };
  return { status: 'ready', reason: 'Scaling' };
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
