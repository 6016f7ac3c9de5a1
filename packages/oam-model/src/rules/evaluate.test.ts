import type { KubernetesObject } from '@capstan/base';
import { describe, expect, test } from 'vitest';
import { aCatalog, aComponent, anApplication, aTraitDefinition, aWorkloadDefinition } from '../../test/builders.ts';
import type { DefinitionCatalog } from '../catalog.ts';
import type { ApplicationComponent } from '../kinds/index.ts';
import { ruleComponents } from './components.ts';
import { evaluateRules, withoutOwnedFields } from './evaluate.ts';
import { describeSource } from './verdict.ts';

const object = (apiVersion: string, kind: string, spec: object = {}, metadata = {}) =>
  ({ apiVersion, kind, metadata, spec }) as unknown as KubernetesObject;
const scaler = (spec: object = { replicaCount: 3 }) => object('core.oam.dev/v1alpha2', 'ManualScalerTrait', spec);
const hpa = (spec: object = {}) => object('autoscaling/v2', 'HorizontalPodAutoscaler', spec);
const keda = (spec: object = {}) => object('keda.sh/v1alpha1', 'ScaledObject', spec);
const deployment = (spec: object = {}) => object('apps/v1', 'Deployment', spec);
const ingress = (host: string, path = '/', ingressClassName?: string) =>
  object('networking.k8s.io/v1', 'Ingress', { ingressClassName, rules: [{ host, http: { paths: [{ path }] } }] });
const route = (spec: object) => object('extended.oam.dev/v1', 'Route', spec);

interface Stated {
  readonly workload?: KubernetesObject;
  readonly traits: readonly KubernetesObject[];
}

function evaluate(stated: readonly Stated[], catalog: DefinitionCatalog = aCatalog()) {
  const names = ['web', 'db', 'cache'];
  const components = new Map(
    stated.map(({ workload = deployment() }, at) => [names[at] ?? '', aComponent(names[at] ?? '', workload)]),
  );
  const entries = stated.map(
    ({ traits }, at): ApplicationComponent => ({
      componentName: names[at] ?? '',
      traits: traits.map((trait) => ({ trait })),
    }),
  );
  return evaluateRules(ruleComponents(anApplication(entries), components, catalog));
}

/** What is not merely a note. */
const findings = (verdicts: ReturnType<typeof evaluate>) =>
  verdicts
    .filter(({ severity }) => severity !== 'info')
    .map(({ severity, name, object: { index, trait } }) => {
      return `${severity} ${name} ${index}/${trait ?? 'workload'}`;
    });

describe('refusals and warnings', () => {
  test.each<[string, Stated[], string[]]>([
    ['nothing', [{ traits: [] }], []],
    ['one scaler', [{ traits: [scaler()] }], []],
    ['two scalers of two kinds', [{ traits: [scaler(), hpa()] }], ['error oneOwnerPerField 0/1']],
    ['two scalers of one kind', [{ traits: [scaler(), scaler()] }], ['error oneOwnerPerField 0/1']],
    ['scalers of two components', [{ traits: [scaler()] }, { traits: [hpa()] }], []],
    [
      'two scalers of two objects',
      [{ traits: [hpa({ scaleTargetRef: { name: 'one' } }), hpa({ scaleTargetRef: { name: 'two' } })] }],
      [],
    ],
    [
      'a scaler of another object beside replicas',
      [{ workload: deployment({ replicas: 1 }), traits: [hpa({ scaleTargetRef: { name: 'other' } })] }],
      [],
    ],
    [
      'a scaler beside replicas of the workload',
      [{ workload: deployment({ replicas: 1 }), traits: [keda()] }],
      ['warning oneOwnerPerField 0/0'],
    ],
    ['two of a kind that is no trait type', [{ traits: [object('v1', 'ConfigMap'), object('v1', 'ConfigMap')] }], []],
    [
      'one host twice, in two components',
      [{ traits: [ingress('A.example.com')] }, { traits: [ingress('a.example.com.')] }],
      ['error oneRoutePerHost 1/0'],
    ],
    ['two paths of a host', [{ traits: [ingress('a', '/one/'), ingress('a', '/two')] }], []],
    [
      'a path and the same with a slash',
      [{ traits: [ingress('a', '/one/'), ingress('a', '/one')] }],
      ['error oneRoutePerHost 0/1'],
    ],
    ['one host in two classes', [{ traits: [ingress('a', '/', 'inner'), ingress('a', '/', 'outer')] }], []],
    [
      'an Ingress and a Route of one host',
      [{ traits: [ingress('a', '/', 'inner'), route({ hosts: ['a'] })] }],
      ['error oneRoutePerHost 0/1'],
    ],
    ['Routes without hosts', [{ traits: [route({}), route({ traffic: null })] }], []],
    [
      'two workloads with one selector',
      [
        { workload: deployment({ selector: { matchLabels: { a: 'b', c: 'd' } }, template: {} }), traits: [] },
        { workload: deployment({ selector: { matchLabels: { c: 'd', a: 'b' } }, template: {} }), traits: [] },
      ],
      ['warning oneWorkloadPerSelector 1/workload'],
    ],
  ])('%s', (_what, stated, expected) => {
    expect(findings(evaluate(stated))).toEqual(expected);
  });

  test.each<[string, KubernetesObject, KubernetesObject, boolean]>([
    [
      'VirtualServices of one gateway',
      object('networking.istio.io/v1', 'VirtualService', { hosts: ['a'], gateways: ['g'], http: [{ route: [] }] }),
      object('networking.istio.io/v1', 'VirtualService', {
        hosts: ['a'],
        gateways: ['g'],
        http: [{ match: [{ uri: { prefix: '/' } }] }],
      }),
      true,
    ],
    [
      'VirtualServices that differ in a header',
      object('networking.istio.io/v1', 'VirtualService', {
        hosts: ['a'],
        http: [{ match: [{ headers: { x: { exact: 'y' } } }] }],
      }),
      object('networking.istio.io/v1', 'VirtualService', { hosts: ['a'], http: [{ route: [] }] }),
      true,
    ],
    [
      'HTTPRoutes of one parent',
      object('gateway.networking.k8s.io/v1', 'HTTPRoute', {
        hostnames: ['a'],
        parentRefs: [{ name: 'g' }],
        rules: [{ matches: [{ path: { value: '/x' } }] }],
      }),
      object('gateway.networking.k8s.io/v1', 'HTTPRoute', {
        hostnames: ['a'],
        parentRefs: [{ name: 'g' }],
        rules: [{ matches: [{ path: { value: '/x/' } }] }],
      }),
      true,
    ],
    [
      'a DomainMapping and an Ingress',
      object('serving.knative.dev/v1beta1', 'DomainMapping', {}, { name: 'a' }),
      ingress('a'),
      true,
    ],
  ])('hosts of %s', (_what, one, other, shared) => {
    expect(findings(evaluate([{ traits: [one, other] }]))).toEqual(shared ? ['error oneRoutePerHost 0/1'] : []);
  });
});

describe('with Definitions', () => {
  const catalog = aCatalog([
    aWorkloadDefinition('singletons.example.com', { extension: { owns: ['replicas'] } }),
    aTraitDefinition('manualscalertraits.core.oam.dev'),
    aTraitDefinition('singles.example.com', { extension: { onePerComponent: true } }),
    aTraitDefinition('repeats.example.com', { podDisruptive: true }),
    aTraitDefinition('statefuls.example.com', { appliesToWorkloads: ['statefulsets.apps', '*.example.com'] }),
    aTraitDefinition('loners.example.com', { conflictsWith: ['configmaps', 'labelSelector:tier in (edge)'] }),
    aTraitDefinition('edges.example.com', {}, { tier: 'edge' }),
    aTraitDefinition('horizontalpodautoscalers.autoscaling', { extension: { owns: [] } }),
  ]);
  const example = (kind: string) => object('example.com/v1', kind);
  const one = (traits: KubernetesObject[], workload = deployment()) => evaluate([{ workload, traits }], catalog);

  test.each<[string, ReturnType<typeof evaluate>, object]>([
    [
      'a trait on a workload that it does not name',
      one([example('Stateful')]),
      {
        name: 'appliesToWorkloads',
        message:
          'the trait "statefuls.example.com" cannot apply to workload "deployments.apps" of component "web" (appliable: ["statefulsets.apps" "*.example.com"])',
        source: { kind: 'TraitDefinition', name: 'statefuls.example.com', field: 'spec.appliesToWorkloads' },
      },
    ],
    [
      'a conflict that stands in the second trait',
      one([example('Edge'), example('Loner')]),
      {
        name: 'conflictsWith',
        message:
          'traits "edges.example.com" and "loners.example.com" of component "web" conflict: loners.example.com conflicts with edges.example.com (labelSelector:tier in (edge))',
        source: { name: 'loners.example.com', field: 'spec.conflictsWith[1]' },
        object: { trait: 1, type: 'loners.example.com' },
        other: { trait: 0, type: 'edges.example.com' },
      },
    ],
    [
      'a conflict with a kind that no Definition registers',
      one([example('Loner'), object('v1', 'ConfigMap')]),
      { name: 'conflictsWith', source: { field: 'spec.conflictsWith[0]' } },
    ],
    [
      'two traits of a type that may stand once',
      one([example('Single'), example('Single')]),
      { name: 'oneTraitPerType', source: { field: 'spec.extension.onePerComponent' } },
    ],
    [
      'a scaler on a workload that keeps its replicas',
      one([scaler()], example('Singleton')),
      { name: 'oneOwnerPerField', source: { kind: 'WorkloadDefinition', name: 'singletons.example.com' } },
    ],
  ])('%s is refused, with the rule and where it stands', (_what, verdicts, expected) => {
    expect(verdicts.filter(({ allowed }) => !allowed)).toMatchObject([expected]);
  });

  test('two traits of any other type are a warning: the reference allows them', () => {
    expect(findings(one([example('Repeat'), example('Repeat')]))).toEqual(['warning oneTraitPerType 0/1']);
  });

  test('a Definition that owns nothing wins over what Capstan knows of the kind', () => {
    expect(findings(one([scaler(), hpa()]))).toEqual([]);
  });

  test('what is allowed says by which rule, and what restarts pods is noted', () => {
    const notes = one([example('Repeat')]).map(({ name, source, rule }) => [name, describeSource(source), rule]);
    expect(notes).toEqual([
      [
        'appliesToWorkloads',
        'TraitDefinition repeats.example.com, spec.appliesToWorkloads',
        'repeats.example.com names no workloads, so it applies to all',
      ],
      [
        'podDisruptive',
        'TraitDefinition repeats.example.com, spec.podDisruptive',
        'repeats.example.com is podDisruptive: adding, changing or removing it restarts the pods of web',
      ],
    ]);
  });
});

test('a workload gives its replicas up for the trait that owns them, and keeps them otherwise', () => {
  const subjects = (trait: KubernetesObject) => {
    const component = aComponent('web', deployment({ replicas: 2, paused: true }));
    const application = anApplication([{ componentName: 'web', traits: [{ trait }] }]);
    const [subject] = ruleComponents(application, new Map([['web', component]]), aCatalog());
    if (!subject) throw new Error('the Component is known');
    return withoutOwnedFields(subject.workload, subject.traits)['spec'];
  };
  expect(subjects(scaler())).toEqual({ paused: true });
  expect(subjects(hpa({ scaleTargetRef: { name: 'other' } }))).toEqual({ replicas: 2, paused: true });
  expect(subjects(object('v1', 'ConfigMap'))).toEqual({ replicas: 2, paused: true });
});
