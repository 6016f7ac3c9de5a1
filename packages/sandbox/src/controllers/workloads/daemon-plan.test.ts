import { describe, expect, test } from 'vitest';
import type { Node, Pod } from '../model/core-types.ts';
import { aDaemonSet, aNode, aPod, NOW, podSpec } from '../testing/builders.ts';
import { type DaemonState, daemonStatus, decideDaemonSet } from './daemon-plan.ts';
import { daemonPod } from './daemon-pods.ts';

function on(node: string, hash = 'v1', ready = true): Pod {
  const labels = { app: 'web', 'controller-revision-hash': hash };
  return aPod(`agent-${node}-${hash}`, { ready, spec: { nodeName: node }, metadata: { labels } });
}

function decide(nodes: readonly Node[], pods: readonly Pod[], more: Partial<DaemonState> = {}) {
  const { create, remove } = decideDaemonSet({ set: aDaemonSet(), nodes, pods, hash: 'v1', now: NOW, ...more });
  return { create, remove: remove.map(({ metadata }) => metadata.name) };
}

const [a, b, c] = [aNode('a'), aNode('b'), aNode('c')];
const tainted = aNode('tainted', { taints: [{ key: 'dedicated', value: 'gpu', effect: 'NoExecute' }] });

test.each([
  ['every Node without a Pod gets one', [a, b], [on('a')], { create: ['b'], remove: [] }],
  [
    'a Node that is not tolerated gets none and loses its own',
    [tainted],
    [on('tainted')],
    { create: [], remove: ['agent-tainted-v1'] },
  ],
  [
    'a Node that takes no Pods still takes these',
    [aNode('u', { unschedulable: true })],
    [],
    { create: ['u'], remove: [] },
  ],
])('%s', (_name, nodes, pods, expected) => {
  expect(decide(nodes, pods)).toEqual(expected);
});

test('a Node selector keeps Pods off other Nodes', () => {
  const template = {
    metadata: { labels: { app: 'web' } },
    spec: { ...podSpec('web:1'), nodeSelector: { disk: 'ssd' } },
  };
  const ssd = aNode('ssd', {}, { labels: { disk: 'ssd' } });
  expect(decide([a, ssd], [], { set: aDaemonSet({ template }) }).create).toEqual(['ssd']);
});

describe('an update', () => {
  const nodes = [a, b, c];

  test('takes one Pod at a time', () => {
    expect(decide(nodes, [on('a'), on('b'), on('c')], { hash: 'v2' }).remove).toEqual(['agent-a-v1']);
    expect(decide(nodes, [on('a', 'v2', false), on('b'), on('c')], { hash: 'v2' }).remove).toEqual([]);
    expect(decide(nodes, [on('a', 'v2'), on('b'), on('c')], { hash: 'v2' }).remove).toEqual(['agent-b-v1']);
  });

  test('with surge creates beside the old Pod and removes it afterwards', () => {
    const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
    const set = aDaemonSet({ updateStrategy });
    expect(decide(nodes, [on('a'), on('b'), on('c')], { set, hash: 'v2' })).toEqual({ create: ['a'], remove: [] });
    const pods = [on('a'), on('a', 'v2'), on('b'), on('c')];
    expect(decide(nodes, pods, { set, hash: 'v2' })).toEqual({ create: [], remove: ['agent-a-v1'] });
  });
});

test('the status counts Nodes', () => {
  const pods = [on('a'), on('b', 'v0', false), on('tainted')];
  expect(daemonStatus({ set: aDaemonSet(), nodes: [a, b, c, tainted], pods, hash: 'v1', now: NOW })).toEqual({
    currentNumberScheduled: 2,
    desiredNumberScheduled: 3,
    numberAvailable: 1,
    numberMisscheduled: 1,
    numberReady: 1,
    numberUnavailable: 2,
    observedGeneration: 1,
    updatedNumberScheduled: 1,
  });
});

test('a Pod is bound to its Node by affinity, whatever else it asks for', () => {
  const required = { nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'Exists' }] }] };
  const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } };
  const template = { metadata: { labels: { app: 'web' } }, spec: { ...podSpec('web:1'), affinity } };
  const { spec } = daemonPod(aDaemonSet({ template }), 'a', 'v1');
  expect(spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms).toEqual([
    {
      matchExpressions: [{ key: 'disk', operator: 'Exists' }],
      matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }],
    },
  ]);
});
