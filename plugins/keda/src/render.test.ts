import { expect, test } from 'vitest';
import { renderAutoscale, withoutReplicas } from './render.ts';
import { aDeployment, anInput, REDIS } from './testing/builders.ts';

test('the least Autoscale renders one ScaledObject with every default stated', () => {
  expect(renderAutoscale(anInput())).toEqual([
    {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata: { name: 'frontend', namespace: 'shop' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'frontend' },
        minReplicaCount: 1,
        maxReplicaCount: 10,
        pollingInterval: 30,
        cooldownPeriod: 300,
        triggers: [REDIS],
      },
    },
  ]);
});

test.each<[string, object, object]>([
  ['min and max', { min: 0, max: 4 }, { spec: { minReplicaCount: 0, maxReplicaCount: 4 } }],
  ['pollingInterval', { pollingInterval: 5 }, { spec: { pollingInterval: 5 } }],
  ['cooldownPeriod', { cooldownPeriod: 0 }, { spec: { cooldownPeriod: 0 } }],
  ['idleReplicas', { idleReplicas: 0 }, { spec: { idleReplicaCount: 0 } }],
  ['fallback', { fallback: { replicas: 2 } }, { spec: { fallback: { failureThreshold: 3, replicas: 2 } } }],
  [
    'fallback.failureThreshold',
    { fallback: { replicas: 2, failureThreshold: 7 } },
    { spec: { fallback: { failureThreshold: 7, replicas: 2 } } },
  ],
  ['paused', { paused: true }, { metadata: { annotations: { 'autoscaling.keda.sh/paused': 'true' } } }],
  [
    'restoreReplicasOnDelete',
    { restoreReplicasOnDelete: true },
    { spec: { advanced: { restoreToOriginalReplicaCount: true } } },
  ],
  [
    'a trigger with name and metricType',
    { triggers: [{ ...REDIS, name: 'jobs', metricType: 'Value' }] },
    { spec: { triggers: [{ ...REDIS, name: 'jobs', metricType: 'Value' }] } },
  ],
  [
    'a trigger with authRef',
    { triggers: [{ ...REDIS, authRef: { name: 'mine', kind: 'ClusterTriggerAuthentication' } }] },
    { spec: { triggers: [{ authenticationRef: { name: 'mine', kind: 'ClusterTriggerAuthentication' } }] } },
  ],
])('%s reaches the ScaledObject', (_field, spec, expected) => {
  const [scaledObject] = renderAutoscale(anInput(spec));
  expect(scaledObject).toMatchObject(expected);
});

test('what is not asked for is not stated', () => {
  const [scaledObject] = renderAutoscale(anInput({ paused: false, restoreReplicasOnDelete: false }));
  expect(scaledObject?.metadata).not.toHaveProperty('annotations');
  expect(Object.keys(scaledObject?.['spec'] as object)).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/advanced|fallback|idleReplicaCount/)]),
  );
});

test('auth renders a TriggerAuthentication first, for the triggers that can use it', () => {
  const cpu = { type: 'cpu', metadata: { value: '70' } };
  const cron = { type: 'cron', metadata: {} };
  const other = { ...REDIS, authRef: { name: 'other' } };
  const auth = [{ parameter: 'password', secret: 'redis', key: 'pass' }];
  const [authentication, scaledObject] = renderAutoscale(anInput({ triggers: [REDIS, cpu, cron, other], auth }));
  expect(authentication).toEqual({
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'TriggerAuthentication',
    metadata: { name: 'frontend', namespace: 'shop' },
    spec: { secretTargetRef: [{ parameter: 'password', name: 'redis', key: 'pass' }] },
  });
  expect(scaledObject?.['spec']).toMatchObject({
    triggers: [
      { ...REDIS, authenticationRef: { kind: 'TriggerAuthentication', name: 'frontend' } },
      cpu,
      cron,
      { ...REDIS, authenticationRef: { kind: 'TriggerAuthentication', name: 'other' } },
    ],
  });
});

test('the workload loses its replicas, and the one that was given keeps them', () => {
  const workload = { ...aDeployment(), spec: { replicas: 3, paused: false } };
  expect(withoutReplicas(workload)['spec']).toEqual({ paused: false });
  expect(workload.spec.replicas).toBe(3);
});

// KEDA: "unknown metric type: , allowed values are 'Utilization' or 'AverageValue'".
test('the kind of a cpu or memory metric is always stated, as percent by default', () => {
  const metadata = { value: '70' };
  const triggers = [{ type: 'cpu', metadata }, { type: 'memory', metadata, metricType: 'AverageValue' }, REDIS];
  const [scaledObject] = renderAutoscale(anInput({ triggers }));
  expect(scaledObject).toMatchObject({
    spec: { triggers: [{ metricType: 'Utilization' }, { metricType: 'AverageValue' }, REDIS] },
  });
});
