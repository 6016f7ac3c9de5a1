import { expect, test } from 'vitest';
import { ago, aPod, NOW, podSpec, TIME } from '../testing/builders.ts';
import { decideReplicas, replicaStatus } from './replica-status.ts';

const owner = {
  generation: 3,
  replicas: 2,
  minReadySeconds: 0,
  template: { metadata: { labels: { app: 'web' } }, spec: podSpec('web:1') },
  status: undefined,
};

test('missing Pods are counted without those that ended or go', () => {
  const going = aPod('going', { metadata: { deletionTimestamp: TIME } });
  expect(decideReplicas(3, [aPod('a'), going, aPod('failed', { phase: 'Failed' })])).toEqual({ create: 2, remove: [] });
});

test('surplus Pods go in the order: without a Node, not ready, cheap, young', () => {
  const pods = [
    aPod('old', { metadata: { creationTimestamp: ago(900) } }),
    aPod('young', { metadata: { creationTimestamp: ago(10) } }),
    aPod('cheap', { metadata: { annotations: { 'controller.kubernetes.io/pod-deletion-cost': '-5' } } }),
    aPod('unready', { ready: false }),
    aPod('homeless', { ready: false, phase: 'Pending', spec: { nodeName: '' } }),
  ];
  const { remove } = decideReplicas(1, pods);
  expect(remove.map(({ metadata }) => metadata.name)).toEqual(['homeless', 'unready', 'cheap', 'young']);
});

test('the status leaves out what the API leaves out, and waits for minReadySeconds', () => {
  expect(replicaStatus(owner, [], { now: NOW, countsTerminating: true })).toEqual({
    replicas: 0,
    terminatingReplicas: 0,
    observedGeneration: 3,
  });
  const patient = { ...owner, minReadySeconds: 60 };
  const status = replicaStatus(patient, [aPod('a')], { now: NOW, countsTerminating: false });
  expect(status).toEqual({ replicas: 1, fullyLabeledReplicas: 1, readyReplicas: 1, observedGeneration: 3 });
});

test('a failure stays as it was told first, and goes with its cause', () => {
  const failure = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'first' } as const;
  const failing = replicaStatus(owner, [], { now: NOW, countsTerminating: false, failure });
  expect(failing.conditions).toEqual([failure]);
  const still = { ...owner, status: failing };
  const again = { ...failure, message: 'second' };
  expect(replicaStatus(still, [], { now: NOW, countsTerminating: false, failure: again }).conditions).toEqual([
    failure,
  ]);
  expect(replicaStatus(still, [], { now: NOW, countsTerminating: false })).not.toHaveProperty('conditions');
});
