import type { JsonObject } from '@capstan/base';
import type { Affinity, NodeTerm, Pod, Toleration } from '../model/core-types.ts';
import type { DaemonSet } from '../model/workload-types.ts';
import { podOf } from '../pods/pod-template.ts';
import { REVISION_LABEL } from './stateful-pods.ts';

const TOLERATED: readonly (readonly [string, string])[] = [
  ['not-ready', 'NoExecute'],
  ['unreachable', 'NoExecute'],
  ['disk-pressure', 'NoSchedule'],
  ['memory-pressure', 'NoSchedule'],
  ['pid-pressure', 'NoSchedule'],
  ['unschedulable', 'NoSchedule'],
];

/** The Pod of a Node: bound to it by affinity, and tolerant of everything that may befall it. */
export function daemonPod(set: DaemonSet, node: string, hash: string): Pod {
  const generation = set.metadata.annotations?.['deprecated.daemonset.template.generation'];
  return podOf(set, set.spec.template, {
    labels: { [REVISION_LABEL]: hash, ...(generation && { 'pod-template-generation': generation }) },
    spec: daemonSpec(set, node),
  });
}

/** The spec of a Node's Pod. */
export function daemonSpec({ spec: { template } }: DaemonSet, node: string): JsonObject {
  const {
    affinity = {},
    tolerations = [],
    hostNetwork,
  } = template.spec as {
    affinity?: Affinity;
    tolerations?: readonly Toleration[];
    hostNetwork?: boolean;
  };
  const added = [...TOLERATED, ...(hostNetwork ? [['network-unavailable', 'NoSchedule'] as const] : [])]
    .map(([name, effect]) => ({ key: `node.kubernetes.io/${name}`, operator: 'Exists', effect }))
    .filter((one) => !tolerations.some(({ key, effect }) => key === one.key && effect === one.effect));
  return { ...template.spec, affinity: boundTo(affinity, node), tolerations: [...tolerations, ...added] };
}

/** The Node's name replaces what other terms ask for in fields, and joins what they ask for in labels. */
function boundTo(affinity: Affinity, node: string): Affinity {
  const matchFields: NodeTerm['matchFields'] = [{ key: 'metadata.name', operator: 'In', values: [node] }];
  const { nodeAffinity } = affinity;
  const terms = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [{}];
  const nodeSelectorTerms = terms.map((term) => ({ ...term, matchFields }));
  return {
    ...affinity,
    nodeAffinity: { ...nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
  };
}

/** The Node that a DaemonSet's Pod is on, or is meant for. */
export function nodeOf({ spec }: Pod): string {
  if (spec.nodeName) return spec.nodeName;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const fields = required?.nodeSelectorTerms.flatMap(({ matchFields = [] }) => matchFields) ?? [];
  return fields.find(({ key }) => key === 'metadata.name')?.values?.[0] ?? '';
}
