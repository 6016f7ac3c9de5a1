import type { JsonObject, KubernetesObject, ObjectReference } from '@capstan/base';
import type { CapabilityInstall } from '@capstan/capability-model';
import { aPackage } from '@capstan/capability-model/testing';
import { describe, expect, test } from 'vitest';
import { checksOf } from './checks.ts';
import type { Drift } from './drift.ts';
import { type HealthFacts, keyOf } from './facts.ts';
import { standingOf } from './standing.ts';
import { subjectOf } from './subject.ts';
import { probeStatuses } from './write-health.ts';

const target: ObjectReference = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'press', name: 'press' };
const served: ObjectReference = { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', name: 'v1.press' };
const metadata = aPackage('press', {
  plugin: { id: 'press', api: '^1.0.0', kinds: [] },
  health: {
    probes: [
      { id: 'operator', type: 'kstatus', target, level: 'blocking', meaning: 'nothing is printed' },
      { id: 'metrics', type: 'kstatus', target: served, level: 'degraded' },
      { id: 'api', type: 'kstatus', target: served, level: 'blocking', servedByPods: true },
    ],
  },
} as unknown as JsonObject);
const subject = subjectOf(metadata, ['ink']);
const install = (name: string, status: 'True' | 'False', more: object = {}, plugin = 'Running') =>
  ({
    metadata: { name },
    status: {
      conditions: [
        { type: 'Ready', status, reason: 'R', message: `${name} is so. Next: capstan help`, lastTransitionTime: '' },
        { type: 'PluginLoaded', status: plugin === 'Running' ? 'True' : 'False', reason: plugin, message: 'm' },
      ],
      ...more,
    },
  }) as unknown as CapabilityInstall;
const alive: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'press', generation: 1 },
  spec: { replicas: 1 },
  status: {
    observedGeneration: 1,
    replicas: 1,
    updatedReplicas: 1,
    readyReplicas: 1,
    availableReplicas: 1,
    conditions: [{ type: 'Available', status: 'True' }],
  },
} as unknown as KubernetesObject;
const present = {
  ...served,
  metadata: { name: 'v1.press' },
  status: { conditions: [{ type: 'Available', status: 'True' }] },
} as unknown as KubernetesObject;

function facts(more: Partial<HealthFacts> & { readonly without?: ObjectReference } = {}): HealthFacts {
  const objects = new Map([
    [keyOf(target), alive],
    [keyOf(served), present],
  ]);
  return {
    object: (reference) =>
      more.without && keyOf(more.without) === keyOf(reference) ? undefined : objects.get(keyOf(reference)),
    release: () => ({ status: 'deployed' }),
    install: (name) => install(name, 'True'),
    operatorRuns: true,
    pods: { simulated: true },
    drift: [],
    ...more,
  };
}

const stand = (about: HealthFacts) =>
  standingOf(subject, checksOf(subject, about), { drift: about.drift, command: (words) => `capstan ${words}` });
const changed: Drift = { object: target, kind: 'changed', fields: ['spec.replicas'], managers: ['somebody'] };

describe('the standing of a package', () => {
  test('is Ready, with what cannot be verified counted', () => {
    expect(stand(facts())).toEqual({
      phase: 'Ready',
      ready: true,
      reason: 'Installed',
      message: 'Ready (1 check not verifiable here)',
      next: [],
    });
  });

  test.each<[string, Partial<HealthFacts> & { without?: ObjectReference }, string, RegExp, string]>([
    [
      'a release that is gone',
      { release: () => undefined },
      'ReleaseMissing',
      /release press\/press is gone/,
      'capstan cap install press',
    ],
    [
      'a release that failed',
      { release: () => ({ status: 'failed' }) },
      'ReleaseNotDeployed',
      /is failed/,
      'capstan cap install press',
    ],
    [
      'a blocking probe',
      { without: target },
      'ProbeFailed',
      /does not exist \(nothing is printed\)/,
      'kubectl get pods,events --namespace press',
    ],
    ['no operator', { operatorRuns: false }, 'OperatorNotRunning', /no operator is running/, 'capstan system run'],
    [
      'a plugin that failed',
      { install: (name) => install(name, 'True', {}, 'Failed') },
      'PluginNotLoaded',
      /Failed: m/,
      'capstan system status',
    ],
    [
      'a dependency that is not ready',
      { install: (name) => install(name, name === 'ink' ? 'False' : 'True') },
      'DependencyNotReady',
      /^ink, which it needs, is not ready: ink is so$/,
      'capstan cap status ink',
    ],
    [
      'a record that was deleted',
      { install: (name) => (name === 'press' ? undefined : install(name, 'True')), release: () => undefined },
      'RecordMissing',
      /CapabilityInstall was deleted.* and 1 more/,
      'capstan cap install press',
    ],
    [
      'a dependency that is gone',
      { install: (name) => (name === 'ink' ? undefined : install(name, 'True')) },
      'DependencyNotReady',
      /not installed/,
      'capstan cap status ink',
    ],
    [
      'an object that was deleted',
      { drift: [{ ...changed, object: { ...target, name: 'other' }, kind: 'missing' }] },
      'Drifted',
      /deployment\/press\/other was deleted/,
      'capstan cap install press',
    ],
  ])('is Degraded and not ready for %s', (_, about, reason, message, next) => {
    expect(stand(facts(about))).toMatchObject({
      phase: 'Degraded',
      ready: false,
      reason,
      message: expect.stringMatching(message),
      next: [next],
    });
  });

  test('is Degraded and ready while only what can be missed fails', () => {
    expect(stand(facts({ without: served }))).toMatchObject({ phase: 'Degraded', ready: true, reason: 'ChecksFail' });
  });

  test('is Ready and Drifted for what somebody changed', () => {
    expect(stand(facts({ drift: [changed, changed] }))).toMatchObject({
      phase: 'Ready',
      ready: true,
      reason: 'Drifted',
      message: expect.stringMatching(/^Ready \(.*; drifted: .* was changed by somebody: spec.replicas, and 1 more$/),
    });
  });

  test('does not suffer while a dependency is being upgraded, or the plugin is being switched on', () => {
    const upgrading = (name: string) =>
      install(name, name === 'ink' ? 'False' : 'True', { phase: 'Applying' }, 'InstallNotReady');
    expect(stand(facts({ install: upgrading })).phase).toBe('Ready');
  });

  test('tells the cause before what follows from it', () => {
    const about = facts({ without: target, install: (name) => install(name, name === 'ink' ? 'False' : 'True') });
    expect(stand(about)).toMatchObject({
      reason: 'DependencyNotReady',
      message: expect.stringContaining('and 1 more'),
    });
  });
});

test('probes keep the moment at which they were first seen to be so', () => {
  const checks = checksOf(subject, facts());
  const first = probeStatuses(subject, checks, [], 1000);
  expect(probeStatuses(subject, checks, first, 2000)).toBe(first);
  const [operator, metrics] = probeStatuses(subject, checksOf(subject, facts({ without: target })), first, 2000);
  expect(operator).toMatchObject({ result: 'failed', observedAt: new Date(2000).toISOString() });
  expect(metrics).toBe(first[1]);
});
