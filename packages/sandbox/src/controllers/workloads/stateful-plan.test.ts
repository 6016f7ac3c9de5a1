import { describe, expect, test } from 'vitest';
import type { Pod } from '../model/core-types.ts';
import { aPod, aStatefulSet, NOW, TIME } from '../testing/builders.ts';
import { decideStatefulSet, type StatefulState, statefulStatus } from './stateful-plan.ts';
import { claimsOf, statefulPod } from './stateful-pods.ts';

interface Facts {
  readonly revision?: string;
  readonly ready?: boolean;
  readonly going?: boolean;
  readonly phase?: string;
}

function member(ordinal: number, { revision = 'v1', ready = true, going = false, phase = 'Running' }: Facts = {}): Pod {
  const labels = { app: 'web', 'controller-revision-hash': revision };
  return aPod(`db-${ordinal}`, { ready, phase, metadata: { labels, ...(going && { deletionTimestamp: TIME }) } });
}

function state(pods: readonly Pod[], more: Partial<StatefulState> = {}): StatefulState {
  return { set: aStatefulSet(), pods, currentRevision: 'v1', updateRevision: 'v1', now: NOW, ...more };
}

function decide(pods: readonly Pod[], more: Partial<StatefulState> = {}): { create: number[]; remove: string[] } {
  const { create, remove } = decideStatefulSet(state(pods, more));
  return { create: create.map(({ ordinal }) => ordinal), remove: remove.map(({ metadata }) => metadata.name) };
}

describe('an ordered set', () => {
  test.each([
    ['starts with the first Pod', [], { create: [0], remove: [] }],
    ['waits until it is ready', [member(0, { ready: false })], { create: [], remove: [] }],
    ['goes on with the next', [member(0)], { create: [1], remove: [] }],
    ['fills gaps first', [member(0), member(2)], { create: [1], remove: [] }],
    ['replaces a Pod that has ended', [member(0, { phase: 'Failed' })], { create: [], remove: ['db-0'] }],
    ['waits for a Pod that goes', [member(0, { going: true }), member(1)], { create: [], remove: [] }],
    ['rests when all are there', [member(0), member(1), member(2)], { create: [], remove: [] }],
  ])('%s', (_name, pods, expected) => {
    expect(decide(pods)).toEqual(expected);
  });

  test('shrinks from the end, one Pod at a time', () => {
    const set = aStatefulSet({ replicas: 1 });
    const pods = [member(0), member(1), member(2)];
    expect(decide(pods, { set })).toEqual({ create: [], remove: ['db-2'] });
    expect(decide([member(0), member(1), member(2, { going: true })], { set }).remove).toEqual([]);
  });
});

test('a parallel set does all at once', () => {
  const set = aStatefulSet({ podManagementPolicy: 'Parallel' });
  expect(decide([], { set }).create).toEqual([0, 1, 2]);
  const small = aStatefulSet({ podManagementPolicy: 'Parallel', replicas: 1 });
  expect(decide([member(0), member(1), member(2)], { set: small }).remove).toEqual(['db-2', 'db-1']);
});

describe('an update', () => {
  const pods = [member(0), member(1), member(2)];

  test('replaces the last Pod first, and then waits', () => {
    expect(decide(pods, { updateRevision: 'v2' }).remove).toEqual(['db-2']);
    const waiting = [member(0), member(1), member(2, { revision: 'v2', ready: false })];
    expect(decide(waiting, { updateRevision: 'v2' }).remove).toEqual([]);
  });

  test('stops at the partition, and new Pods below it get the old revision', () => {
    const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 2 } };
    const set = aStatefulSet({ updateStrategy });
    const done = [member(0), member(1), member(2, { revision: 'v2' })];
    expect(decide(done, { set, updateRevision: 'v2' }).remove).toEqual([]);
    const { create } = decideStatefulSet(state([member(1)], { set, updateRevision: 'v2' }));
    expect(create).toEqual([{ ordinal: 0, current: true }]);
  });

  test('takes as many as maxUnavailable allows', () => {
    const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 0, maxUnavailable: 2 } };
    expect(decide(pods, { set: aStatefulSet({ updateStrategy }), updateRevision: 'v2' }).remove).toEqual([
      'db-2',
      'db-1',
    ]);
  });

  test('is left to people by OnDelete', () => {
    const set = aStatefulSet({ updateStrategy: { type: 'OnDelete' } });
    expect(decide(pods, { set, updateRevision: 'v2' }).remove).toEqual([]);
  });

  test('that is complete makes its revision the current one', () => {
    const mixed = statefulStatus(
      state([member(0), member(1), member(2, { revision: 'v2' })], { updateRevision: 'v2' }),
      0,
    );
    expect(mixed).toMatchObject({
      currentRevision: 'v1',
      updateRevision: 'v2',
      currentReplicas: 2,
      updatedReplicas: 1,
    });
    const all = [0, 1, 2].map((ordinal) => member(ordinal, { revision: 'v2' }));
    const done = statefulStatus(state(all, { updateRevision: 'v2' }), 0);
    expect(done).toMatchObject({ currentRevision: 'v2', currentReplicas: 3, updatedReplicas: 3, readyReplicas: 3 });
  });
});

test('a Pod has its name, its place in the domain, and its claims', () => {
  const template = { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'] } };
  const set = aStatefulSet({ volumeClaimTemplates: [template] });
  expect(statefulPod(set, set.spec.template, 1, 'db-v1')).toMatchObject({
    metadata: { name: 'db-1', labels: { 'apps.kubernetes.io/pod-index': '1', 'controller-revision-hash': 'db-v1' } },
    spec: {
      hostname: 'db-1',
      subdomain: 'db',
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data-db-1' } }],
    },
  });
  expect(claimsOf(set, 1)).toMatchObject([{ metadata: { name: 'data-db-1', labels: { app: 'web' } } }]);
});
