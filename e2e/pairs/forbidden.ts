/** The API group of applications. */
export const OAM = 'core.oam.dev/v1alpha2';

const trait = (apiVersion: string, kind: string, spec: object) => ({ apiVersion, kind, spec });
const cpu = { type: 'cpu', metricType: 'Utilization', metadata: { value: '70' } };
/** Capstan's own scaler. */
export const autoscale = trait('traits.capstan.dev/v1alpha1', 'Autoscale', { triggers: [cpu] });
const scaledObject = (more: object = {}) =>
  trait('keda.sh/v1alpha1', 'ScaledObject', { minReplicaCount: 1, triggers: [cpu], ...more });
const hpa = trait('autoscaling/v2', 'HorizontalPodAutoscaler', { maxReplicas: 3 });
const manual = trait(OAM, 'ManualScalerTrait', { replicaCount: 2 });
const rollout = trait('traits.capstan.dev/v1alpha1', 'Rollout', { strategy: 'canary' });
const canary = trait('flagger.app/v1beta1', 'Canary', {
  revertOnDeletion: true,
  service: { port: 80 },
  analysis: { interval: '1m', threshold: 5, stepWeight: 10 },
});
/** A Route of one host. */
export const route = (host: string) => trait('extended.oam.dev/v1', 'Route', { hosts: [host] });
const expose = (hostname: string) => trait('traits.capstan.dev/v1alpha1', 'Expose', { hostname });

const webService = {
  apiVersion: 'workloads.capstan.dev/v1alpha1',
  kind: 'WebService',
  spec: { image: 'nginx:1.29', port: 80, resources: { cpu: '100m', memory: '64Mi' } },
};
const serverless = {
  apiVersion: 'workloads.capstan.dev/v1alpha1',
  kind: 'Serverless',
  spec: { image: 'nginx:1.29' },
};
const container = { image: 'nginx:1.29', resources: { requests: { cpu: '100m' } } };
const knativeService = {
  apiVersion: 'serving.knative.dev/v1',
  kind: 'Service',
  spec: {
    template: { spec: { containers: [container] } },
    traffic: [{ latestRevision: true, percent: 100 }],
  },
};

/** A component with traits that do not go together. */
export interface Forbidden {
  /** Name of the component. */
  readonly name: string;
  readonly workload?: object;
  readonly traits: readonly object[];
  /** What is said, with both owners. */
  readonly rule: RegExp;
}

/** A row for each pair of the table in docs/applications.md that is refused; the rules themselves have their own tests. */
export const FORBIDDEN: readonly Forbidden[] = [
  { name: 'a', traits: [autoscale, hpa], rule: /autoscales\S+ and \S+horizontalpodautoscalers\S+ of component "a"/ },
  {
    name: 'b',
    traits: [scaledObject(), hpa],
    rule: /scaledobjects\S+ and \S+horizontalpodautoscalers\S+ of component "b"/,
  },
  { name: 'c', traits: [rollout, manual], rule: /rollouts\S+ and \S+manualscalertraits\S+ of component "c"/ },
  {
    name: 'd',
    traits: [scaledObject({ initialCooldownPeriod: 5 }), rollout],
    rule: /scaledobjects\S+ and \S+rollouts\S+ of component "d" .*spec\.initialCooldownPeriod/,
  },
  {
    name: 'e',
    traits: [canary, hpa],
    rule: /canaries\S+ and \S+horizontalpodautoscalers\S+ of component "e" .*autoscalerRef/,
  },
  { name: 'f', traits: [canary, route('f.example.com')], rule: /canaries\S+ and \S+routes\S+ of component "f"/ },
  {
    name: 'g',
    traits: [expose('g.example.com'), route('g.example.com')],
    rule: /claim "g\.example\.com": exposes\S+ of g and routes\S+ of g/,
  },
  {
    name: 'h',
    workload: { ...knativeService, spec: { template: knativeService.spec.template } },
    traits: [scaledObject({ triggers: [{ type: 'redis', metadata: { listName: 'x' } }] })],
    rule: /scaledobjects\S+ cannot apply to workload "services\.serving\.knative\.dev" of component "h": .*trigger "redis"/,
  },
  { name: 'i', workload: serverless, traits: [hpa], rule: /component "i": serverlesses\S+ keeps its replicas/ },
  { name: 'j', workload: knativeService, traits: [rollout], rule: /component "j": rollouts\S+ and spec\.traffic/ },
];

/** The Component and the application of a row. */
export function application({ name, workload = webService, traits }: Forbidden): readonly object[] {
  const metadata = { name, namespace: 'default' };
  const components = [{ componentName: name, traits: traits.map((each) => ({ trait: each })) }];
  return [
    { apiVersion: OAM, kind: 'Component', metadata, spec: { workload } },
    { apiVersion: OAM, kind: 'ApplicationConfiguration', metadata, spec: { components } },
  ];
}
