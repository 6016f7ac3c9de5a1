import type { KubernetesObject } from '@capstan/plugin-api';
import { expect, test } from 'vitest';
import { copyLeftBehind } from './scaler.ts';

const aCanary = (autoscalerRef?: object): KubernetesObject => ({
  apiVersion: 'flagger.app/v1beta1',
  kind: 'Canary',
  metadata: { name: 'frontend', namespace: 'shop' },
  spec: { ...(autoscalerRef ? { autoscalerRef } : {}) } as KubernetesObject['spec'],
});

const SCALED = { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', name: 'frontend' };
const HPA = { apiVersion: 'autoscaling/v2beta2', kind: 'HorizontalPodAutoscaler', name: 'frontend' };
const COPY = { ...SCALED, namespace: 'shop', name: 'frontend-primary' };
const HPA_COPY = { ...HPA, apiVersion: 'autoscaling/v2', namespace: 'shop', name: 'frontend-primary' };

test.each<[string, object | undefined, object | undefined, object[]]>([
  ['is taken off', SCALED, undefined, [COPY]],
  ['is another kind now', SCALED, HPA, [COPY]],
  ['has another name now', SCALED, { ...SCALED, name: 'busy' }, [COPY]],
  ['was of an older version', HPA, undefined, [HPA_COPY]],
  ['is stated without its version', { kind: 'ScaledObject', name: 'frontend' }, undefined, [COPY]],
  ['stays', SCALED, SCALED, []],
  ['comes', undefined, SCALED, []],
  ['was never there', undefined, undefined, []],
])('Flagger leaves the copy of a scaler behind that %s', (_what, before, now, expected) => {
  expect(copyLeftBehind(aCanary(before), aCanary(now))).toEqual(expected);
});

test('of anything but a Canary there is none', () => {
  const other = { ...aCanary(SCALED), kind: 'MetricTemplate' };
  expect(copyLeftBehind(other, other)).toEqual([]);
});
