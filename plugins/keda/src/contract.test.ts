import type { KubernetesObject } from '@capstan/plugin-api';
import { expect, test } from 'vitest';
import { checkAutoscale } from './check.ts';
import { renderAutoscale } from './render.ts';
import { aDeployment, anInput, REDIS } from './testing/builders.ts';
import { validateAutoscale } from './validate.ts';

// Each test has the id that contracts/autoscale.yaml gives to a feature: capability.yaml claims them by it.

const CPU = { type: 'cpu', metricType: 'Utilization', metadata: { value: '70' } };
const CRON = {
  type: 'cron',
  metadata: { timezone: 'Etc/UTC', start: '0 8 * * *', end: '0 18 * * *', desiredReplicas: '5' },
};

function scaledObject(spec: object): KubernetesObject {
  const input = anInput(spec, aDeployment({ requests: { cpu: '100m' } }));
  expect([...validateAutoscale(input.trait), ...checkAutoscale(input)]).toEqual([]);
  const found = renderAutoscale(input).find(({ kind }) => kind === 'ScaledObject');
  if (!found) throw new Error('an Autoscale renders a ScaledObject');
  return found;
}

test('autoscale/event-driven', () => {
  expect(scaledObject({ triggers: [REDIS] })['spec']).toMatchObject({
    scaleTargetRef: { kind: 'Deployment', name: 'frontend' },
    triggers: [REDIS],
  });
});

test('autoscale/resource-metrics', () => {
  expect(scaledObject({ triggers: [CPU] })['spec']).toMatchObject({ minReplicaCount: 1, triggers: [CPU] });
});

test('autoscale/schedule', () => {
  expect(scaledObject({ triggers: [CRON] })['spec']).toMatchObject({ triggers: [CRON] });
});

test('autoscale/scale-to-zero', () => {
  expect(scaledObject({ min: 0, triggers: [REDIS] })['spec']).toMatchObject({ minReplicaCount: 0 });
});

test('autoscale/fallback', () => {
  expect(scaledObject({ fallback: { replicas: 3 } })['spec']).toMatchObject({
    fallback: { failureThreshold: 3, replicas: 3 },
  });
});

test('autoscale/pause', () => {
  const before = scaledObject({ max: 7 });
  const paused = scaledObject({ max: 7, paused: true });
  expect(paused.metadata.annotations).toEqual({ 'autoscaling.keda.sh/paused': 'true' });
  expect(paused['spec']).toEqual(before['spec']);
});
