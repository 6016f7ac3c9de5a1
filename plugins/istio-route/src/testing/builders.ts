import { EMPTY_CLUSTER, type KubernetesObject, type TraitRenderInput } from '@capstan/plugin-api';
import { isKnativeService } from '../spec.ts';

/** A Route as an application states it. */
export function aRoute(spec: object = {}): KubernetesObject {
  return {
    apiVersion: 'extended.oam.dev/v1',
    kind: 'Route',
    metadata: { name: 'frontend-route', namespace: 'shop' },
    spec: { hosts: ['shop.example.com'], ...spec },
  };
}

/** A Deployment with a port, for a component that brings no Service. */
export function aDeployment(ports: readonly object[] = [{ containerPort: 8080 }]): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'frontend', namespace: 'shop' },
    spec: {
      selector: { matchLabels: { app: 'frontend' } },
      template: {
        metadata: { labels: { app: 'frontend' } },
        spec: { containers: [{ name: 'main', image: 'nginx', ports }] },
      },
    },
  };
}

/** A Service of the component, as a WebService brings it. */
export function aService(port = 8080): KubernetesObject {
  const ports = [{ name: 'http', port, targetPort: 'http' }];
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'frontend', namespace: 'shop' },
    spec: { selector: { app: 'frontend' }, ports },
  };
}

/** A Knative Service. */
export function aKnativeService(spec: object = {}): KubernetesObject {
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: { name: 'frontend', namespace: 'shop' },
    spec: { template: { spec: { containers: [{ image: 'nginx' }] } }, ...spec },
  };
}

/** What the host gives to `check` and `render`: for a workload with these children, the first of which is worked on. */
export function anInput(
  trait: KubernetesObject,
  workload: KubernetesObject = aDeployment(),
  children: readonly KubernetesObject[] = [],
): TraitRenderInput {
  const runner = children.find((child) => child.apiVersion === 'apps/v1' || isKnativeService(child)) ?? workload;
  return {
    trait,
    workload,
    children,
    target: { apiVersion: runner.apiVersion, kind: runner.kind, name: runner.metadata.name, namespace: 'shop' },
    context: { application: 'shop', component: 'frontend', namespace: 'shop', labels: {}, capabilities: {} },
    neighbours: [],
    taken: [],
    cluster: EMPTY_CLUSTER,
  };
}
