import { describe, expect, test } from 'vitest';
import type { Pod, Quota } from '../model/core-types.ts';
import { KINDS } from '../model/kinds.ts';
import type { Autoscaler, DisruptionBudget } from '../model/workload-types.ts';
import { aClaim, aPod, aService, NOW, TIME } from '../testing/builders.ts';
import { decideAutoscaler } from './autoscaler-plan.ts';
import { disruptionStatus } from './disruption-plan.ts';
import { usedOf } from './quota-usage.ts';

describe('an autoscaler without metrics', () => {
  const metric = { type: 'Resource', resource: { name: 'cpu' } };
  const autoscaler: Autoscaler = {
    ...KINDS.autoscaler,
    metadata: { name: 'web', namespace: 'test' },
    spec: { minReplicas: 2, maxReplicas: 5, scaleTargetRef: { kind: 'Deployment', name: 'web' }, metrics: [metric] },
  };

  test.each([
    [1, 2, 'Current number of replicas below Spec.MinReplicas'],
    [9, 5, 'Current number of replicas above Spec.MaxReplicas'],
  ])('scales %i to %i', (replicas, rescaleTo, reason) => {
    const plan = decideAutoscaler(autoscaler, { replicas }, TIME);
    expect(plan).toMatchObject({
      rescaleTo,
      reason,
      status: {
        currentReplicas: replicas,
        desiredReplicas: rescaleTo,
        lastScaleTime: TIME,
        conditions: [{ type: 'AbleToScale', status: 'True', reason: 'SucceededRescale' }],
      },
    });
  });

  test('says within its limits that it has none', () => {
    const { status, rescaleTo } = decideAutoscaler(autoscaler, { replicas: 3 }, TIME);
    expect(rescaleTo).toBeUndefined();
    expect(status).toMatchObject({
      currentReplicas: 3,
      conditions: [
        { type: 'AbleToScale', status: 'True', reason: 'SucceededGetScale' },
        {
          type: 'ScalingActive',
          status: 'False',
          reason: 'FailedGetResourceMetric',
          message:
            'the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)',
        },
      ],
    });
  });

  test('rests while its target has no replicas, and says when there is no target', () => {
    const asleep = decideAutoscaler(autoscaler, { replicas: 0 }, TIME);
    expect(asleep.status.conditions).toMatchObject([{}, { type: 'ScalingActive', reason: 'ScalingDisabled' }]);
    const lost = decideAutoscaler(autoscaler, { error: 'deployments.apps "web" not found' }, TIME);
    expect(lost.status.conditions).toMatchObject([{ type: 'AbleToScale', status: 'False', reason: 'FailedGetScale' }]);
  });
});

describe('a disruption budget', () => {
  const budget = (spec: DisruptionBudget['spec']): DisruptionBudget => ({
    ...KINDS.disruptionBudget,
    metadata: { name: 'web', namespace: 'test', generation: 2 },
    spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
  });
  const four = [aPod('a'), aPod('b'), aPod('c'), aPod('d', { ready: false })];

  test.each<[string, DisruptionBudget['spec'], readonly Pod[], number, object]>([
    ['a least number', { minAvailable: 2 }, four, 4, { desiredHealthy: 2, disruptionsAllowed: 1, expectedPods: 4 }],
    ['a least share', { minAvailable: '50%' }, four, 5, { desiredHealthy: 3, disruptionsAllowed: 0, expectedPods: 5 }],
    [
      'a greatest number',
      { maxUnavailable: 2 },
      four,
      4,
      { desiredHealthy: 2, disruptionsAllowed: 1, expectedPods: 4 },
    ],
    ['no Pods', { maxUnavailable: 1 }, [], 0, { desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 }],
  ])('%s', (_name, spec, pods, expected, counts) => {
    const status = disruptionStatus({ budget: budget(spec), pods, expected: () => expected, now: NOW });
    expect(status).toMatchObject({ ...counts, observedGeneration: 2 });
  });

  test('an eviction under way counts until the Pod goes', () => {
    const evicting = { ...budget({ minAvailable: 1 }), status: { disruptedPods: { a: TIME, gone: TIME } } };
    const status = disruptionStatus({ budget: evicting, pods: four, expected: () => 4, now: NOW });
    expect(status).toMatchObject({ currentHealthy: 2, disruptionsAllowed: 1, disruptedPods: { a: TIME } });
    expect(status).toMatchObject({
      conditions: [{ type: 'DisruptionAllowed', status: 'True', reason: 'SufficientPods' }],
    });
  });
});

describe('a quota', () => {
  const hard = (...names: string[]): Quota => ({
    ...KINDS.quota,
    metadata: { name: 'q', namespace: 'test' },
    spec: { hard: Object.fromEntries(names.map((name) => [name, '10'])) },
  });
  const resources = (cpu: string, memory: string) => ({ requests: { cpu, memory }, limits: { memory } });
  const pod = (name: string, cpu: string, memory: string, phase = 'Running') =>
    aPod(name, { phase, spec: { containers: [{ name: 'c', image: 'web:1', resources: resources(cpu, memory) }] } });
  const facts = {
    pods: [pod('a', '100m', '64Mi'), pod('b', '150m', '64Mi'), pod('done', '5', '1Gi', 'Succeeded')],
    services: [aService({ type: 'LoadBalancer' }), aService()],
    claims: [aClaim(), aClaim()],
    count: (resource: string) => ({ secrets: 3, 'jobs.batch': 2 })[resource],
  };

  test.each([
    ['pods', '2'],
    ['count/pods', '2'],
    ['requests.cpu', '250m'],
    ['cpu', '250m'],
    ['limits.cpu', '0'],
    ['limits.memory', '128Mi'],
    ['services', '2'],
    ['services.loadbalancers', '1'],
    ['services.nodeports', '1'],
    ['persistentvolumeclaims', '2'],
    ['requests.storage', '2Gi'],
    ['secrets', '3'],
    ['count/jobs.batch', '2'],
    ['count/crontabs.example.com', '0'],
    ['unheard-of', undefined],
  ])('of %s', (name, used) => {
    expect(usedOf(hard(name), facts)[name]).toBe(used);
  });

  test('counts the Pods of its scopes only', () => {
    const scoped = { ...hard('pods'), spec: { ...hard('pods').spec, scopes: ['BestEffort'] } };
    expect(usedOf(scoped, { ...facts, pods: [...facts.pods, aPod('c')] })).toEqual({ pods: '1' });
  });
});
