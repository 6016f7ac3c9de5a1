import type { KubernetesObject } from '@capstan/plugin-api';
import { expect, test } from 'vitest';
import { autoscaleHealth } from './health.ts';
import { anAutoscale } from './testing/builders.ts';

type Given = Record<string, [status: string, reason?: string, message?: string]>;

function aScaledObject(conditions: Given): KubernetesObject {
  const list = Object.entries(conditions).map(([type, [status, reason = type, message = '']]) => ({
    ...{ type, status, reason, message },
  }));
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name: 'a' },
    status: { conditions: list },
  };
}

const READY: Given = { Ready: ['True'], Active: ['True'] };

/** Conditions as KEDA 2.20.2 writes them. */
test.each<[string, Given, string, string]>([
  ['nothing written yet', {}, 'progressing', 'Initializing'],
  ['its initial conditions', { Ready: ['Unknown', ''], Active: ['Unknown', ''] }, 'progressing', 'Initializing'],
  ['active', READY, 'ready', 'Scaling'],
  ['idle', { ...READY, Active: ['False', 'ScalerNotActive'] }, 'ready', 'Idle'],
  ['cooling down', { ...READY, Active: ['False', 'ScalerCooldown'] }, 'ready', 'Idle'],
  ['paused', { ...READY, Active: ['Unknown'], Paused: ['True', 'ScaledObjectPaused'] }, 'ready', 'Paused'],
  ['paused before the first look', { Ready: ['Unknown', ''], Paused: ['True'] }, 'ready', 'Paused'],
  ['at zero', { ...READY, HPAActive: ['True', 'ScalingDisabled'] }, 'ready', 'Scaling'],
  ['a failed check', { Ready: ['False', 'ScaledObjectCheckFailed'] }, 'degraded', 'ScaledObjectCheckFailed'],
  ['a failed trigger', { Ready: ['False', 'TriggerError'] }, 'degraded', 'TriggerError'],
  ['one trigger of several failed', { Ready: ['Unknown', 'PartialTriggerError'] }, 'degraded', 'PartialTriggerError'],
  ['the fallback', { ...READY, Fallback: ['True', 'FallbackExists'] }, 'degraded', 'FallbackExists'],
  [
    'ready while nothing scales',
    { ...READY, HPAActive: ['False', 'FailedGetResourceMetric'] },
    'degraded',
    'FailedGetResourceMetric',
  ],
])('%s', (_what, conditions, status, reason) => {
  expect(autoscaleHealth(anAutoscale(), [aScaledObject(conditions)])).toMatchObject({ status, reason });
});

test("KEDA's words are passed on", () => {
  const object = aScaledObject({ Ready: ['False', 'TriggerError', 'no such host redis'] });
  expect(autoscaleHealth(anAutoscale(), [object]).message).toBe('KEDA cannot scale: no such host redis');
});

test('without a ScaledObject it is being made', () => {
  expect(autoscaleHealth(anAutoscale(), [])).toMatchObject({ status: 'progressing', reason: 'Creating' });
});
