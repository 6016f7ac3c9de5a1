import type { KubernetesObject } from '@capstan/base';

/** A kind of application that is measured, and the bare objects that come to the same without Capstan. */
export interface Workload {
  readonly name: string;
  /** Components first, the ApplicationConfiguration last. */
  application(namespace: string, index: number): KubernetesObject[];
  /** What a client would apply by hand to get the same pods and Services. */
  bare(namespace: string, index: number): KubernetesObject[];
  /** Deployments of one application. */
  readonly deployments: number;
}

const OAM = 'core.oam.dev/v1alpha2';

/** The workload by which the OAM reference runtime was measured: two ContainerizedWorkloads with a port, one ManualScalerTrait. */
export const REFERENCE: Workload = {
  name: '2 ContainerizedWorkloads, 1 ManualScalerTrait',
  deployments: 2,
  application: (namespace, index) => [
    component(namespace, `front-${index}`, containerized('front')),
    component(namespace, `back-${index}`, containerized('back')),
    application(namespace, index, [
      { componentName: `front-${index}`, traits: [{ trait: manualScaler(2) }] },
      { componentName: `back-${index}` },
    ]),
  ],
  bare: (namespace, index) => [
    ...deploymentAndService(namespace, `front-${index}`, 2),
    ...deploymentAndService(namespace, `back-${index}`, 1),
  ],
};

/** The workload by which KubeVela was measured: one web service with two replicas and a scaler. */
export const WEB_SERVICE: Workload = {
  name: '1 WebService of 2 replicas, 1 scaler',
  deployments: 1,
  application: (namespace, index) => [
    component(namespace, `web-${index}`, {
      apiVersion: 'workloads.capstan.dev/v1alpha1',
      kind: 'WebService',
      spec: { image: 'nginx:1.29', port: 80 },
    }),
    application(namespace, index, [{ componentName: `web-${index}`, traits: [{ trait: manualScaler(2) }] }]),
  ],
  bare: (namespace, index) => deploymentAndService(namespace, `web-${index}`, 2),
};

function component(namespace: string, name: string, workload: object): KubernetesObject {
  return { apiVersion: OAM, kind: 'Component', metadata: { name, namespace }, spec: { workload } };
}

function application(namespace: string, index: number, components: readonly object[]): KubernetesObject {
  const metadata = { name: `app-${index}`, namespace };
  return { apiVersion: OAM, kind: 'ApplicationConfiguration', metadata, spec: { components } };
}

function containerized(container: string): object {
  const containers = [{ name: container, image: 'nginx:1.29', ports: [{ name: 'http', containerPort: 80 }] }];
  return { apiVersion: OAM, kind: 'ContainerizedWorkload', spec: { containers } };
}

function manualScaler(replicaCount: number): object {
  return { apiVersion: OAM, kind: 'ManualScalerTrait', spec: { replicaCount } };
}

function deploymentAndService(namespace: string, name: string, replicas: number): KubernetesObject[] {
  const labels = { app: name };
  const containers = [{ name: 'main', image: 'nginx:1.29', ports: [{ name: 'http', containerPort: 80 }] }];
  const template = { metadata: { labels }, spec: { containers } };
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace },
      spec: { replicas, selector: { matchLabels: labels }, template },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace },
      spec: { selector: labels, ports: [{ name: 'http', port: 80 }] },
    },
  ];
}
