import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubernetesObject } from '@capstan/base';
import { connect, type KubeClient } from '@capstan/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stage } from './support/story.ts';

/**
 * Scalers, routes, rollouts and serverless beside one another, with all four capabilities there: what would undo each
 * other's work is refused before anything is applied, what goes together becomes one set of objects.
 */
describe('pairs of capabilities', () => {
  const scene = stage();
  const { run, ok } = scene;
  const opened: { client?: KubeClient } = {};
  const client = () => opened.client as KubeClient;

  beforeAll(async () => {
    await ok('system install --yes --context sandbox');
    await ok('cap install keda flagger-rollout knative --yes --context sandbox');
    opened.client = await connect({ kubeconfig: scene.kubeconfig });
  });
  afterAll(() => opened.client?.close());

  async function file(name: string, objects: readonly object[]): Promise<string> {
    const path = join(scene.folder, name);
    await writeFile(path, objects.map((object) => JSON.stringify(object)).join('\n---\n'));
    return path;
  }

  test('what cannot stand together is refused with both of them and the rule, and nothing is applied', async () => {
    const path = await file('forbidden.yaml', FORBIDDEN.flatMap(application));
    const refused = await run(`up -f ${path} --context sandbox`);
    expect(refused.code, refused.stderr).toBe(2);
    const said = refused.stderr.replace(/\s+/g, ' ');
    for (const { rule } of FORBIDDEN) expect(said).toMatch(rule);
    expect(said).toContain(`${FORBIDDEN.length} problems`);
    const { items } = await client().list({ apiVersion: OAM, kind: 'Component' }, { namespace: 'default' });
    expect(items).toEqual([]);
  });

  test('nor does the API server take it from anybody else', async () => {
    const [component, configuration] = application(FORBIDDEN[0] as Forbidden);
    await client().apply(component as KubernetesObject);
    await expect(client().apply(configuration as KubernetesObject)).rejects.toThrow(
      /autoscales\.traits\.capstan\.dev.*horizontalpodautoscalers\.autoscaling/,
    );
    await client().delete({ apiVersion: OAM, kind: 'Component', name: 'a', namespace: 'default' });
  });

  test('what goes together becomes one set', async () => {
    const up = await run('up -f e2e/pairs/allowed.yaml --context sandbox');
    expect(up.code, up.stderr).toBe(0);
    expect(up.stderr).toContain('spec.replicas of component "friendly" is not applied');
    const read = async (apiVersion: string, kind: string) => {
      const { items } = await client().list({ apiVersion, kind }, { namespace: 'default' });
      return new Map(items.map((object) => [object.metadata.name, object['spec']]));
    };
    const canaries = await read('flagger.app/v1beta1', 'Canary');
    const scaledObjects = [...(await read('keda.sh/v1alpha1', 'ScaledObject')).keys()];
    const knative = await read('serving.knative.dev/v1', 'Service');

    expect(canaries.get('friendly')).toMatchObject({
      autoscalerRef: { kind: 'ScaledObject', name: 'friendly' },
      service: { hosts: ['friendly.example.com'], gateways: ['istio-system/public'], timeout: '5s', port: 80 },
      revertOnDeletion: true,
    });
    expect(canaries.get('with-hpa')).toMatchObject({ autoscalerRef: { kind: 'HorizontalPodAutoscaler' } });
    expect(canaries.get('raw')).toMatchObject({
      autoscalerRef: { kind: 'ScaledObject', name: expect.stringMatching(/^raw-scaledobjects-/) },
      service: { hosts: ['raw.example.com'], gateways: ['istio-system/public'] },
    });
    expect(canaries.get('knative-rolled')).toMatchObject({ provider: 'knative' });
    for (const field of ['service', 'autoscalerRef']) expect(canaries.get('knative-rolled')).not.toHaveProperty(field);
    expect(knative.get('knative-rolled')).not.toHaveProperty('traffic');
    expect(knative.get('knative-scaled')).toMatchObject({
      template: {
        metadata: {
          annotations: {
            'autoscaling.knative.dev/class': 'hpa.autoscaling.knative.dev',
            'autoscaling.knative.dev/metric': 'cpu',
            'autoscaling.knative.dev/target': '60',
            'autoscaling.knative.dev/min-scale': '1',
            'autoscaling.knative.dev/max-scale': '4',
          },
        },
      },
    });
    expect(knative.get('knative-friendly')).toMatchObject({
      template: {
        metadata: {
          annotations: { 'autoscaling.knative.dev/metric': 'cpu', 'autoscaling.knative.dev/max-scale': '5' },
        },
      },
    });
    expect(scaledObjects.toSorted()).toEqual(['friendly', expect.stringMatching(/^raw-scaledobjects-/)]);
    expect(await read('networking.istio.io/v1', 'VirtualService')).toEqual(new Map());
    const services = [...(await read('v1', 'Service')).keys()];
    for (const name of ['friendly', 'with-hpa', 'raw']) expect(services).not.toContain(name);
  });

  test('without the rollout each makes its own again', async () => {
    const [component, configuration] = application({
      name: 'friendly',
      traits: [autoscale, route('friendly.example.com')],
      rule: /^/,
    });
    const path = await file('without.yaml', [
      component,
      { ...configuration, metadata: { name: 'allowed' } },
    ] as readonly object[]);
    await ok(`up -f ${path} --context sandbox`);
    const namespace = 'default';
    const made = (apiVersion: string, kind: string) => client().get({ apiVersion, kind, name: 'friendly', namespace });
    expect(await made('networking.istio.io/v1', 'VirtualService')).toBeDefined();
    expect(await made('v1', 'Service')).toBeDefined();
    expect(await made('keda.sh/v1alpha1', 'ScaledObject')).toBeDefined();
    await ok('delete allowed --yes --context sandbox');
  });
});

const OAM = 'core.oam.dev/v1alpha2';

const trait = (apiVersion: string, kind: string, spec: object) => ({ apiVersion, kind, spec });
const cpu = { type: 'cpu', metricType: 'Utilization', metadata: { value: '70' } };
const autoscale = trait('traits.capstan.dev/v1alpha1', 'Autoscale', { triggers: [cpu] });
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
const route = (host: string) => trait('extended.oam.dev/v1', 'Route', { hosts: [host] });
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

interface Forbidden {
  /** Name of the component. */
  readonly name: string;
  readonly workload?: object;
  readonly traits: readonly object[];
  /** What is said, with both owners. */
  readonly rule: RegExp;
}

/** A row for each pair of the table in docs/applications.md that is refused; the rules themselves have their own tests. */
const FORBIDDEN: readonly Forbidden[] = [
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
function application({ name, workload = webService, traits }: Forbidden): readonly object[] {
  const metadata = { name, namespace: 'default' };
  const components = [{ componentName: name, traits: traits.map((each) => ({ trait: each })) }];
  return [
    { apiVersion: OAM, kind: 'Component', metadata, spec: { workload } },
    { apiVersion: OAM, kind: 'ApplicationConfiguration', metadata, spec: { components } },
  ];
}
