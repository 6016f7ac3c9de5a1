import { EMPTY_CLUSTER, type KubernetesObject, type TraitRenderInput } from '@capstan/plugin-api';

/** A trigger that needs nothing. */
export const REDIS = { type: 'redis', metadata: { address: 'backend:6379', listName: 'jobs', listLength: '5' } };

/** An Autoscale as an application states it. */
export function anAutoscale(spec: object = {}): KubernetesObject {
  return {
    apiVersion: 'traits.capstan.dev/v1alpha1',
    kind: 'Autoscale',
    metadata: { name: 'frontend-autoscale', namespace: 'shop' },
    spec: { triggers: [REDIS], ...spec },
  };
}

/** A Deployment whose containers ask for these resources. */
export function aDeployment(...resources: object[]): KubernetesObject {
  const containers = resources.map((one, index) => ({ name: `c${index}`, image: 'i', resources: one }));
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'frontend', namespace: 'shop' },
    spec: { template: { spec: { containers } } },
  };
}

/** What the host gives to `render` for component `frontend` of application `shop`. */
export function anInput(spec: object = {}, deployment = aDeployment({}), component = 'frontend'): TraitRenderInput {
  return {
    trait: anAutoscale(spec),
    workload: {
      apiVersion: 'workloads.capstan.dev/v1alpha1',
      kind: 'WebService',
      metadata: { name: component },
      spec: {},
    },
    children: [deployment],
    target: { apiVersion: 'apps/v1', kind: 'Deployment', name: deployment.metadata.name, namespace: 'shop' },
    context: { application: 'shop', component, namespace: 'shop', labels: {}, capabilities: {} },
    neighbours: [],
    taken: [],
    cluster: EMPTY_CLUSTER,
  };
}
