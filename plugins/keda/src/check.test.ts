import type { KubernetesObject } from '@capstan/plugin-api';
import { expect, test } from 'vitest';
import { checkAutoscale, checkCronScale, checkScaledObject } from './check.ts';
import { renderCronScale } from './cron-scale/render.ts';
import { renderAutoscale, shapeForAutoscale } from './render.ts';
import { validateScaledObject } from './scaled-object.ts';
import { aCluster, aCronScale, aDeployment, anAutoscale, anInput, inputFor } from './testing/builders.ts';

const TARGET = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'frontend' };
const CPU = { type: 'cpu', metricType: 'Utilization', metadata: { value: '70' } };

function aScaler(kind: string, name: string, target: object = TARGET): KubernetesObject {
  const apiVersion = kind === 'ScaledObject' ? 'keda.sh/v1alpha1' : 'autoscaling/v2';
  return { apiVersion, kind, metadata: { name, namespace: 'shop' }, spec: { scaleTargetRef: target } };
}

const ASKERS = [
  ['Autoscale', (cluster: ReturnType<typeof aCluster>) => checkAutoscale({ ...anInput(), cluster })],
  [
    'CronScale',
    (cluster: ReturnType<typeof aCluster>) =>
      checkCronScale({ ...anInput(), trait: aCronScale(['0 8 * * *', 1]), cluster }),
  ],
  [
    'ScaledObject',
    (cluster: ReturnType<typeof aCluster>) =>
      checkScaledObject({ ...inputFor(aScaler('ScaledObject', 'frontend'), aDeployment({})), cluster }),
  ],
] as const;

test.each(ASKERS)('%s is refused where somebody else scales its target', (_kind, check) => {
  for (const kind of ['ScaledObject', 'HorizontalPodAutoscaler']) {
    expect(check(aCluster(aScaler(kind, 'other')))).toEqual([
      {
        path: expect.stringMatching(/^spec\.(workloadRef|scaleTargetRef)$/),
        message: `Deployment frontend is scaled by ${kind} other already, and only one may`,
        hint: expect.stringContaining(`Delete ${kind} other in shop`),
      },
    ]);
  }
  expect(check(aCluster(aScaler('HorizontalPodAutoscaler', 'other', { ...TARGET, name: 'backend' })))).toEqual([]);
  // Its own is there: what came later is told by the health.
  expect(check(aCluster(aScaler('ScaledObject', 'frontend'), aScaler('ScaledObject', 'other')))).toEqual([]);
});

function ofApplication(name: string, scaler: KubernetesObject): KubernetesObject {
  const labels = { 'app.kubernetes.io/managed-by': 'capstan', 'app.oam.dev/name': name };
  return { ...scaler, metadata: { ...scaler.metadata, labels } };
}

test.each(ASKERS)('%s may take the place of a scaler of its own application', (_kind, check) => {
  for (const kind of ['ScaledObject', 'HorizontalPodAutoscaler']) {
    expect(check(aCluster(ofApplication('shop', aScaler(kind, 'other'))))).toEqual([]);
    expect(check(aCluster(ofApplication('blog', aScaler(kind, 'other'))))).toHaveLength(1);
  }
});

// KEDA's webhook would refuse the second one, and after a refusal nothing is removed.
test.each(['ScaledObject', 'HorizontalPodAutoscaler'])('it comes once the %s in its place is gone', (kind) => {
  const before = ofApplication('shop', aScaler(kind, 'other'));
  const going = { ...before, metadata: { ...before.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
  const cronScale = { ...anInput(), trait: aCronScale(['0 8 * * *', 1]) };
  const own = aScaler('ScaledObject', 'frontend');
  for (const [there, rendered] of [
    [[before], 0],
    [[going], 0],
    [[], 1],
    [[before, own], 1],
  ] as const) {
    expect(renderAutoscale({ ...anInput(), cluster: aCluster(...there) })).toHaveLength(rendered);
    expect(renderCronScale({ ...cronScale, cluster: aCluster(...there) })).toHaveLength(rendered);
  }
});

test('a ScaledObject that names no kind means a Deployment', () => {
  const other = aScaler('ScaledObject', 'other', { name: 'frontend' });
  expect(checkAutoscale({ ...anInput(), cluster: aCluster(other) })).toHaveLength(1);
});

test('a ScaledObject may take the autoscaler over that it names', () => {
  const own = aScaler('ScaledObject', 'frontend');
  const taking = {
    ...own,
    metadata: { ...own.metadata, annotations: { 'scaledobject.keda.sh/transfer-hpa-ownership': 'true' } },
    spec: { ...TARGET, advanced: { horizontalPodAutoscalerConfig: { name: 'old' } } },
  };
  const cluster = aCluster(aScaler('HorizontalPodAutoscaler', 'old'));
  expect(checkScaledObject({ ...inputFor(taking, aDeployment({})), cluster })).toEqual([]);
});

test('a raw ScaledObject on cpu needs requests, and one replica at least', () => {
  const own = { ...aScaler('ScaledObject', 'frontend'), spec: { triggers: [CPU] } };
  expect(checkScaledObject(inputFor(own, aDeployment({})))).toMatchObject([{ path: 'spec.triggers[0].type' }]);
  expect(checkScaledObject(inputFor(own, aDeployment({ requests: { cpu: '1m' } })))).toEqual([]);
  const inOne = { ...own, spec: { triggers: [{ ...CPU, metadata: { value: '70', containerName: 'c1' } }] } };
  expect(checkScaledObject(inputFor(inOne, aDeployment({}, { requests: { cpu: '1m' } })))).toEqual([]);
  expect(validateScaledObject(own)).toMatchObject([{ path: 'spec.minReplicaCount' }]);
  expect(validateScaledObject({ ...own, spec: { triggers: [CPU], minReplicaCount: 1 } })).toEqual([]);
  expect(validateScaledObject({ ...own, spec: { triggers: [CPU, { type: 'cron', metadata: {} }] } })).toEqual([]);
});

function aKnativeService(requests: object = { cpu: '100m' }): KubernetesObject {
  const containers = [{ image: 'i', resources: { requests } }];
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: { name: 'frontend', namespace: 'shop' },
    spec: { template: { spec: { containers } } },
  };
}

const MEMORY = { type: 'memory', metricType: 'AverageValue', metadata: { value: '256Mi' } };

test.each<[string, object, string]>([
  ['a queue', { triggers: [CPU, { type: 'redis', metadata: {} }] }, 'spec.triggers[1].type'],
  ['two metrics', { triggers: [CPU, MEMORY] }, 'spec.triggers'],
  ['cpu as an amount', { triggers: [{ ...CPU, metricType: 'AverageValue' }] }, 'spec.triggers[0].metricType'],
  ['memory in percent', { triggers: [{ ...MEMORY, metricType: 'Utilization' }] }, 'spec.triggers[0].metricType'],
  ['memory of nothing', { triggers: [{ ...MEMORY, metadata: { value: '1k' } }] }, 'spec.triggers[0].metadata.value'],
  [
    'one container',
    { triggers: [{ ...CPU, metadata: { value: '70', containerName: 'c' } }] },
    'spec.triggers[0].metadata.containerName',
  ],
  ['a cooldown', { triggers: [CPU], cooldownPeriod: 10 }, 'spec.cooldownPeriod'],
  ['a pause', { triggers: [CPU], paused: true }, 'spec.paused'],
])('on a Knative Service %s is refused', (_what, spec, path) => {
  const input = inputFor(anAutoscale(spec), aKnativeService());
  expect(checkAutoscale(input)).toMatchObject([{ path, message: expect.stringMatching(/Knative/) }]);
});

test('on a Knative Service cpu needs requests, and what cannot be read changes nothing', () => {
  const trait = anAutoscale({ triggers: [CPU] });
  expect(checkAutoscale(inputFor(trait, aKnativeService({})))).toMatchObject([{ path: 'spec.triggers[0].type' }]);
  expect(checkAutoscale(inputFor(trait, aKnativeService()))).toEqual([]);
  const service = aKnativeService();
  expect(shapeForAutoscale(service, anAutoscale())).toBe(service);
});
