import type { KubernetesObject } from '@capstan/base';
import { describe, expect, test } from 'vitest';
import { aComponent, anApplication } from '../../test/builders.ts';
import { aTrait, DEPLOYMENT, KNATIVE, normalize, said, scaler, traitsOf } from '../../test/dialect.ts';

const hpa = (spec: object) => aTrait('autoscaling/v2', 'HorizontalPodAutoscaler', spec) as KubernetesObject;
const keda = (spec: object) => aTrait('keda.k8s.io/v1alpha1', 'ScaledObject', spec) as KubernetesObject;
const autoscaler = (spec: object) => aTrait('autoscaling.knative.dev/v1', 'Autoscaler', spec) as KubernetesObject;
const cpu = { type: 'cpu', metricType: 'Utilization', metadata: { value: '70' } };
const memory = { type: 'memory', metricType: 'AverageValue', metadata: { value: '1Gi' } };
const resource = (name: string, target: object) => ({ type: 'Resource', resource: { name, target } });

function onKnative(...traits: readonly KubernetesObject[]) {
  const entry = { componentName: 'web', traits: traits.map((trait) => ({ trait })) };
  return normalize(anApplication([entry]), [aComponent('web', KNATIVE)]);
}

/** The annotations, by their names in `autoscaling.knative.dev`. */
function annotations({ application }: ReturnType<typeof onKnative>): Record<string, unknown> {
  const { overrides = [] } = application.spec.components[0] ?? {};
  return Object.fromEntries(
    overrides.map(({ fieldPath, value }) => [/autoscaling\.knative\.dev\/(.*)\]/.exec(fieldPath)?.[1] ?? '', value]),
  );
}

describe('a scaler on a Knative Service becomes annotations', () => {
  const class_ = 'hpa.autoscaling.knative.dev';

  test.each<[string, KubernetesObject, Record<string, string>]>([
    [
      'a ScaledObject on cpu',
      keda({ minReplicaCount: 1, maxReplicaCount: 4, triggers: [cpu] }),
      { 'min-scale': '1', 'max-scale': '4', class: class_, metric: 'cpu', target: '70' },
    ],
    [
      "a ScaledObject without bounds has KEDA's maximum",
      keda({ triggers: [{ type: 'cpu', metadata: { value: '50' } }] }),
      { 'max-scale': '100', class: class_, metric: 'cpu', target: '50' },
    ],
    [
      'a ScaledObject on memory',
      keda({ maxReplicaCount: 2, triggers: [memory] }),
      { 'max-scale': '2', class: class_, metric: 'memory', target: '1024' },
    ],
    [
      'an HPA on cpu',
      hpa({
        minReplicas: 2,
        maxReplicas: 5,
        metrics: [resource('cpu', { type: 'Utilization', averageUtilization: 60 })],
      }),
      { 'min-scale': '2', 'max-scale': '5', class: class_, metric: 'cpu', target: '60' },
    ],
    [
      'an HPA on memory',
      hpa({ maxReplicas: 5, metrics: [resource('memory', { type: 'AverageValue', averageValue: '500M' })] }),
      { 'max-scale': '5', class: class_, metric: 'memory', target: '476' },
    ],
    [
      "an HPA without metrics has Kubernetes' own",
      hpa({ minReplicas: 1, maxReplicas: 10 }),
      { 'min-scale': '1', 'max-scale': '10', class: class_, metric: 'cpu', target: '80' },
    ],
    [
      'an HPA of autoscaling/v1',
      aTrait('autoscaling/v1', 'HorizontalPodAutoscaler', { maxReplicas: 3, targetCPUUtilizationPercentage: 90 }),
      { 'max-scale': '3', class: class_, metric: 'cpu', target: '90' },
    ],
    [
      "the talks' Autoscaler",
      autoscaler({ minScale: 0, maxScale: 100, metric: 'rps', target: 10 }),
      { 'min-scale': '0', 'max-scale': '100', metric: 'rps', target: '10' },
    ],
  ])('%s', (_what, trait, expected) => {
    const result = onKnative(trait);
    expect(annotations(result)).toEqual(expected);
    expect(traitsOf(result)).toEqual([[]]);
    expect(result.problems).toEqual([]);
  });

  test('says so, and names what it does not look at', () => {
    const result = onKnative(keda({ cooldownPeriod: 30, maxReplicaCount: 4, triggers: [cpu] }));
    expect(said(result.warnings)).toEqual([
      'spec.components[0].traits[0].trait.apiVersion: keda.k8s.io/v1alpha1 ScaledObject is read as keda.sh/v1alpha1 ScaledObject',
      "spec.components[0].traits[0].trait.apiVersion: keda.sh/v1alpha1 ScaledObject is read as annotations autoscaling.knative.dev/max-scale, class, metric and target of the workload's spec.template",
      'spec.components[0].traits[0].trait.spec.cooldownPeriod: cooldownPeriod has no Knative annotation and is not looked at',
    ]);
  });

  test('of the application it reaches Deployments as a trait and Knative Services as annotations', () => {
    const trait = hpa({ maxReplicas: 3 });
    const application = anApplication([{ componentName: 'web' }, { componentName: 'db' }], { traits: [{ trait }] });
    const result = normalize(application, [aComponent('web', KNATIVE), aComponent('db', DEPLOYMENT)]);
    expect(traitsOf(result)).toEqual([[], [trait]]);
    expect(annotations(result)).toMatchObject({ 'max-scale': '3' });
  });
});

describe('what Knative cannot say stays as it is, for the rules to refuse', () => {
  test.each<[string, KubernetesObject[]]>([
    ['a trigger of another type', [keda({ triggers: [{ type: 'redis' }] })]],
    ['two triggers', [keda({ triggers: [cpu, memory] })]],
    ['no trigger', [keda({})]],
    ['an amount of cpu', [keda({ triggers: [{ ...cpu, metricType: 'AverageValue' }] })]],
    ['percent of memory', [keda({ triggers: [{ ...memory, metricType: 'Utilization' }] })]],
    ['no value', [keda({ triggers: [{ type: 'cpu', metadata: {} }] })]],
    ['replicas for when a source cannot be read', [keda({ fallback: { replicas: 2 }, triggers: [cpu] })]],
    ['how fast it scales', [hpa({ maxReplicas: 2, behavior: { scaleDown: { selectPolicy: 'Disabled' } } })]],
    ['one container', [keda({ triggers: [{ ...cpu, metadata: { value: '70', containerName: 'c' } }] })]],
    ['a maximum that is text', [keda({ maxReplicaCount: '4', triggers: [cpu] })]],
    ['a maximum below the minimum', [hpa({ minReplicas: 3, maxReplicas: 2 })]],
    ['a metric of pods', [hpa({ maxReplicas: 2, metrics: [{ type: 'Pods', pods: { metric: { name: 'm' } } }] })]],
    ['an Autoscaler with a word for a number', [autoscaler({ minScale: 'none' })]],
    ['two scalers', [keda({ triggers: [cpu] }), hpa({ maxReplicas: 2 })]],
    ['two scalers, one by hand', [keda({ triggers: [cpu] }), scaler()]],
  ])('%s', (_what, traits) => {
    const result = onKnative(...traits);
    expect(annotations(result)).toEqual({});
    expect(traitsOf(result)[0]).toHaveLength(traits.length);
  });

  test('percent of a cpu request that is not there', () => {
    const containers = (resources: object) => ({ template: { spec: { containers: [{ name: 'c', resources }] } } });
    const entry = { componentName: 'web', traits: [{ trait: keda({ triggers: [cpu] }) }] };
    const left = (resources: object) => {
      const component = aComponent('web', { ...KNATIVE, spec: containers(resources) });
      return traitsOf(normalize(anApplication([entry]), [component]))[0]?.length;
    };
    expect(left({})).toBe(1);
    expect(left({ requests: { cpu: '100m' } })).toBe(0);
    expect(left({ limits: { cpu: 1 } })).toBe(0);
  });

  test('a trait of the application is not attached there, and the warning says why', () => {
    const trait = keda({ triggers: [{ type: 'redis' }] });
    const application = anApplication([{ componentName: 'web' }, { componentName: 'db' }], { traits: [{ trait }] });
    const result = normalize(application, [aComponent('web', KNATIVE), aComponent('db', DEPLOYMENT)]);
    expect(traitsOf(result).map((traits) => traits.length)).toEqual([0, 1]);
    expect(said(result.warnings).join('\n')).toMatch(/is not attached to web: .*trigger "redis" is none of them/);
  });

  test('a Serverless has fields of its own for what an Autoscaler says', () => {
    const application = anApplication([{ componentName: 'web', traits: [{ trait: autoscaler({ minScale: 1 }) }] }]);
    const workload = { apiVersion: 'workloads.capstan.dev/v1alpha1', kind: 'Serverless' };
    expect(normalize(application, [aComponent('web', workload)]).problems).toMatchObject([
      { reason: 'TraitNotApplicable', hint: 'Set minScale and maxScale in the workload.' },
    ]);
  });
});
