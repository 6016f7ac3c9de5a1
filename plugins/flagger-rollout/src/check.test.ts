import type { KubernetesObject } from '@capstan/plugin-api';
import { expect, test } from 'vitest';
import { checkRollout } from './check.ts';
import {
  type Around,
  aDeployment,
  aKnativeService,
  anInput,
  aRollout,
  aService,
  podLabels,
} from './testing/builders.ts';

const messages = (spec: object, around: Around = {}): string[] =>
  checkRollout(anInput(aRollout(spec), around)).map(({ message }) => message);

const scaledObject = (spec: object = {}, name = 'frontend'): KubernetesObject => ({
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'ScaledObject',
  metadata: { name, namespace: 'shop' },
  spec: { scaleTargetRef: { name }, triggers: [{ type: 'cron', metadata: {} }], ...spec },
});

const virtualService = (http: object, name = 'frontend', spec: object = {}): KubernetesObject => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name, namespace: 'shop' },
  spec: { hosts: ['shop.example.com'], http: [{ route: [{ destination: { host: 'frontend' } }], ...http }], ...spec },
});

const destinationRule = (trafficPolicy: object, spec: object = {}): KubernetesObject => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'DestinationRule',
  metadata: { name: 'frontend', namespace: 'shop' },
  spec: { host: 'frontend.shop.svc.cluster.local', trafficPolicy, ...spec } as KubernetesObject['spec'],
});

const named = (name: string): Around => ({ children: [aDeployment(name, podLabels(name)), aService(name)] });

test.each<[number, number]>([
  [55, 0],
  [56, 1],
])('a name of %i characters has %i problems', (length, count) => {
  expect(messages({}, named('a'.repeat(length)))).toHaveLength(count);
});

test('a target port by a name that no container gives is refused, with the names that there are', () => {
  expect(messages({ targetPort: 'http' })).toEqual([]);
  expect(messages({ targetPort: 9000 })).toEqual([]);
  expect(messages({ targetPort: 'grpc' })).toEqual([expect.stringMatching(/Deployment frontend .*called "grpc"/)]);
});

test.each<[number, number]>([
  [46, 0],
  [47, 1],
])('with KEDA, a name of %i characters has %i problems', (length, count) => {
  const name = 'a'.repeat(length);
  expect(messages({}, { ...named(name), neighbours: [scaledObject({}, name)] })).toHaveLength(count);
});

test.each<[string, Around, string]>([
  ['a name that no Service can have', named('1st'), 'has a name that no Service can have'],
  [
    'a selector without a label that Flagger knows',
    { children: [aDeployment('frontend', { tier: 'web' }), aService()] },
    'none of the labels',
  ],
  [
    'no port at all',
    { children: [aDeployment('frontend')].map(withoutPorts) },
    'no port that traffic could be sent to',
  ],
  [
    'a Service with an address of its own',
    { children: [aDeployment(), aService('frontend', { type: 'LoadBalancer' })] },
    'is a LoadBalancer',
  ],
  [
    'a Service of another name',
    { children: [aDeployment(), aService(), aService('other')] },
    'Service other selects pods',
  ],
  [
    'a port that no container has',
    { children: [aDeployment(), aService('frontend', { ports: [{ port: 80 }, { port: 9000 }] })] },
    'has a port 9000',
  ],
  [
    'two autoscalers',
    {
      neighbours: [
        scaledObject(),
        { ...scaledObject(), apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' },
      ],
    },
    'both scale frontend',
  ],
  [
    'initialCooldownPeriod',
    { neighbours: [scaledObject({ initialCooldownPeriod: 5 })] },
    'has spec.initialCooldownPeriod',
  ],
  [
    'scalingModifiers',
    { neighbours: [scaledObject({ advanced: { scalingModifiers: {} } })] },
    'has spec.advanced.scalingModifiers',
  ],
  [
    'a fallback behavior',
    { neighbours: [scaledObject({ fallback: { behavior: 'static' } })] },
    'has spec.fallback.behavior',
  ],
  [
    'cached metrics',
    { neighbours: [scaledObject({ triggers: [{ type: 'redis', metadata: {}, useCachedMetrics: true }] })] },
    'has spec.triggers[0].useCachedMetrics',
  ],
  ['a mirror', { neighbours: [virtualService({ mirror: { host: 'other' } })] }, 'has spec.http[0].mirror'],
  ['a fault', { neighbours: [virtualService({ fault: {} })] }, 'has spec.http[0].fault'],
  [
    'a subset',
    { neighbours: [virtualService({ route: [{ destination: { host: 'frontend', subset: 'v1' } }] })] },
    'destination.subset',
  ],
  [
    'two destinations',
    {
      neighbours: [virtualService({ route: [{ destination: { host: 'frontend' } }, { destination: { host: 'b' } }] })],
    },
    'several rules or destinations',
  ],
  ['routes of TCP', { neighbours: [virtualService({}, 'frontend', { tcp: [] })] }, 'has spec.tcp'],
  ['a VirtualService of another name', { neighbours: [virtualService({}, 'other')] }, 'would stand beside'],
  ['two VirtualServices', { neighbours: [virtualService({}), virtualService({})] }, 'both lead to the component'],
  ['a pool of TCP', { neighbours: [destinationRule({ connectionPool: { tcp: {} } })] }, 'connectionPool.tcp'],
  ['subsets', { neighbours: [destinationRule({}, { subsets: [] })] }, 'has spec.subsets'],
])('%s is refused by name', (_what, around, text) => {
  expect(messages({}, around)).toEqual([expect.stringContaining(text)]);
});

function withoutPorts(deployment: KubernetesObject): KubernetesObject {
  const spec = deployment['spec'] as { template: { metadata: object } };
  const containers = [{ name: 'frontend', image: 'shop/frontend:1' }];
  return {
    ...deployment,
    spec: { ...spec, template: { ...spec.template, spec: { containers } } } as KubernetesObject['spec'],
  };
}

test('routes that match headers do not go with an A/B test, which would take their place', () => {
  const spec = { strategy: 'ab-test', match: [{ headers: { a: { exact: 'b' } } }] };
  const route = virtualService({ match: [{ headers: { version: { exact: '1' } } }] });
  expect(messages(spec, { neighbours: [route] })).toEqual([expect.stringContaining('matches headers')]);
  expect(messages({}, { neighbours: [route] })).toEqual([]);
});

test('what a Canary has no place for does not matter where Istio does not split the traffic', () => {
  const spec = { strategy: 'blue-green', provider: 'kubernetes' };
  expect(messages(spec, { neighbours: [virtualService({ mirror: { host: 'other' } })] })).toEqual([]);
});

test.each<[string, object, Around, string]>([
  ['traffic of its own', {}, { children: [aKnativeService({ traffic: [{ percent: 100 }] })] }, 'states its traffic'],
  ['a port', { port: 80 }, { children: [aKnativeService()] }, 'is not for a Knative Service'],
  ['an autoscaler', {}, { children: [aKnativeService()], neighbours: [scaledObject()] }, 'scales itself'],
  ['Istio', { provider: 'istio' }, { children: [aKnativeService()] }, 'cannot roll out a Knative Service'],
  [
    'an A/B test',
    { strategy: 'ab-test', match: [{ headers: { a: { exact: 'b' } } }] },
    { children: [aKnativeService()] },
    'by weight only',
  ],
  ['nothing of Knative', { provider: 'knative' }, {}, 'is none'],
])('a Knative Service with %s is refused', (_what, spec, around, text) => {
  expect(messages(spec, around)).toEqual([expect.stringContaining(text)]);
});

test('another workload with the same label would get its traffic', () => {
  const cluster = { get: () => undefined, list: () => [aDeployment(), aDeployment('other')] };
  expect(messages({}, { cluster })).toEqual([expect.stringContaining('Deployment other has the label')]);
});

test('a canary needs something that splits traffic', () => {
  const capabilities = { metrics: { package: 'prometheus', version: '3.14.0', features: [], exports: {} } };
  expect(messages({}, { capabilities })).toEqual([expect.stringContaining('needs the capability traffic-split')]);
  expect(messages({ strategy: 'blue-green' }, { capabilities })).toEqual([]);
});
