import type { ComponentContext, KubernetesObject } from '@capstan/plugin-api';

/** Component `hello` of application `shop`. */
export const CONTEXT: ComponentContext = {
  application: 'shop',
  component: 'hello',
  namespace: 'shop',
  labels: {},
  capabilities: {},
};

/** A Serverless as an application states it: the least, and more. */
export function aServerless(spec: object = {}, name = 'hello'): KubernetesObject {
  return {
    apiVersion: 'workloads.capstan.dev/v1alpha1',
    kind: 'Serverless',
    metadata: { name, namespace: 'shop' },
    spec: { image: 'ghcr.io/knative/helloworld-go:latest', ...spec },
  };
}

/** A Knative Service as an application states it, or with a status. */
export function aService(spec: object = {}, more: object = {}): KubernetesObject {
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: { name: 'hello', namespace: 'shop' },
    spec: { template: { spec: { containers: [{ image: 'helloworld-go:latest' }] } }, ...spec },
    ...more,
  };
}
