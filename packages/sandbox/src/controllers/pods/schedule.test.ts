import { describe, expect, test } from 'vitest';
import type { Claim, Node, Pod } from '../model/core-types.ts';
import { KINDS } from '../model/kinds.ts';
import { aClaim, aNewPod, aNode, aPod } from '../testing/builders.ts';
import { NodeUsage } from './node-usage.ts';
import { decideSchedule } from './schedule.ts';

const LATE = {
  ...KINDS.storageClass,
  metadata: { name: 'late' },
  provisioner: 'x',
  volumeBindingMode: 'WaitForFirstConsumer',
};

function decide(
  pod: Pod,
  { nodes = [aNode()], pods = [], claims = [] }: { nodes?: Node[]; pods?: Pod[]; claims?: Claim[] } = {},
) {
  const usage = new NodeUsage();
  for (const one of pods) usage.put(one);
  const claim = (name: string) => claims.find(({ metadata }) => metadata.name === name);
  return decideSchedule({ pod, nodes, usage, claim, storageClass: (name) => (name === 'late' ? LATE : undefined) });
}

const NOT_HELPFUL =
  'no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.';
const NO_VICTIMS =
  'no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.';
const requests = (amounts: Record<string, string>) => ({
  containers: [{ name: 'c', image: 'web:1', resources: { requests: amounts } }],
});
const port = { containers: [{ name: 'c', image: 'web:1', ports: [{ containerPort: 80, hostPort: 8080 }] }] };
const term = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } };
const near = { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
const far = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
const volume = { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] };

test('a Pod goes to the Node', () => {
  expect(decide(aNewPod('a'))).toEqual({ do: 'bind', node: 'sandbox' });
});

describe('a Pod is refused in the words of the real scheduler', () => {
  test.each<[string, Pod, Parameters<typeof decide>[1], string]>([
    [
      'a label that the Node lacks',
      aNewPod('a', { nodeSelector: { disk: 'ssd' } }),
      {},
      `0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. ${NOT_HELPFUL}`,
    ],
    [
      'more than a Node has',
      aNewPod('a', requests({ cpu: '5000m', memory: '100Ti' })),
      {},
      `0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory. ${NOT_HELPFUL}`,
    ],
    [
      'more than others leave',
      aNewPod('a', requests({ cpu: '3' })),
      { pods: [aPod('b', { spec: requests({ cpu: '1500m' }) })] },
      `0/1 nodes are available: 1 Insufficient cpu. ${NO_VICTIMS}`,
    ],
    [
      'a taint',
      aNewPod('a'),
      { nodes: [aNode('sandbox', { taints: [{ key: 'k', effect: 'NoSchedule' }] })] },
      `0/1 nodes are available: 1 node(s) had untolerated taint(s). ${NOT_HELPFUL}`,
    ],
    [
      'a closed Node',
      aNewPod('a'),
      { nodes: [aNode('sandbox', { unschedulable: true })] },
      `0/1 nodes are available: 1 node(s) were unschedulable. ${NOT_HELPFUL}`,
    ],
    [
      'a port that is taken',
      aNewPod('a', port),
      { pods: [aPod('b', { spec: port })] },
      `0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports. ${NO_VICTIMS}`,
    ],
    [
      'a Pod that it must not be beside',
      aNewPod('a', { affinity: far }),
      { pods: [aPod('b')] },
      `0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules. ${NO_VICTIMS}`,
    ],
    [
      'a Pod that does not want it beside',
      aNewPod('a', {}, { labels: { app: 'web' } }),
      { pods: [aPod('b', { spec: { affinity: far } })] },
      `0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules. ${NO_VICTIMS}`,
    ],
    [
      'a Pod that is not there to be beside',
      aNewPod('a', { affinity: near }),
      {},
      `0/1 nodes are available: 1 node(s) didn't match pod affinity rules. ${NOT_HELPFUL}`,
    ],
    [
      'a claim that is not there',
      aNewPod('a', volume),
      {},
      '0/1 nodes are available: persistentvolumeclaim "data" not found. not found',
    ],
    [
      'a claim that is not bound',
      aNewPod('a', volume),
      { claims: [aClaim()] },
      '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found',
    ],
    ['no Node', aNewPod('a'), { nodes: [] }, 'no nodes available to schedule pods'],
  ])('%s', (_name, pod, facts, message) => {
    expect(decide(pod, facts)).toEqual({ do: 'refuse', message });
  });

  test('several Nodes, several reasons', () => {
    const nodes = [aNode('a'), aNode('b', { unschedulable: true }), aNode('c', { unschedulable: true })];
    const { message } = decide(aNewPod('p', { nodeSelector: { disk: 'ssd' } }), { nodes }) as { message: string };
    expect(message).toContain(
      "0/3 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 2 node(s) were unschedulable.",
    );
  });
});

test.each<[string, Pod, Parameters<typeof decide>[1]]>([
  [
    'a tolerated taint',
    aNewPod('a', { tolerations: [{ key: 'k', operator: 'Exists' }] }),
    { nodes: [aNode('n', { taints: [{ key: 'k', effect: 'NoSchedule' }] })] },
  ],
  ['the first of a group that wants to be together', aNewPod('a', { affinity: near }, { labels: { app: 'web' } }), {}],
  [
    'a Pod to be beside',
    aNewPod('a', { affinity: near }),
    { pods: [aPod('b', { spec: { nodeName: 'n' } })], nodes: [aNode('n')] },
  ],
  ['a bound claim', aNewPod('a', volume), { claims: [{ ...aClaim({ volumeName: 'v' }), status: { phase: 'Bound' } }] }],
  [
    'the room of a Pod that has ended',
    aNewPod('a', requests({ cpu: '4' })),
    { pods: [aPod('b', { phase: 'Succeeded', spec: requests({ cpu: '4' }) })] },
  ],
])('nothing stands against %s', (_name, pod, facts) => {
  expect(decide(pod, facts)).toMatchObject({ do: 'bind' });
});

test('a claim that waits for its first Pod is provisioned for the Node', () => {
  const claims = [aClaim({ storageClassName: 'late' })];
  expect(decide(aNewPod('a', volume), { claims })).toEqual({ do: 'provision', node: 'sandbox', claims });
});

test('of several Nodes the emptiest is taken', () => {
  const pods = [aPod('b', { spec: { nodeName: 'x' } })];
  expect(decide(aNewPod('a'), { nodes: [aNode('x'), aNode('y')], pods })).toEqual({ do: 'bind', node: 'y' });
});
