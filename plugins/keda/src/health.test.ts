import { type ClusterView, EMPTY_CLUSTER, type KubernetesObject } from '@capstan/plugin-api';
import { expect, test } from 'vitest';
import { scalingHealth } from './health.ts';
import { aCluster, anAutoscale } from './testing/builders.ts';

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
  expect(scalingHealth(anAutoscale(), [aScaledObject(conditions)], EMPTY_CLUSTER)).toMatchObject({ status, reason });
});

test("KEDA's words are passed on", () => {
  const object = aScaledObject({ Ready: ['False', 'TriggerError', 'no such host redis'] });
  expect(scalingHealth(anAutoscale(), [object], EMPTY_CLUSTER).message).toBe('KEDA cannot scale: no such host redis');
});

test('without a ScaledObject it is being made', () => {
  expect(scalingHealth(anAutoscale(), [], EMPTY_CLUSTER)).toMatchObject({ status: 'progressing', reason: 'Creating' });
});

const TARGET = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };

function aScaler(apiVersion: string, kind: string, name: string, more: object = {}): KubernetesObject {
  return { apiVersion, kind, metadata: { name, namespace: 'shop' }, spec: { scaleTargetRef: TARGET }, ...more };
}

const OURS: KubernetesObject = {
  ...aScaledObject(READY),
  ...aScaler('keda.sh/v1alpha1', 'ScaledObject', 'web'),
};

function told(cluster: ClusterView, scaledObject = OURS) {
  return scalingHealth(anAutoscale(), [scaledObject], cluster);
}

test('two ScaledObjects on one target are both degraded, and so is one beside an autoscaler of somebody else', () => {
  const other = aScaler('keda.sh/v1alpha1', 'ScaledObject', 'web-too');
  expect(told(aCluster(OURS, other))).toEqual({
    status: 'degraded',
    reason: 'ScaledTwice',
    message: 'Deployment web is scaled by ScaledObject web-too too, and only one may',
  });
  expect(told(aCluster(OURS, aScaler('autoscaling/v2', 'HorizontalPodAutoscaler', 'web')))).toMatchObject({
    reason: 'ScaledTwice',
  });
});

test("KEDA's own autoscaler, one for another target, one elsewhere and one that is going are no second scaler", () => {
  const owner = { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', name: 'web', uid: 'u' };
  const autoscaler = aScaler('autoscaling/v2', 'HorizontalPodAutoscaler', 'keda-hpa-web');
  const made = { ...autoscaler, metadata: { ...autoscaler.metadata, ownerReferences: [owner] } };
  const elsewhere = { ...autoscaler, metadata: { name: 'web', namespace: 'other' } };
  const going = {
    ...autoscaler,
    metadata: { name: 'old', namespace: 'shop', deletionTimestamp: '2026-01-01T00:00:00Z' },
  };
  const primary = aScaler('keda.sh/v1alpha1', 'ScaledObject', 'web-primary', {
    spec: { scaleTargetRef: { ...TARGET, name: 'web-primary' } },
  });
  expect(told(aCluster(OURS, made, elsewhere, going, primary))).toMatchObject({ status: 'ready' });
});

test('what the autoscaler that KEDA made says counts, but for being switched off at no replicas', () => {
  const saying = (reason: string) =>
    told(
      aCluster(
        OURS,
        aScaler('autoscaling/v2', 'HorizontalPodAutoscaler', 'keda-hpa-web', {
          spec: {},
          status: { conditions: [{ type: 'ScalingActive', status: 'False', reason, message: 'no answer' }] },
        }),
      ),
    );
  expect(saying('FailedGetExternalMetric')).toMatchObject({ status: 'degraded', reason: 'FailedGetExternalMetric' });
  expect(saying('ScalingDisabled')).toMatchObject({ status: 'ready' });
});

test('cpu that nobody measures is not ready, whatever KEDA and the autoscaler say so far', () => {
  const scaling = (type: string, conditions: Given = READY) => {
    const spec = { scaleTargetRef: TARGET, triggers: [{ type, metadata: { value: '70' } }] };
    return { ...OURS, spec, status: aScaledObject(conditions)['status'] };
  };
  const api = (status: string) => ({
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: 'v1beta1.metrics.k8s.io' },
    status: { conditions: [{ type: 'Available', status, reason: 'any' }] },
  });
  const failed: Given = { ...READY, HPAActive: ['False', 'FailedGetResourceMetric', 'no metrics'] };
  const missing = { status: 'degraded', reason: 'NoResourceMetrics' };
  for (const type of ['cpu', 'memory']) {
    for (const conditions of [READY, { ...READY, Active: ['False'] } as Given, failed]) {
      expect(told(aCluster(), scaling(type, conditions))).toMatchObject(missing);
    }
    expect(told(aCluster(), scaling(type)).message).toMatch(/metrics\.k8s\.io .*capstan cap install metrics-server/);
    expect(told(aCluster(api('False')), scaling(type))).toMatchObject(missing);
    expect(told(aCluster(api('True')), scaling(type))).toMatchObject({ status: 'ready', reason: 'Scaling' });
  }
  expect(told(aCluster(), scaling('cron'))).toMatchObject({ status: 'ready' });
  expect(told(aCluster(api('True')), scaling('cpu', failed)).message).toBe('ready, but nothing scales: no metrics');
  const paused = scaling('cpu', { ...READY, Paused: ['True'] });
  expect(told(aCluster(), paused)).toMatchObject({ status: 'ready', reason: 'Paused' });
});

test('a Prometheus that is asked by the name of a missing Service', () => {
  const asking = (serverAddress: string) => ({
    ...OURS,
    spec: { scaleTargetRef: TARGET, triggers: [{ type: 'prometheus', metadata: { serverAddress } }] },
  });
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'prometheus-server', namespace: 'monitoring' },
  };
  const address = 'http://prometheus-server.monitoring.svc:80';
  expect(told(aCluster(), asking(address))).toEqual({
    status: 'degraded',
    reason: 'NoSuchService',
    message: `trigger prometheus asks ${address}, and there is no Service monitoring/prometheus-server`,
  });
  expect(told(aCluster(service), asking(address))).toMatchObject({ status: 'ready' });
  expect(told(aCluster(), asking('https://prometheus.example.com/api'))).toMatchObject({ status: 'ready' });
});

test('on a Knative Service Knative scales', () => {
  const workloadRef = { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: 'web' };
  expect(scalingHealth(anAutoscale({ workloadRef }), [], EMPTY_CLUSTER)).toMatchObject({ reason: 'ScaledByKnative' });
});
