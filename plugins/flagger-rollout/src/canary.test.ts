import type { KubernetesObject } from '@capstan/plugin-api';
import { expect, test } from 'vitest';
import { canaryTakesOver, checkCanary, validateCanary } from './canary.ts';
import { type Around, aKnativeService, anInput, aService } from './testing/builders.ts';

const aCanary = (spec: object = {}): KubernetesObject => ({
  apiVersion: 'flagger.app/v1beta1',
  kind: 'Canary',
  metadata: { name: 'frontend-canary', namespace: 'shop' },
  spec: { revertOnDeletion: true, service: { port: 80 }, ...spec },
});

const SCALED: KubernetesObject = {
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'ScaledObject',
  metadata: { name: 'frontend' },
  spec: { scaleTargetRef: { name: 'frontend' }, triggers: [] },
};

const ROUTE: KubernetesObject = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'frontend' },
  spec: { hosts: ['a'], http: [{ route: [{ destination: { host: 'frontend' } }] }] },
};

const problems = (spec: object, around: Around = {}) =>
  checkCanary(anInput(aCanary(spec), { ...around, takesOver: canaryTakesOver }));

test.each([undefined, false])('revertOnDeletion %s is refused with the reason', (revertOnDeletion) => {
  expect(validateCanary(aCanary({ revertOnDeletion }))).toEqual([
    expect.objectContaining({ path: 'spec.revertOnDeletion', message: expect.stringContaining('at 0 replicas') }),
  ]);
});

test('one that gives its workload back is fine', () => {
  expect(validateCanary(aCanary())).toEqual([]);
  expect(problems({})).toEqual([]);
});

test.each<[string, object, Around, string]>([
  ['without a port', { service: {} }, {}, 'spec.service.port'],
  ['beside an autoscaler that it does not name', {}, { neighbours: [SCALED] }, 'spec.autoscalerRef'],
  ['beside a route, which would be lost', {}, { neighbours: [ROUTE] }, 'spec.service'],
  ['of knative on a Deployment', { provider: 'knative' }, {}, 'spec.provider'],
  ['of istio on a Knative Service', { provider: 'istio' }, { children: [aKnativeService()] }, 'spec.provider'],
  ['with a service on a Knative Service', { provider: 'knative' }, { children: [aKnativeService()] }, 'spec.service'],
])('a Canary %s is refused', (_what, spec, around, path) => {
  expect(problems(spec, around)).toEqual([expect.objectContaining({ path })]);
});

test('an autoscaler that it names is handed over', () => {
  const autoscalerRef = { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', name: 'frontend' };
  expect(problems({ autoscalerRef }, { neighbours: [SCALED] })).toEqual([]);
});

test('it takes over the Service of what it rolls out, and with Istio the routes to it', () => {
  const takes = (object: KubernetesObject, spec: object = {}) => canaryTakesOver(object, anInput(aCanary(spec)));
  expect(takes(aService())).toBe(true);
  expect(takes(aService('other'))).toBe(false);
  expect(takes(ROUTE)).toBe(true);
  expect(takes(ROUTE, { provider: 'kubernetes' })).toBe(false);
});
