import {
  type ClusterView,
  EMPTY_CLUSTER,
  groupOf,
  type KindReference,
  type KubernetesObject,
  type TraitRenderInput,
} from '@capstan/plugin-api';

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
  const workload = {
    apiVersion: 'workloads.capstan.dev/v1alpha1',
    kind: 'WebService',
    metadata: { name: component },
    spec: {},
  };
  return { ...inputFor(anAutoscale(spec), deployment), workload, children: [deployment] };
}

/** What the host gives to `render` for a trait on a raw workload of component `frontend` of application `shop`. */
export function inputFor(trait: KubernetesObject, workload: KubernetesObject): TraitRenderInput {
  const { apiVersion, kind, metadata } = workload;
  return {
    trait,
    workload,
    children: [],
    target: { apiVersion, kind, name: metadata.name, namespace: 'shop' },
    context: { application: 'shop', component: 'frontend', namespace: 'shop', labels: {}, capabilities: {} },
    neighbours: [],
    taken: [],
    cluster: EMPTY_CLUSTER,
  };
}

/** A cluster that holds these objects and nothing else. */
export function aCluster(...objects: KubernetesObject[]): ClusterView {
  const isOf = (object: KubernetesObject, { apiVersion, kind }: KindReference) =>
    object.kind === kind && groupOf(object.apiVersion) === groupOf(apiVersion);
  const isIn = ({ metadata }: KubernetesObject, namespace?: string) =>
    namespace === undefined || metadata.namespace === namespace;
  return {
    get: ({ name, namespace, ...kind }) =>
      objects.find((one) => isOf(one, kind) && one.metadata.name === name && isIn(one, namespace)),
    list: (kind, { namespace } = {}) => objects.filter((one) => isOf(one, kind) && isIn(one, namespace)),
  };
}

/** A CronScale as an application states it; each schedule as its cron, its replicas and perhaps its time zone. */
export function aCronScale(...schedules: [cron: string, replicas: number, timeZone?: string][]): KubernetesObject {
  return {
    apiVersion: 'traits.capstan.dev/v1alpha1',
    kind: 'CronScale',
    metadata: { name: 'frontend-cronscale', namespace: 'shop' },
    spec: {
      schedules: schedules.map(([cron, replicas, timeZone]) => ({ cron, replicas, ...(timeZone ? { timeZone } : {}) })),
    },
  };
}
