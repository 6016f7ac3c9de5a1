import { describe, expect, test } from 'vitest';
import { conditionIn } from '../model/meta.ts';
import { aDeployment, ago, aPod, aReplicaSet, NOW, podSpec } from '../testing/builders.ts';
import { type DeploymentPlan, type DeploymentState, decideDeployment } from './deployment-plan.ts';

function decide(state: Partial<DeploymentState>): DeploymentPlan {
  return decideDeployment({ deployment: aDeployment(), replicaSets: [], pods: () => [], now: NOW, ...state });
}

/** Name and new size of each ReplicaSet that the plan changes. */
function sizes({ update }: DeploymentPlan): Record<string, number> {
  return Object.fromEntries(update.map(({ metadata, spec }) => [metadata.name, spec.replicas]));
}

function condition(plan: DeploymentPlan, type: string) {
  return conditionIn(plan.deployment.status?.conditions, type);
}

const template = (image: string) => ({ metadata: { labels: { app: 'web' } }, spec: podSpec(image) });

describe('a new Deployment', () => {
  test('gets a ReplicaSet of full size with its hash, revision and sizes', () => {
    const plan = decide({});
    const hash = plan.create?.metadata.labels?.['pod-template-hash'];
    expect(plan.create).toMatchObject({
      metadata: {
        name: `web-${hash}`,
        annotations: {
          'deployment.kubernetes.io/revision': '1',
          'deployment.kubernetes.io/desired-replicas': '2',
          'deployment.kubernetes.io/max-replicas': '3',
        },
        ownerReferences: [{ kind: 'Deployment', name: 'web', controller: true }],
      },
      spec: { replicas: 2, selector: { matchLabels: { app: 'web', 'pod-template-hash': hash } } },
    });
    expect(plan.deployment.metadata.annotations).toEqual({ 'deployment.kubernetes.io/revision': '1' });
    expect(condition(plan, 'Progressing')).toMatchObject({ status: 'True', reason: 'NewReplicaSetCreated' });
    expect(condition(plan, 'Available')).toMatchObject({ status: 'False', reason: 'MinimumReplicasUnavailable' });
  });

  test('is complete when all Pods are available', () => {
    const plan = decide({ replicaSets: [aReplicaSet('one', { image: 'web:1', replicas: 2 })] });
    expect(condition(plan, 'Progressing')).toMatchObject({
      reason: 'NewReplicaSetAvailable',
      message: 'ReplicaSet "one" has successfully progressed.',
    });
    expect(plan.deployment.status).toMatchObject({ replicas: 2, updatedReplicas: 2, availableReplicas: 2 });
    expect(plan.deployment.status).not.toHaveProperty('unavailableReplicas');
  });

  test('is left alone once its status says so', () => {
    const replicaSets = [aReplicaSet('one', { image: 'web:1', replicas: 2 })];
    const { deployment } = decide({ replicaSets });
    const again = decide({ deployment, replicaSets, now: NOW + 60_000 });
    expect(again).toMatchObject({ update: [], remove: [] });
    expect(again.deployment).toBe(deployment);
  });
});

describe('a rolling update', () => {
  const old = (replicas: number, available = replicas) =>
    aReplicaSet('old', { image: 'web:1', replicas, available, desired: 4, created: 600 });
  const next = (replicas: number, available = replicas) =>
    aReplicaSet('new', { image: 'web:2', replicas, available, revision: 2, desired: 4 });
  const deployment = aDeployment({ replicas: 4, template: template('web:2') });

  test('starts with as many new Pods as maxSurge allows', () => {
    const plan = decide({ deployment, replicaSets: [old(4)] });
    expect(plan.create).toMatchObject({ spec: { replicas: 1 } });
    expect(plan.create?.metadata.annotations).toMatchObject({ 'deployment.kubernetes.io/revision': '2' });
  });

  test.each([
    ['old Pods go as maxUnavailable allows', old(4), next(1, 0), { old: 3 }],
    ['the room is filled with new Pods', old(3), next(1, 0), { new: 2 }],
    ['nothing goes while too few are available', old(3), next(2, 0), {}],
    ['old Pods follow as new ones become available', old(3), next(2), { old: 1 }],
    ['the last old Pod goes when all new ones are there', old(1), next(4), { old: 0 }],
    ['old Pods that do not work go first', old(4, 2), next(1, 1), { old: 2 }],
  ])('%s', (_name, one, other, expected) => {
    expect(sizes(decide({ deployment, replicaSets: [one, other] }))).toEqual(expected);
  });

  test('without surge a Pod goes before a new one comes', () => {
    const rollingUpdate = { maxSurge: 0, maxUnavailable: 1 };
    const strict = aDeployment({ ...deployment.spec, strategy: { type: 'RollingUpdate', rollingUpdate } });
    expect(decide({ deployment: strict, replicaSets: [old(4)] }).create).toMatchObject({ spec: { replicas: 0 } });
    expect(sizes(decide({ deployment: strict, replicaSets: [old(4), next(0)] }))).toEqual({ old: 3 });
  });

  test('back to an old template takes its ReplicaSet again, with a new revision', () => {
    const back = aDeployment({ replicas: 4, template: template('web:1') });
    const plan = decide({ deployment: back, replicaSets: [old(0), next(4)] });
    expect(plan.create).toBeUndefined();
    const revised = plan.update.find(({ metadata }) => metadata.name === 'old');
    expect(revised?.metadata.annotations).toMatchObject({
      'deployment.kubernetes.io/revision': '3',
      'deployment.kubernetes.io/revision-history': '1',
    });
    expect(plan.deployment.metadata.annotations).toMatchObject({ 'deployment.kubernetes.io/revision': '3' });
  });

  test('that makes no progress until its deadline is told, and a look is planned before', () => {
    const started = { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated' } as const;
    const at = (seconds: number) => {
      const conditions = [{ ...started, message: '', lastUpdateTime: ago(seconds), lastTransitionTime: ago(seconds) }];
      const status = { replicas: 5, updatedReplicas: 2, readyReplicas: 3, availableReplicas: 3, conditions };
      return decide({
        deployment: aDeployment({ ...deployment.spec }, status),
        replicaSets: [old(3), next(2, 0)],
      });
    };
    expect(at(599).requeueAfterMs).toBe(2000);
    expect(condition(at(599), 'Progressing')).toMatchObject({ status: 'True' });
    expect(condition(at(601), 'Progressing')).toMatchObject({ status: 'False', reason: 'ProgressDeadlineExceeded' });
  });
});

describe('scaling', () => {
  test('changes the only active ReplicaSet', () => {
    const replicaSets = [aReplicaSet('one', { image: 'web:1', replicas: 2 })];
    const plan = decide({ deployment: aDeployment({ replicas: 5 }), replicaSets });
    expect(sizes(plan)).toEqual({ one: 5 });
    expect(plan.update[0]?.metadata.annotations).toMatchObject({ 'deployment.kubernetes.io/max-replicas': '7' });
  });

  test('in the middle of a rollout keeps the proportions', () => {
    const replicaSets = [
      aReplicaSet('old', { image: 'web:1', replicas: 8, desired: 10, max: 13, created: 600 }),
      aReplicaSet('new', { image: 'web:2', replicas: 5, desired: 10, max: 13, revision: 2 }),
    ];
    const deployment = aDeployment({ replicas: 20, template: template('web:2') });
    const { old = 0, new: fresh = 0 } = sizes(decide({ deployment, replicaSets }));
    expect([old, fresh]).toEqual([15, 10]);
  });
});

test('a paused Deployment says so and does not roll', () => {
  const deployment = aDeployment({ paused: true, template: template('web:2') });
  const plan = decide({ deployment, replicaSets: [aReplicaSet('one', { image: 'web:1', replicas: 2 })] });
  expect(plan).toMatchObject({ update: [] });
  expect(plan.create).toBeUndefined();
  expect(condition(plan, 'Progressing')).toMatchObject({ status: 'Unknown', reason: 'DeploymentPaused' });
});

test('strategy Recreate waits for the last old Pod', () => {
  const deployment = aDeployment({ strategy: { type: 'Recreate' }, template: template('web:2') });
  const full = aReplicaSet('old', { image: 'web:1', replicas: 2 });
  expect(sizes(decide({ deployment, replicaSets: [full] }))).toEqual({ old: 0 });
  const empty = aReplicaSet('old', { image: 'web:1', replicas: 0 });
  expect(decide({ deployment, replicaSets: [empty], pods: () => [aPod('last')] }).create).toBeUndefined();
  expect(decide({ deployment, replicaSets: [empty] }).create).toMatchObject({ spec: { replicas: 2 } });
});

test('ReplicaSets beyond the history limit go, the oldest revision first', () => {
  const old = [1, 2, 3].map((revision) =>
    aReplicaSet(`r${revision}`, { image: `web:0.${revision}`, replicas: 0, revision, created: 900 - revision }),
  );
  const current = aReplicaSet('one', { image: 'web:1', replicas: 2, revision: 4 });
  const deployment = aDeployment({ revisionHistoryLimit: 1 });
  const done = decide({ deployment, replicaSets: [...old, current] }).deployment;
  const plan = decide({ deployment: done, replicaSets: [...old, current] });
  expect(plan.remove.map(({ metadata }) => metadata.name)).toEqual(['r1', 'r2']);
});

test('what a ReplicaSet fails at shows in its Deployment', () => {
  const failure = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'no' } as const;
  const set = aReplicaSet('one', { image: 'web:1', replicas: 2, available: 0 });
  const replicaSets = [{ ...set, status: { ...set.status, conditions: [failure] } }];
  expect(condition(decide({ replicaSets }), 'ReplicaFailure')).toMatchObject({ reason: 'FailedCreate' });
});
