import { expect, test } from 'vitest';
import type { Pod } from '../model/core-types.ts';
import { aNewPod, aPod, podSpec, TIME } from '../testing/builders.ts';
import { completedStatus, kubeletStep, runningStatus } from './kubelet-status.ts';
import { PodAddresses } from './pod-addresses.ts';

const jobs = [{ apiVersion: 'batch/v1', kind: 'Job', name: 'j', uid: 'u', controller: true }];

test.each<[string, Pod, ReturnType<typeof kubeletStep>]>([
  ['without a Node', aNewPod('a'), undefined],
  ['new on its Node', aNewPod('a', { nodeName: 'sandbox' }), 'run'],
  ['running', aPod('a'), undefined],
  ['running for a Job', aPod('a', { metadata: { ownerReferences: jobs } }), 'complete'],
  ['at its end', aPod('a', { phase: 'Succeeded', metadata: { ownerReferences: jobs } }), undefined],
  ['deleted', aPod('a', { metadata: { deletionTimestamp: TIME } }), 'remove'],
])('a Pod %s', (_name, pod, step) => {
  expect(kubeletStep(pod)).toBe(step);
});

test('a started Pod is ready with all its containers, gates and addresses', () => {
  const pod = aNewPod('a', {
    ...podSpec('web:1'),
    initContainers: [
      { name: 'i', image: 'init:1' },
      { name: 's', image: 'side:1', restartPolicy: 'Always' },
    ],
    readinessGates: [{ conditionType: 'example.com/gate' }],
  });
  const status = runningStatus(pod, '10.244.0.7', TIME);
  expect(status).toMatchObject({
    phase: 'Running',
    podIP: '10.244.0.7',
    podIPs: [{ ip: '10.244.0.7' }],
    containerStatuses: [{ name: 'c', ready: true, state: { running: { startedAt: TIME } } }],
    initContainerStatuses: [
      { name: 'i', state: { terminated: { exitCode: 0, reason: 'Completed' } } },
      { name: 's', state: { running: { startedAt: TIME } } },
    ],
  });
  const types = (status['conditions'] as { type: string }[]).map(({ type }) => type);
  expect(types).toEqual(['Initialized', 'ContainersReady', 'Ready', 'example.com/gate', 'PodScheduled']);
  expect(runningStatus(pod, undefined, TIME)).not.toHaveProperty('podIP');
});

test('a Pod that has done its work is not ready any more', () => {
  const running = { ...aNewPod('a'), status: runningStatus(aNewPod('a'), '10.244.0.7', TIME) as Pod['status'] } as Pod;
  const { phase, conditions } = completedStatus(running, TIME) as { phase: string; conditions: object[] };
  expect(phase).toBe('Succeeded');
  expect(conditions).toMatchObject([
    { type: 'Initialized', status: 'True' },
    { type: 'ContainersReady', status: 'False', reason: 'PodCompleted' },
    { type: 'Ready', status: 'False', reason: 'PodCompleted' },
    { type: 'PodScheduled', status: 'True' },
  ]);
});

test('addresses are given out in order, kept, and not given twice', () => {
  const addresses = new PodAddresses();
  addresses.keep('known', '10.244.0.2');
  expect(addresses.take('a')).toBe('10.244.0.1');
  expect(addresses.take('b')).toBe('10.244.0.3');
  expect(addresses.take('a')).toBe('10.244.0.1');
  addresses.release('a');
  expect(addresses.take('c')).toBe('10.244.0.4');
});
