import type { KubernetesObject } from '@capstan/base';
import { describe, expect, test } from 'vitest';
import { aCatalog, aComponent, anApplication, aTraitDefinition, aWorkloadDefinition } from '../../test/builders.ts';
import type { ApplicationComponent } from '../kinds/index.ts';
import { ruleComponents } from './components.ts';
import { evaluateRules, withoutOwnedFields } from './evaluate.ts';
import { firstReplicasOf } from './field-owners.ts';

type Stated = readonly [workload: KubernetesObject, ...traits: KubernetesObject[]];

const object = (apiVersion: string, kind: string, spec: object = {}, metadata: object = {}) =>
  ({ apiVersion, kind, metadata, spec }) as unknown as KubernetesObject;

const deployment = (spec: object = {}) => object('apps/v1', 'Deployment', spec);
const service = (spec: object = {}) => object('serving.knative.dev/v1', 'Service', spec);
const serverless = (spec: object = {}) => object('workloads.capstan.dev/v1alpha1', 'Serverless', spec);
const singleton = object('workloads.capstan.dev/v1alpha1', 'SingletonServer');
const argo = (spec: object = {}) => object('argoproj.io/v1alpha1', 'Rollout', spec);

const manual = object('core.oam.dev/v1alpha2', 'ManualScalerTrait', { replicaCount: 3 });
const hpa = (spec: object = {}, name?: string) =>
  object('autoscaling/v2', 'HorizontalPodAutoscaler', { maxReplicas: 4, ...spec }, name ? { name } : {});
const cpu = { type: 'cpu', metricType: 'Utilization', metadata: { value: '70' } };
const keda = (spec: object = {}, name?: string) =>
  object('keda.sh/v1alpha1', 'ScaledObject', { triggers: [cpu], ...spec }, name ? { name } : {});
const autoscale = object('traits.capstan.dev/v1alpha1', 'Autoscale', { triggers: [cpu] });
const cronScale = object('traits.capstan.dev/v1alpha1', 'CronScale', { schedules: [] });
const vpa = object('autoscaling.k8s.io/v1', 'VerticalPodAutoscaler');
const rollout = object('traits.capstan.dev/v1alpha1', 'Rollout');
const canary = (spec: object = {}) => object('flagger.app/v1beta1', 'Canary', spec);
const route = (spec: object = {}) => object('extended.oam.dev/v1', 'Route', spec);
const virtualService = (spec: object = {}) => object('networking.istio.io/v1', 'VirtualService', spec);
const ingress = (host: string, path = '/') =>
  object('networking.k8s.io/v1', 'Ingress', { rules: [{ host, http: { paths: [{ path }] } }] });
const expose = (hostname: string) => object('traits.capstan.dev/v1alpha1', 'Expose', { hostname });

/** The Definitions that matter; the rules about pairs hold without any. */
const definitions = [
  aWorkloadDefinition('singletonservers.workloads.capstan.dev', { extension: { owns: ['replicas'] } }),
  aWorkloadDefinition('serverlesses.workloads.capstan.dev', { extension: { owns: ['replicas'] } }),
  aWorkloadDefinition('services.serving.knative.dev', { extension: { owns: ['replicas'] } }),
  aTraitDefinition('autoscales.traits.capstan.dev', {
    appliesToWorkloads: ['deployments.apps', 'services.serving.knative.dev', 'serverlesses.workloads.capstan.dev'],
  }),
  aTraitDefinition('exposes.traits.capstan.dev', { extension: { owns: ['hosts'] } }),
];

/** The refusals about components that are called a, b, c, ... */
function refusals(...stated: Stated[]): string[] {
  return verdicts(stated).flatMap(({ allowed, message }) => (allowed ? [] : [message]));
}

function verdicts(stated: readonly Stated[]) {
  const entries = stated.map(([workload, ...traits], at): [ApplicationComponent, KubernetesObject] => [
    { componentName: 'abc'[at] ?? '', traits: traits.map((trait) => ({ trait })) },
    workload,
  ]);
  const components = new Map(
    entries.map(([{ componentName = '' }, w]) => [componentName, aComponent(componentName, w)]),
  );
  const application = anApplication(entries.map(([entry]) => entry));
  return evaluateRules(ruleComponents(application, components, aCatalog(definitions)));
}

/** Row by row: two traits on a component, whether they may, and words of the rule where they may not. */
const PAIRS: readonly [string, Stated, readonly RegExp[] | 'allowed'][] = [
  ['KEDA and HPA, raw', [deployment(), keda(), hpa()], [/scaledobjects\.keda\.sh.*horizontalpodautoscalers.*replicas/]],
  ['KEDA and HPA, friendly', [deployment(), autoscale, hpa()], [/autoscales.*horizontalpodautoscalers.*replicas/]],
  ['KEDA by schedule and HPA', [deployment(), hpa(), cronScale], [/horizontalpodautoscalers.*cronscales.*replicas/]],
  ['KEDA twice', [deployment(), autoscale, cronScale], [/autoscales.*cronscales.*replicas/]],
  ['KEDA twice, raw', [deployment(), keda(), keda()], [/scaledobjects.*scaledobjects.*replicas/]],
  ['HPA and VPA', [deployment(), hpa(), vpa], [/horizontalpodautoscalers.*verticalpodautoscalers.*requests/]],
  ['KEDA and VPA, raw', [deployment(), vpa, keda()], [/verticalpodautoscalers.*scaledobjects.*requests/]],
  ['KEDA and VPA, friendly', [deployment(), autoscale, vpa], [/autoscales.*verticalpodautoscalers.*requests/]],
  ['KEDA and a scaler by hand', [deployment(), keda(), manual], [/scaledobjects.*manualscalertraits.*replicas/]],
  ['KEDA and Flagger, raw and friendly', [deployment(), keda(), rollout], 'allowed'],
  ['KEDA and Flagger, friendly', [deployment(), autoscale, rollout], 'allowed'],
  ['KEDA by schedule and Flagger', [deployment(), rollout, cronScale], 'allowed'],
  ['HPA and Flagger', [deployment(), hpa(), rollout], 'allowed'],
  [
    'KEDA and Flagger, raw both, with autoscalerRef',
    [deployment(), keda({}, 's'), canary({ autoscalerRef: { kind: 'ScaledObject', name: 's' } })],
    'allowed',
  ],
  [
    'HPA and Flagger, raw, without autoscalerRef',
    [deployment(), hpa({}, 'h'), canary()],
    [/canaries\.flagger\.app.*horizontalpodautoscalers.*autoscalerRef.*HorizontalPodAutoscaler h/],
  ],
  [
    'KEDA and Flagger, raw, with the autoscalerRef of another',
    [deployment(), canary({ autoscalerRef: { kind: 'ScaledObject', name: 'x' } }), keda({}, 's')],
    [/canaries\.flagger\.app.*scaledobjects.*autoscalerRef.*ScaledObject s/],
  ],
  [
    'KEDA and Flagger, with fields that Flagger loses',
    [
      deployment(),
      keda({
        initialCooldownPeriod: 1,
        advanced: { scalingModifiers: {} },
        fallback: { behavior: 'static' },
        triggers: [{ ...cpu, useCachedMetrics: true }],
      }),
      rollout,
    ],
    [
      /initialCooldownPeriod, spec\.advanced\.scalingModifiers, spec\.fallback\.behavior, spec\.triggers\[0\]\.useCachedMetrics/,
    ],
  ],
  [
    'KEDA and Flagger, with a name that leaves no room for the copy',
    [deployment(), rollout, keda({}, 's'.repeat(47))],
    [/rollouts.*scaledobjects.*46/],
  ],
  ['KEDA and Flagger, with the longest name', [deployment(), rollout, keda({}, 's'.repeat(46))], 'allowed'],
  ['Flagger and a scaler by hand', [deployment(), rollout, manual], [/rollouts.*manualscalertraits.*to 0/]],
  ['route and Flagger, friendly', [deployment(), route({ host: 'a.example.com' }), rollout], 'allowed'],
  ['VirtualService and Flagger', [deployment(), virtualService({ hosts: ['a'] }), rollout], 'allowed'],
  [
    'route and Flagger, raw',
    [deployment(), canary(), virtualService({ hosts: ['a'] })],
    [/canaries\.flagger\.app.*virtualservices.*spec\.service/],
  ],
  ['route and Flagger without a mesh, raw', [deployment(), canary({ provider: 'kubernetes' }), route()], 'allowed'],
  ['Ingress and route, one host', [deployment(), ingress('a'), route({ host: 'a' })], [/claim "a": ingresses.*routes/]],
  [
    'Ingress and route, one host with two paths',
    [deployment(), ingress('a', '/x'), virtualService({ hosts: ['a'], gateways: ['g'] })],
    [/claim "a": ingresses.*virtualservices/],
  ],
  ['Expose and route, one host', [deployment(), expose('a'), route({ hosts: ['A.'] })], [/claim "a": exposes.*routes/]],
  ['Ingress and route, two hosts', [deployment(), ingress('a'), route({ host: 'b' })], 'allowed'],
  [
    'two routes of a host, one for a path and one for the rest',
    [deployment(), route({ hosts: ['a'], path: '/x' }), route({ hosts: ['a'] })],
    'allowed',
  ],
  [
    'two routes of a host, with paths that overlap',
    [deployment(), route({ hosts: ['a'], path: '/x' }), route({ hosts: ['a'], path: '/x/y' })],
    [/claim "a\/x": routes.*routes/],
  ],
  [
    'two VirtualServices of a host on one gateway',
    [
      deployment(),
      virtualService({ hosts: ['a'], gateways: ['g'], http: [{ match: [{ uri: { prefix: '/x' } }] }] }),
      virtualService({ hosts: ['a'], gateways: ['h', 'g'], http: [{ match: [{ uri: { exact: '/x/y' } }] }] }),
    ],
    [/claim "a\/x": virtualservices.*virtualservices/],
  ],
  [
    'two VirtualServices of a host inside the mesh, whatever their paths',
    [
      deployment(),
      virtualService({ hosts: ['a'], http: [{ match: [{ uri: { prefix: '/x' } }] }] }),
      virtualService({ hosts: ['a'], http: [{ match: [{ uri: { prefix: '/y' } }] }] }),
    ],
    [/claim "a": virtualservices.*virtualservices/],
  ],
  [
    'two VirtualServices of a host on two gateways',
    [
      deployment(),
      virtualService({ hosts: ['a'], gateways: ['g'] }),
      virtualService({ hosts: ['a'], gateways: ['mesh'] }),
    ],
    'allowed',
  ],
  [
    'route and VirtualService on the public gateway',
    [deployment(), route({ hosts: ['a'] }), virtualService({ hosts: ['a'], gateways: ['istio-system/public'] })],
    [/claim "a\/": routes.*virtualservices/],
  ],
  [
    'route and VirtualService inside the mesh',
    [deployment(), route({ hosts: ['a'] }), virtualService({ hosts: ['a'] })],
    'allowed',
  ],
  ['VPA and Knative', [service(), vpa], [/verticalpodautoscalers.*services\.serving\.knative\.dev/]],
  ['a scaler by hand and Knative', [service(), manual], [/manualscalertraits.*min-scale and max-scale/]],
  [
    'KEDA and Knative, with a trigger that Knative lacks',
    [service(), keda({ triggers: [{ type: 'redis' }] })],
    [/scaledobjects.*services\.serving\.knative\.dev.*trigger "redis"/],
  ],
  ['KEDA and HPA on Knative', [service(), keda(), hpa()], [/scaledobjects.*horizontalpodautoscalers.*replicas/]],
  ['KEDA and Knative, friendly, where its Definition names it', [service(), autoscale], 'allowed'],
  ['KEDA and Serverless', [serverless(), keda()], [/scaledobjects.*serverlesses.*minScale, maxScale/]],
  ['KEDA and Serverless, friendly', [serverless(), autoscale], [/autoscales.*serverlesses.*minScale, maxScale/]],
  ['KEDA by schedule and Serverless', [serverless(), cronScale], [/cronscales.*serverlesses.*minScale, maxScale/]],
  ['HPA and Serverless', [serverless(), hpa()], [/horizontalpodautoscalers.*serverlesses.*minScale, maxScale/]],
  ['VPA and Serverless', [serverless(), vpa], [/verticalpodautoscalers.*serverlesses/]],
  ['a scaler by hand and Serverless', [serverless(), manual], [/manualscalertraits.*serverlesses.*minScale/]],
  ['Flagger and Knative', [service(), rollout], 'allowed'],
  ['Flagger and Serverless', [serverless(), rollout], 'allowed'],
  [
    'Flagger and traffic of Knative',
    [service({ traffic: [{ latestRevision: true, percent: 100 }] }), rollout],
    [/rollouts.*spec\.traffic of services\.serving\.knative\.dev/],
  ],
  [
    'Flagger and traffic of Serverless',
    [serverless({ traffic: [{ latestRevision: true, percent: 100 }] }), canary({ provider: 'knative' })],
    [/canaries\.flagger\.app.*spec\.traffic of serverlesses/],
  ],
  [
    'Flagger and the traffic of a route on Knative',
    [service(), rollout, route({ traffic: [{ percent: 100 }] })],
    [/rollouts.*spec\.traffic of routes\.extended\.oam\.dev/],
  ],
  ['a Canary of Knative', [service(), canary({ provider: 'knative' })], 'allowed'],
  ['a Canary without a word of Knative', [service(), canary()], [/canaries\.flagger\.app.*provider: knative/]],
  [
    'a Canary of Knative with a scaler',
    [service(), canary({ provider: 'knative', autoscalerRef: { kind: 'ScaledObject', name: 's' } })],
    [/canaries\.flagger\.app.*no spec\.autoscalerRef/],
  ],
  ['Flagger and Argo, as a trait', [deployment(), rollout, argo()], [/rollouts\.traits.*rollouts\.argoproj/]],
  ['Flagger and Argo, as the workload', [argo(), canary()], [/canaries\.flagger\.app.*rollouts\.argoproj/]],
  ['Flagger twice', [deployment(), rollout, canary()], [/rollouts\.traits.*canaries\.flagger\.app.*rollout/]],
  ['Flagger and a workload of one pod', [singleton, rollout], [/singletonservers.*keeps.*rollouts/]],
];

describe('two controllers on one component', () => {
  test.each(PAIRS)('%s', (_what, stated, expected) => {
    const found = refusals(stated);
    if (expected === 'allowed') expect(found).toEqual([]);
    else {
      expect(found, found.join('\n')).toHaveLength(expected.length);
      for (const [at, words] of expected.entries()) expect(found[at]).toMatch(words);
    }
  });
});

describe('two components, one object', () => {
  const aimed = { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'b' } };

  test.each<[string, Stated[], RegExp | 'allowed']>([
    [
      'a scaler that names the workload of the other',
      [
        [deployment(), hpa(aimed)],
        [deployment(), keda()],
      ],
      /of a.*of b/,
    ],
    [
      'two scalers of something that is no component',
      [
        [deployment(), hpa({ scaleTargetRef: { name: 'x' } })],
        [deployment(), keda({ scaleTargetRef: { name: 'x' } })],
      ],
      /horizontalpodautoscalers.*of a.*scaledobjects.*of b.*"x"/,
    ],
    ['a scaler as a workload', [[keda(aimed)], [deployment(), autoscale]], /scaledobjects.*of a.*autoscales.*of b/],
    [
      'Argo as a workload',
      [[argo({ workloadRef: { kind: 'Deployment', name: 'b' } })], [deployment(), rollout]],
      /argo/,
    ],
    [
      'an object of another kind with the same name',
      [
        [object('apps/v1', 'StatefulSet'), hpa(aimed)],
        [object('apps/v1', 'StatefulSet'), keda()],
      ],
      'allowed',
    ],
    [
      'a scaler each',
      [
        [deployment(), hpa()],
        [deployment(), keda()],
      ],
      'allowed',
    ],
    [
      'Ingress and route of one host',
      [
        [deployment(), ingress('a')],
        [deployment(), route({ host: 'a' })],
      ],
      /of a.*of b/,
    ],
  ])('%s', (_what, stated, expected) => {
    const found = refusals(...stated);
    if (expected === 'allowed') expect(found).toEqual([]);
    else expect(found).toEqual([expect.stringMatching(expected)]);
  });
});

test.each([
  ['KEDA', keda()],
  ['HPA', hpa()],
  ['Flagger', rollout],
  ['Flagger, raw', canary()],
])('beside %s the workload gives its replicas up, with a warning', (_what, trait) => {
  const workload = deployment({ replicas: 3, paused: true });
  const warned = verdicts([[workload, trait]]).filter(({ severity }) => severity === 'warning');
  expect(warned.map(({ message }) => message)).toEqual([
    expect.stringContaining('spec.replicas of component "a" is not applied'),
  ]);
  const application = anApplication([{ componentName: 'a', traits: [{ trait }] }]);
  const [subject] = ruleComponents(application, new Map([['a', aComponent('a', workload)]]), aCatalog());
  if (!subject) throw new Error('the Component is known');
  expect(withoutOwnedFields(subject.workload, subject.traits)['spec']).toEqual({ paused: true });
});

test.each<[string, object, object[], number | undefined]>([
  ['beside Flagger', { replicas: 3 }, [rollout], 3],
  ['beside Flagger, raw', { replicas: 3 }, [canary()], 3],
  ['beside KEDA', { replicas: 3 }, [keda()], undefined],
  ['beside both', { replicas: 3 }, [keda(), rollout], undefined],
  ['with nobody who decides', { replicas: 3 }, [ingress('a')], undefined],
  ['that states none', {}, [rollout], undefined],
])(
  '%s a workload begins with the replicas that it states, where nobody else knows how many',
  (_what, spec, traits, first) => {
    const entry = { componentName: 'a', traits: traits.map((trait) => ({ trait: trait as KubernetesObject })) };
    const components = new Map([['a', aComponent('a', deployment(spec))]]);
    const [subject] = ruleComponents(anApplication([entry]), components, aCatalog());
    expect(subject && firstReplicasOf(subject.workload, subject.traits)).toBe(first);
  },
);
