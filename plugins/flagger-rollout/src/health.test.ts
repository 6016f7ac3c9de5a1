import type { ClusterView, KubernetesObject } from '@capstan/plugin-api';
import { expect, test } from 'vitest';
import { rolloutHealth, servingHealth, servingObject } from './health.ts';
import { aDeployment, aRollout } from './testing/builders.ts';

const aCanary = (status: object, spec: object = {}): KubernetesObject => ({
  apiVersion: 'flagger.app/v1beta1',
  kind: 'Canary',
  metadata: { name: 'frontend', namespace: 'shop' },
  spec: { targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'frontend' }, ...spec },
  status: { ...status },
});

const SERVING = { observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };

const aPrimary = (status: object = SERVING, image = 'shop/frontend:1'): KubernetesObject => {
  const { metadata, spec, ...rest } = aDeployment() as KubernetesObject & { spec: object };
  const [container] = (spec as { template: { spec: { containers: object[] } } }).template.spec.containers;
  const template = { spec: { containers: [{ ...container, image }] } };
  const live = { ...metadata, name: 'frontend-primary', generation: 1 };
  return { ...rest, metadata: live, spec: { ...spec, replicas: 2, template }, status: { ...status } };
};

const aCluster = (...objects: KubernetesObject[]): ClusterView => ({
  get: ({ kind, name }) => objects.find((object) => object.kind === kind && object.metadata.name === name),
  list: () => objects,
});

/** Phases as Flagger 1.44.0 writes them. */
test.each<[string, object, string, string, string]>([
  ['nothing written yet', {}, 'progressing', 'Initializing', 'not looked at'],
  ['the copy is made', { phase: 'Initializing' }, 'progressing', 'Initializing', 'making the copy'],
  ['set up', { phase: 'Initialized' }, 'ready', 'Initialized', ''],
  ['an approval is awaited', { phase: 'Waiting' }, 'progressing', 'Waiting', 'approval'],
  ['checked', { phase: 'Progressing', canaryWeight: 20 }, 'progressing', 'Progressing', '20% of the traffic'],
  ['checked badly', { phase: 'Progressing', failedChecks: 2 }, 'progressing', 'Progressing', '2 checks failed'],
  ['checked without traffic', { phase: 'Progressing', iterations: 3 }, 'progressing', 'Progressing', '3 checks'],
  ['an approval of the promotion', { phase: 'WaitingPromotion' }, 'progressing', 'WaitingPromotion', 'promotion'],
  ['promoted', { phase: 'Promoting' }, 'progressing', 'Promoting', 'promoted'],
  ['all traffic', { phase: 'Finalising' }, 'progressing', 'Finalising', 'all traffic'],
  ['done', { phase: 'Succeeded' }, 'ready', 'Succeeded', ''],
  ['failed', { phase: 'Failed', canaryWeight: 0 }, 'degraded', 'RolloutFailed', 'the version from before still serves'],
  [
    'a failed promotion',
    { phase: 'Failed', canaryWeight: 100 },
    'degraded',
    'PromotionFailed',
    'the new version serves',
  ],
  ['given back', { phase: 'Terminating' }, 'progressing', 'Terminating', 'giving the component back'],
])('%s', (_what, status, expected, reason, text) => {
  const health = rolloutHealth(aRollout(), [aCanary(status)], aCluster());
  expect(health).toMatchObject({ status: expected, reason });
  expect(health.message ?? '').toContain(text);
});

test('a new version that Flagger has not looked at is not ready yet', () => {
  const cluster = aCluster(aDeployment(), aPrimary(SERVING, 'shop/frontend:0'));
  expect(rolloutHealth(aRollout(), [aCanary({ phase: 'Succeeded' })], cluster)).toMatchObject({ reason: 'NewVersion' });
  const same = aCluster(aDeployment(), aPrimary());
  expect(rolloutHealth(aRollout(), [aCanary({ phase: 'Succeeded' })], same)).toMatchObject({ status: 'ready' });
});

/** A Deployment whose pods were asked for at this time, and whose replicas Flagger set later. */
const askedAt = (time: string, image: string): KubernetesObject => {
  const { metadata, ...rest } = aPrimary(SERVING, image);
  const entry = (manager: string, when: string, field: string) => ({
    manager,
    operation: 'Apply',
    time: when,
    fieldsV1: { 'f:spec': { [field]: {} } },
  });
  const managedFields = [entry('capstan', time, 'f:template'), entry('flagger', '2026-11-21T13:00:00Z', 'f:replicas')];
  return { ...rest, metadata: { ...metadata, name: 'frontend', managedFields } };
};

test.each<[string, string, string, string, object]>([
  ['its pods were asked for before', '2026-11-21T11:00:00Z', 'shop/frontend:2', 'RolloutFailed', { final: true }],
  ['other pods were asked for since', '2026-11-21T12:00:01Z', 'shop/frontend:2', 'NewVersion', {}],
  ['what serves was asked for since', '2026-11-21T12:00:01Z', 'shop/frontend:1', 'RolledBack', { status: 'ready' }],
])('a rollout that failed: %s', (_what, time, image, reason, more) => {
  const canary = aCanary({ phase: 'Failed', canaryWeight: 0, lastTransitionTime: '2026-11-21T12:00:00Z' });
  const health = rolloutHealth(aRollout(), [canary], aCluster(askedAt(time, image), aPrimary()));
  expect(health).toMatchObject({ reason, ...more });
});

/** A DaemonSet with this image, as Flagger keeps it without pods since 13:00; `<name>-primary` of it without that. */
const aDaemonSet = (name: string, image: string, nodes: object = {}): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: {
    name,
    namespace: 'shop',
    managedFields: [
      { manager: 'capstan', time: '2026-11-21T11:00:00Z', fieldsV1: { 'f:spec': { 'f:template': { 'f:spec': {} } } } },
      {
        manager: 'flagger',
        time: '2026-11-21T13:00:00Z',
        fieldsV1: { 'f:spec': { 'f:template': { 'f:spec': { 'f:nodeSelector': {} } } } },
      },
    ],
  },
  spec: { template: { spec: { containers: [{ name: 'agent', image }], ...nodes } } },
});

test.each<[string, string, object, string]>([
  ['is set up', 'Initialized', {}, 'Initialized'],
  ['is set up on nodes of its own', 'Succeeded', { disk: 'ssd' }, 'Succeeded'],
  ['failed', 'Failed', {}, 'RolledBack'],
])('a DaemonSet that Flagger keeps without pods %s', (_what, phase, nodes, reason) => {
  const targetRef = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'agent' };
  const canary = aCanary({ phase, lastTransitionTime: '2026-11-21T12:00:00Z' }, { targetRef });
  const off = { nodeSelector: { ...nodes, 'flagger.app/scale-to-zero': 'true' } };
  const own = Object.keys(nodes).length > 0 ? { nodeSelector: nodes } : {};
  const primary = aDaemonSet('agent-primary', 'agent:1', own);
  const health = rolloutHealth(aRollout(), [canary], aCluster(aDaemonSet('agent', 'agent:1', off), primary));
  expect(health).toMatchObject({ status: 'ready', reason });
});

test('a version of a DaemonSet that failed is no new version because Flagger keeps it without pods', () => {
  const targetRef = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'agent' };
  const canary = aCanary({ phase: 'Failed', lastTransitionTime: '2026-11-21T12:00:00Z' }, { targetRef });
  const off = { nodeSelector: { 'flagger.app/scale-to-zero': 'true' } };
  const cluster = aCluster(aDaemonSet('agent', 'agent:2', off), aDaemonSet('agent-primary', 'agent:1'));
  expect(rolloutHealth(aRollout(), [canary], cluster)).toMatchObject({ reason: 'RolloutFailed' });
});

test('of a Knative Service nothing but the Canary is looked at', () => {
  const targetRef = { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: 'frontend' };
  const cluster: ClusterView = {
    get: ({ kind }) => {
      throw new Error(`${kind} is not declared`);
    },
    list: () => [],
  };
  const canary = aCanary({ phase: 'Initialized' }, { targetRef });
  expect(rolloutHealth(aRollout(), [canary], cluster)).toMatchObject({ status: 'ready' });
  expect(servingHealth(aRollout(), [canary], cluster)).toBeUndefined();
  expect(servingObject(aRollout(), [canary], cluster)).toBeUndefined();
});

test('a suspended Canary is ready on purpose', () => {
  const canary = aCanary({ phase: 'Progressing' }, { suspend: true });
  expect(rolloutHealth(aRollout(), [canary], aCluster())).toMatchObject({ status: 'ready', reason: 'Suspended' });
});

test.each<[string, object, string]>([
  ['serves', SERVING, 'ready'],
  ['is looked at', { ...SERVING, observedGeneration: 0 }, 'progressing'],
  ['is updated', { ...SERVING, updatedReplicas: 1 }, 'progressing'],
  [
    'is not available',
    { ...SERVING, availableReplicas: 0, conditions: [{ type: 'Available', status: 'False' }] },
    'degraded',
  ],
])('after a failed rollout the workload is what the copy is: it %s', (_what, status, expected) => {
  const cluster = aCluster(aPrimary(status));
  expect(servingHealth(aRollout(), [aCanary({ phase: 'Failed' })], cluster)).toMatchObject({ status: expected });
});

test.each(['', 'Initializing', 'Terminating'])('in phase "%s" the workload serves itself', (phase) => {
  const cluster = aCluster(aPrimary());
  expect(servingHealth(aRollout(), [aCanary({ phase })], cluster)).toBeUndefined();
  expect(servingObject(aRollout(), [aCanary({ phase })], cluster)).toBeUndefined();
});

test('the pods are those of the copy once Flagger has taken over', () => {
  const primary = aPrimary();
  expect(servingObject(aRollout(), [aCanary({ phase: 'Initialized' })], aCluster(primary))).toBe(primary);
});
