import type { KubernetesObject, TraitRenderInput } from '@capstan/plugin-api';
import { expect, test } from 'vitest';
import { checkRoute, renderRoute } from './render.ts';
import { shapeChildForRoute, shapeForRoute } from './shape.ts';
import { aDeployment, aKnativeService, anInput, aRoute, aService } from './testing/builders.ts';

// What each parameter becomes is in test/golden; here is what depends on the component.

const WEB: KubernetesObject = {
  apiVersion: 'workloads.capstan.dev/v1alpha1',
  kind: 'WebService',
  metadata: { name: 'frontend', namespace: 'shop' },
  spec: { image: 'nginx', port: 8080 },
};

function contained(...ports: object[]): KubernetesObject {
  return {
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'ContainerizedWorkload',
    metadata: { name: 'frontend' },
    spec: { containers: [{ name: 'main', image: 'nginx', ports }] },
  };
}

function named(name: string): KubernetesObject {
  const deployment = aDeployment();
  return { ...deployment, metadata: { ...deployment.metadata, name } };
}

function unlabelled(): KubernetesObject {
  const deployment = aDeployment();
  return { ...deployment, spec: { template: { spec: { containers: [{ ports: [{ containerPort: 1 }] }] } } } };
}

const KNATIVE = aKnativeService();
const SERVERLESS = { apiVersion: 'workloads.capstan.dev/v1alpha1', kind: 'Serverless', metadata: { name: 'frontend' } };
const MATCH = { headers: { a: { exact: 'b' } } };

test.each<[string, TraitRenderInput, string[]]>([
  ['a Deployment with a port', anInput(aRoute()), []],
  ['a Deployment without one', anInput(aRoute(), aDeployment([])), ['spec.targetPort']],
  ['a Deployment without one, where it is stated', anInput(aRoute({ targetPort: 80 }), aDeployment([])), []],
  [
    'a port for UDP alone',
    anInput(aRoute(), aDeployment([{ containerPort: 53, protocol: 'UDP' }])),
    ['spec.targetPort'],
  ],
  ['a name that no Service may have', anInput(aRoute(), named('front.end')), ['metadata.name']],
  ['pods without labels', anInput(aRoute(), unlabelled()), ['spec.hosts']],
  ['the port of a Service that is there', anInput(aRoute({ port: 8080 }), WEB, [aDeployment(), aService()]), []],
  ['a port that it lacks', anInput(aRoute({ port: 80 }), WEB, [aDeployment(), aService()]), ['spec.port']],
  [
    'another target than its own',
    anInput(aRoute({ targetPort: 9 }), WEB, [aDeployment(), numbered()]),
    ['spec.targetPort'],
  ],
  ['its own target', anInput(aRoute({ targetPort: 8080 }), WEB, [aDeployment(), numbered()]), []],
  ['a ContainerizedWorkload with a port', anInput(aRoute(), contained({ containerPort: 80 })), []],
  ['a ContainerizedWorkload without one', anInput(aRoute(), contained()), ['spec.port']],
  ['a sidecar that nobody can ask for', injected(contained({ containerPort: 80 })), ['spec.inject']],
  ['no hosts', anInput(aRoute({ hosts: undefined, traffic: [{}] })), ['spec.hosts']],
  ['a revision of a Deployment', anInput(aRoute({ traffic: [{ revision: 'a' }] })), ['spec.traffic[0].revision']],
  ['a Knative Service', anInput(aRoute(), KNATIVE), []],
  ['a Knative Service without hosts', anInput(aRoute({ hosts: undefined, traffic: [{}] }), KNATIVE), []],
  ['a wildcard on it', anInput(aRoute({ hosts: ['*.example.com'] }), KNATIVE), ['spec.hosts[0]']],
  ['a short host on it', anInput(aRoute({ hosts: ['shop'] }), KNATIVE), ['spec.hosts[0]']],
  ['a path on it', anInput(aRoute({ path: '/a' }), KNATIVE), ['spec.path']],
  ['a sidecar on it', anInput(aRoute({ inject: true }), KNATIVE), ['spec.inject']],
  [
    'what its network decides',
    anInput(aRoute({ timeout: '1s', retries: {}, port: 80, gateway: 'mesh', match: MATCH }), KNATIVE),
    ['spec.gateway', 'spec.port', 'spec.match', 'spec.timeout', 'spec.retries'],
  ],
  ['another Service on it', anInput(aRoute({ traffic: [{ service: 'b' }] }), KNATIVE), ['spec.traffic[0].service']],
  [
    'shares of a workload that says them itself',
    anInput(aRoute({ traffic: [{ revision: 'a' }] }), SERVERLESS, [KNATIVE]),
    ['spec.traffic'],
  ],
])('%s', (_what, input, paths) => {
  expect(checkRoute(input).map(({ path }) => path)).toEqual(paths);
});

/** On the Deployment that the workload's controller makes. */
function injected(workload: KubernetesObject): TraitRenderInput {
  const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'frontend', namespace: 'shop' };
  return { ...anInput(aRoute({ inject: true }), workload), target };
}

function numbered(): KubernetesObject {
  return { ...aService(), spec: { ports: [{ port: 80, targetPort: 8080 }] } };
}

test('a Service that another trait makes is used, not made again', () => {
  const objects = [{ ...aService(9090), metadata: { name: 'frontend' } }];
  const neighbours = [{ trait: aRoute(), definition: 'exposes.example.org', objects }];
  const rendered = renderRoute({ ...anInput(aRoute()), neighbours });
  expect(rendered.map(({ kind }) => kind)).toEqual(['VirtualService']);
  expect(JSON.stringify(rendered)).toContain('9090');
});

test('the gateway is the one that the provider of routes exports', () => {
  const input = anInput(aRoute());
  const provider = { package: 'istio-route', version: '1.30.3', features: [], exports: { gateway: 'edge/main' } };
  const context = { ...input.context, capabilities: { route: provider } };
  expect(renderRoute({ ...input, context }).at(-1)?.['spec']).toMatchObject({ gateways: ['edge/main'] });
});

test('nothing is rendered for a component that is not fit', () => {
  expect(renderRoute(anInput(aRoute(), aDeployment([])))).toEqual([]);
});

test('shaping leaves alone what the Route does not ask for, and what it was given', () => {
  expect(shapeForRoute(aDeployment(), aRoute())).toEqual(aDeployment());
  expect(shapeForRoute(KNATIVE, aRoute())).toBe(KNATIVE);
  expect(shapeChildForRoute(aService(), aRoute({ inject: true }))).toEqual(aService());
  const deployment = aDeployment();
  shapeChildForRoute(deployment, aRoute({ inject: true }));
  expect(deployment).toEqual(aDeployment());
});
