import type { KubernetesObject } from '@capstan/base';
import { describe, expect, test } from 'vitest';
import { healthOf } from './kstatus.ts';

function anObject(apiVersion: string, kind: string, rest: object = {}): KubernetesObject {
  return { apiVersion, kind, metadata: { name: 'x', namespace: 'web' }, ...rest };
}

const condition = (type: string, status: string, reason = '', message = '') => ({ type, status, reason, message });
const complete = { replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 };
const progressed = [condition('Progressing', 'True', 'NewReplicaSetAvailable'), condition('Available', 'True')];

function aDeployment(status: object, spec: object = { replicas: 2, progressDeadlineSeconds: 600 }): KubernetesObject {
  return anObject('apps/v1', 'Deployment', { spec, status });
}

const deployments = [
  { reason: 'LessReplicas', health: 'progressing', object: aDeployment({}) },
  { reason: 'LessUpdated', health: 'progressing', object: aDeployment({ ...complete, updatedReplicas: 1 }) },
  { reason: 'ExtraPods', health: 'progressing', object: aDeployment({ ...complete, replicas: 3 }) },
  { reason: 'LessAvailable', health: 'progressing', object: aDeployment({ ...complete, availableReplicas: 1 }) },
  { reason: 'LessReady', health: 'progressing', object: aDeployment({ ...complete, readyReplicas: 1 }) },
  { reason: 'ReplicaSetNotAvailable', health: 'progressing', object: aDeployment(complete) },
  {
    reason: 'DeploymentNotAvailable',
    health: 'progressing',
    object: aDeployment({ ...complete, conditions: [progressed[0]] }),
  },
  { reason: 'Available', health: 'ready', object: aDeployment({ ...complete, conditions: progressed }) },
  {
    reason: 'Available',
    health: 'ready',
    object: aDeployment({ ...complete, conditions: [progressed[1]] }, { replicas: 2 }),
  },
  {
    reason: 'ProgressDeadlineExceeded',
    health: 'degraded',
    object: aDeployment({ conditions: [condition('Progressing', 'False', 'ProgressDeadlineExceeded')] }),
  },
];

const sets = { replicas: 1, readyReplicas: 1, currentReplicas: 1, currentRevision: 'a', updateRevision: 'a' };
const daemon = {
  observedGeneration: 1,
  desiredNumberScheduled: 1,
  currentNumberScheduled: 1,
  updatedNumberScheduled: 1,
  numberAvailable: 1,
  numberReady: 1,
};
const waiting = (reason: string) => ({
  phase: 'Running',
  containerStatuses: [{ name: 'app', state: { waiting: { reason } } }],
});

const others = [
  {
    reason: 'RevisionMismatch',
    health: 'progressing',
    object: anObject('apps/v1', 'StatefulSet', { status: { ...sets, updateRevision: 'b' } }),
  },
  { reason: 'AllReplicasReady', health: 'ready', object: anObject('apps/v1', 'StatefulSet', { status: sets }) },
  { reason: 'NoObservedGeneration', health: 'progressing', object: anObject('apps/v1', 'DaemonSet', {}) },
  {
    reason: 'LessReady',
    health: 'progressing',
    object: anObject('apps/v1', 'DaemonSet', { status: { ...daemon, numberReady: 0 } }),
  },
  { reason: 'AllPodsReady', health: 'ready', object: anObject('apps/v1', 'DaemonSet', { status: daemon }) },
  {
    reason: 'ReplicaFailure',
    health: 'progressing',
    object: anObject('apps/v1', 'ReplicaSet', { status: { conditions: [condition('ReplicaFailure', 'True')] } }),
  },
  { reason: 'PodPending', health: 'progressing', object: anObject('v1', 'Pod', { status: { phase: 'Pending' } }) },
  {
    reason: 'Unschedulable',
    health: 'progressing',
    object: anObject('v1', 'Pod', {
      status: { phase: 'Pending', conditions: [condition('PodScheduled', 'False', 'Unschedulable')] },
    }),
  },
  {
    reason: 'CrashLoopBackOff',
    health: 'degraded',
    object: anObject('v1', 'Pod', { status: waiting('CrashLoopBackOff') }),
  },
  {
    reason: 'ImagePullBackOff',
    health: 'progressing',
    object: anObject('v1', 'Pod', { status: waiting('ImagePullBackOff') }),
  },
  {
    reason: 'PodReady',
    health: 'ready',
    object: anObject('v1', 'Pod', { status: { phase: 'Running', conditions: [condition('Ready', 'True')] } }),
  },
  { reason: 'PodFailed', health: 'degraded', object: anObject('v1', 'Pod', { status: { phase: 'Failed' } }) },
  {
    reason: 'JobFailed',
    health: 'degraded',
    object: anObject('batch/v1', 'Job', { status: { conditions: [condition('Failed', 'True')] } }),
  },
  { reason: 'JobNotStarted', health: 'progressing', object: anObject('batch/v1', 'Job', {}) },
  { reason: 'JobRunning', health: 'ready', object: anObject('batch/v1', 'Job', { status: { startTime: 'now' } }) },
  {
    reason: 'NotBound',
    health: 'progressing',
    object: anObject('v1', 'PersistentVolumeClaim', { status: { phase: 'Pending' } }),
  },
  {
    reason: 'NoIPAssigned',
    health: 'progressing',
    object: anObject('v1', 'Service', { spec: { type: 'LoadBalancer' } }),
  },
  { reason: 'ServiceReady', health: 'ready', object: anObject('v1', 'Service', { spec: { type: 'ClusterIP' } }) },
  {
    reason: 'Installing',
    health: 'progressing',
    object: anObject('apiextensions.k8s.io/v1', 'CustomResourceDefinition'),
  },
  {
    reason: 'MultipleNames',
    health: 'degraded',
    object: anObject('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
      status: { conditions: [condition('NamesAccepted', 'False', 'MultipleNames')] },
    }),
  },
  {
    reason: 'FailedDiscoveryCheck',
    health: 'progressing',
    object: anObject('apiregistration.k8s.io/v1', 'APIService', {
      status: { conditions: [condition('Available', 'False', 'FailedDiscoveryCheck')] },
    }),
  },
  { reason: 'Exists', health: 'ready', object: anObject('networking.k8s.io/v1', 'Ingress') },
  {
    reason: 'Stuck',
    health: 'degraded',
    object: anObject('example.dev/v1', 'Widget', {
      status: { conditions: [condition('Stalled', 'True', 'Stuck'), condition('Ready', 'True')] },
    }),
  },
  {
    reason: 'Failing',
    health: 'degraded',
    object: anObject('example.dev/v1', 'Widget', {
      status: { conditions: [condition('Ready', 'False', 'Failing'), condition('Degraded', 'True', 'Failing')] },
    }),
  },
  {
    reason: 'Working',
    health: 'progressing',
    object: anObject('example.dev/v1', 'Widget', {
      status: { conditions: [condition('Ready', 'True'), condition('Reconciling', 'True', 'Working')] },
    }),
  },
  {
    reason: 'NotReady',
    health: 'progressing',
    object: anObject('example.dev/v1', 'Widget', { status: { conditions: [condition('Ready', 'False')] } }),
  },
];

describe('healthOf', () => {
  test.each(deployments)('a Deployment is $health: $reason', ({ object, health, reason }) => {
    expect(healthOf(object)).toMatchObject({ status: health, reason });
  });

  test.each(others)('$object.kind is $health: $reason', ({ object, health, reason }) => {
    expect(healthOf(object)).toMatchObject({ status: health, reason });
  });

  test('what was observed of an older generation does not count', () => {
    const stale = anObject('example.dev/v1', 'Widget', {
      status: { observedGeneration: 1, conditions: [condition('Ready', 'True')] },
    });
    stale.metadata.generation = 2;
    expect(healthOf(stale)).toMatchObject({ status: 'progressing', reason: 'LatestGenerationNotObserved' });
    const perCondition = anObject('example.dev/v1', 'Widget', {
      status: { conditions: [{ ...condition('Ready', 'True'), observedGeneration: 1 }] },
    });
    perCondition.metadata.generation = 2;
    expect(healthOf(perCondition)).toMatchObject({ status: 'progressing', reason: 'LatestGenerationNotObserved' });
  });

  test('an object that is being deleted is progressing, whatever else it says', () => {
    const object = aDeployment({ ...complete, conditions: progressed });
    object.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
    expect(healthOf(object)).toMatchObject({ status: 'progressing', reason: 'Terminating' });
  });

  test.each<[string, readonly string[] | undefined, object | undefined, string]>([
    ['nothing', undefined, undefined, 'it is being deleted'],
    ['a finalizer', ['finalizer.keda.sh'], undefined, 'it is being deleted and waits for finalizer.keda.sh'],
    ['two', ['a/b', 'c/d'], { reason: 'Ready', message: 'all is well' }, 'it is being deleted and waits for a/b, c/d'],
    [
      'what its controller says',
      ['a/b'],
      { reason: 'Deleting', message: 'the rollout ends first' },
      'the rollout ends first',
    ],
  ])('an object that is being deleted and waits for %s says so', (_what, finalizers, ready, message) => {
    const conditions = ready ? [{ type: 'Ready', status: 'False', ...ready }] : [];
    const object = aDeployment({ ...complete, conditions });
    Object.assign(object.metadata, {
      deletionTimestamp: '2026-01-01T00:00:00Z',
      ...(finalizers ? { finalizers } : {}),
    });
    expect(healthOf(object).message).toBe(message);
  });
});
