import type { ClusterView, KubernetesObject } from '@capstan/plugin-api';
import { expect, test } from 'vitest';
import { routeHealth, virtualServiceHealth } from './health.ts';
import { aRoute } from './testing/builders.ts';

function istio(kind: string, name: string, spec: object, namespace = 'shop'): KubernetesObject {
  return { apiVersion: 'networking.istio.io/v1', kind, metadata: { name, namespace }, spec };
}

function aVirtualService(spec: object = {}, name = 'frontend', namespace = 'shop'): KubernetesObject {
  const http = [{ route: [{ destination: { host: 'frontend', port: { number: 80 } } }] }];
  const whole = { hosts: ['shop.example.com'], gateways: ['istio-system/public'], http, ...spec };
  return istio('VirtualService', name, whole, namespace);
}

const to = (...hosts: string[]) => ({ http: [{ route: hosts.map((host) => ({ destination: { host } })) }] });
const below = (prefix: string) => ({ http: [{ match: [{ uri: { prefix } }], ...to('frontend').http[0] }] });
const GATEWAY = istio('Gateway', 'public', { servers: [{ hosts: ['*'] }] }, 'istio-system');

function aService(name: string, namespace = 'shop', spec: object = { ports: [{ port: 80 }] }): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec };
}

function slice(service: string, ready: boolean, namespace = 'shop'): KubernetesObject {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${service}-1`, namespace, labels: { 'kubernetes.io/service-name': service } },
    endpoints: [{ conditions: { ready } }],
  };
}

function clusterOf(...objects: KubernetesObject[]): ClusterView {
  return {
    get: (reference) =>
      objects.find(
        ({ kind, apiVersion, metadata }) =>
          kind === reference.kind &&
          apiVersion === reference.apiVersion &&
          metadata.name === reference.name &&
          metadata.namespace === reference.namespace,
      ),
    list: ({ kind }, { namespace, labels = {} } = {}) =>
      objects.filter(
        (object) =>
          object.kind === kind &&
          (namespace === undefined || object.metadata.namespace === namespace) &&
          Object.entries(labels).every(([key, value]) => object.metadata.labels?.[key] === value),
      ),
  };
}

const SERVED = [GATEWAY, aService('frontend'), slice('frontend', true)];
const OTHER = (spec: object) => aVirtualService(spec, 'other', 'elsewhere');
const inMesh = (host: string) => ({ gateways: undefined, hosts: [host] });

test.each<[string, object, KubernetesObject[], string, string]>([
  ['all is there', {}, SERVED, 'ready', 'Routed'],
  ['no gateway', {}, SERVED.slice(1), 'degraded', 'GatewayNotFound'],
  ['a gateway of its own namespace by its name', { gateways: ['mine'] }, SERVED, 'degraded', 'GatewayNotFound'],
  [
    'a gateway for other hosts',
    { gateways: ['shop/mine'] },
    [...SERVED, istio('Gateway', 'mine', { servers: [{ hosts: ['*.example.org'] }] })],
    'degraded',
    'HostNotServed',
  ],
  [
    'a gateway for its hosts',
    { gateways: ['shop/mine'] },
    [...SERVED, istio('Gateway', 'mine', { servers: [{ hosts: ['./*.example.com'] }] })],
    'ready',
    'Routed',
  ],
  [
    'a gateway for other namespaces',
    { gateways: ['shop/mine'] },
    [...SERVED, istio('Gateway', 'mine', { servers: [{ hosts: ['other/*'] }] })],
    'degraded',
    'HostNotServed',
  ],
  ['the mesh needs no gateway', inMesh('frontend'), SERVED.slice(1), 'ready', 'Routed'],
  ['a second owner', {}, [...SERVED, OTHER({})], 'degraded', 'HostTaken'],
  ['itself', {}, [...SERVED, aVirtualService()], 'ready', 'Routed'],
  ['a second one of another host', {}, [...SERVED, OTHER({ hosts: ['b.example.com'] })], 'ready', 'Routed'],
  ['a second one on another gateway', {}, [...SERVED, OTHER({ gateways: ['a/b'] })], 'ready', 'Routed'],
  ['a second one for a path, tried before', {}, [...SERVED, OTHER(below('/api'))], 'ready', 'Routed'],
  ['a second one of the same path', below('/api'), [...SERVED, OTHER(below('/api'))], 'degraded', 'HostTaken'],
  ['a second one below its path', below('/api'), [...SERVED, OTHER(below('/api/v2'))], 'degraded', 'HostTaken'],
  [
    'a second one in the mesh, by another name and path',
    inMesh('frontend'),
    [...SERVED, OTHER({ ...inMesh('frontend.shop'), ...below('/api') })],
    'degraded',
    'HostTaken',
  ],
  ['no Service', {}, [GATEWAY], 'degraded', 'ServiceNotFound'],
  [
    'a Service without that port',
    {},
    [GATEWAY, aService('frontend', 'shop', { ports: [{ port: 1 }] })],
    'degraded',
    'PortNotFound',
  ],
  ['no endpoints yet', {}, SERVED.slice(0, 2), 'progressing', 'NoReadyEndpoints'],
  [
    'endpoints that are not ready',
    {},
    [GATEWAY, aService('frontend'), slice('frontend', false)],
    'progressing',
    'NoReadyEndpoints',
  ],
  [
    'another Service without endpoints',
    to('frontend', 'backend.other.svc'),
    [...SERVED, aService('backend', 'other')],
    'degraded',
    'NoReadyEndpoints',
  ],
  [
    'a Service elsewhere',
    to('backend.other.svc.cluster.local'),
    [...SERVED, aService('backend', 'other'), slice('backend', true, 'other')],
    'ready',
    'Routed',
  ],
  ['a name outside', to('legacy'), [GATEWAY, aService('legacy', 'shop', { type: 'ExternalName' })], 'ready', 'Routed'],
  ['a host that nobody knows', to('api.example.org'), SERVED, 'degraded', 'HostNotFound'],
  [
    'a host of a ServiceEntry',
    to('api.example.org'),
    [...SERVED, istio('ServiceEntry', 'api', { hosts: ['*.example.org'] })],
    'ready',
    'Routed',
  ],
  [
    'a copy that goes nowhere',
    { http: [{ ...to('frontend').http[0], mirrors: [{ destination: { host: 'b' } }] }] },
    SERVED,
    'degraded',
    'ServiceNotFound',
  ],
])('%s', (_what, spec, objects, status, reason) => {
  const virtualService = aVirtualService(spec);
  expect(virtualServiceHealth(virtualService, [virtualService], clusterOf(...objects))).toMatchObject({
    status,
    reason,
  });
});

test('an error that istiod finds counts, where its analysis is on', () => {
  const validationMessages = [
    { level: 'WARNING' },
    { level: 'ERROR', type: { code: 'IST0101', name: 'ReferencedResourceNotFound' } },
  ];
  const found = { ...aVirtualService(), status: { validationMessages } };
  expect(virtualServiceHealth(found, [], clusterOf(...SERVED))).toEqual({
    status: 'degraded',
    reason: 'AnalysisFailed',
    message: 'Istio finds ReferencedResourceNotFound (IST0101) in the VirtualService',
  });
});

test('the Gateway that the Route makes needs not be looked for', () => {
  const gateway = istio('Gateway', 'frontend', { servers: [{ hosts: ['shop.example.com'] }] });
  const objects = [gateway, aVirtualService({ gateways: ['shop/frontend'] })];
  expect(routeHealth(aRoute(), objects, clusterOf(...SERVED))).toEqual({ status: 'ready', reason: 'Routed' });
});

function aMapping(status: string, reason: string, behind = false): KubernetesObject {
  const conditions = [{ type: 'Ready', status, reason, message: 'as Knative says' }];
  return {
    apiVersion: 'serving.knative.dev/v1beta1',
    kind: 'DomainMapping',
    metadata: { name: 'shop.example.com', namespace: 'shop', generation: 2 },
    status: { observedGeneration: behind ? 1 : 2, conditions },
  };
}

test.each<[string, KubernetesObject, string, string]>([
  ['mapped', aMapping('True', ''), 'ready', 'Mapped'],
  ['not looked at since', aMapping('True', '', true), 'progressing', 'Mapping'],
  ['being mapped', aMapping('Unknown', 'IngressNotConfigured'), 'progressing', 'IngressNotConfigured'],
  ['taken by another namespace', aMapping('False', 'DomainAlreadyClaimed'), 'degraded', 'DomainAlreadyClaimed'],
])('a host of a Knative Service: %s', (_what, mapping, status, reason) => {
  expect(routeHealth(aRoute(), [mapping], clusterOf())).toMatchObject({ status, reason });
});

test('a Route that only divides the requests of a Knative Service is ready', () => {
  expect(routeHealth(aRoute(), [], clusterOf())).toEqual({ status: 'ready', reason: 'Routed' });
});
