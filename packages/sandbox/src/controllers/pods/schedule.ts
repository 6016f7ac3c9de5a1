import type { Claim, Node, Pod, PodTerm, StorageClass } from '../model/core-types.ts';
import { isDeleting } from '../model/meta.ts';
import { quantity } from '../model/numbers.ts';
import { selects } from '../model/selector.ts';
import { matchesNode, toleratesTaints } from './node-match.ts';
import { hostPortsOf, type NodeUsage, requestsOf } from './node-usage.ts';

/** What the scheduler looks at. */
export interface ScheduleState {
  readonly pod: Pod;
  readonly nodes: readonly Node[];
  readonly usage: NodeUsage;
  /** A claim of the Pod's namespace. */
  readonly claim: (name: string) => Claim | undefined;
  readonly storageClass: (name: string) => StorageClass | undefined;
}

/**
 * What is to be done with a Pod: assign it, say why not, or first have its claims bound for a Node (which provisions them).
 */
export type Decision =
  | { readonly do: 'bind'; readonly node: string }
  | { readonly do: 'provision'; readonly node: string; readonly claims: readonly Claim[] }
  | { readonly do: 'refuse'; readonly message: string };

/** Chooses a Node for a Pod: kube-scheduler's default plugins may refuse; of the others the one with the fewest Pods is taken. */
export function decideSchedule(state: ScheduleState): Decision {
  const { pod, nodes, usage } = state;
  const available =
    nodes.length === 0 ? 'no nodes available to schedule pods' : `0/${nodes.length} nodes are available:`;
  if (nodes.length === 0) return { do: 'refuse', message: available };
  const claims = claimsOf(state);
  // The doubled end is the real scheduler's own: it adds why preemption cannot help.
  if (typeof claims === 'string') return { do: 'refuse', message: `${available} ${claims}. not found` };
  const refusals: Refusal[] = [];
  const podsOn = ({ metadata }: Node) => usage.pods(metadata.name);
  for (const node of nodes.toSorted((one, other) => podsOn(one) - podsOn(other))) {
    const refusal = refusalOf(state, node);
    if (refusal) refusals.push(refusal);
    else if (claims.length > 0) return { do: 'provision', node: node.metadata.name, claims };
    else return { do: 'bind', node: node.metadata.name };
  }
  return { do: 'refuse', message: `${available} ${reasonsOf(refusals)}. ${preemptionOf(refusals, nodes.length, pod)}` };
}

/** Why a Node does not do. `final`: no other Pod's end would help. */
interface Refusal {
  readonly reasons: readonly string[];
  readonly final: boolean;
}

/** Claims that wait for a Node, or why no Node will do. */
function claimsOf({ pod, claim, storageClass }: ScheduleState): Claim[] | string {
  const waiting: Claim[] = [];
  for (const { persistentVolumeClaim } of pod.spec.volumes ?? []) {
    if (!persistentVolumeClaim) continue;
    const { claimName } = persistentVolumeClaim;
    const found = claim(claimName);
    if (!found) return `persistentvolumeclaim "${claimName}" not found`;
    if (isDeleting(found)) return `persistentvolumeclaim "${claimName}" is being deleted`;
    if (found.spec.volumeName && found.status?.phase === 'Bound') continue;
    const late = storageClass(found.spec.storageClassName ?? '')?.volumeBindingMode === 'WaitForFirstConsumer';
    if (!late) return 'pod has unbound immediate PersistentVolumeClaims';
    waiting.push(found);
  }
  return waiting;
}

/** The first plugin that refuses decides, in the order of the default profile. */
function refusalOf(state: ScheduleState, node: Node): Refusal | undefined {
  const { pod, usage } = state;
  const { name } = node.metadata;
  const refuse = (reason: string, final = false): Refusal => ({ reasons: [reason], final });
  if (node.spec?.unschedulable && !toleratesUnschedulable(pod)) return refuse('node(s) were unschedulable', true);
  if (!toleratesTaints(pod, node)) return refuse('node(s) had untolerated taint(s)', true);
  if (!matchesNode(pod, node)) return refuse("node(s) didn't match Pod's node affinity/selector", true);
  if (hostPortsOf(pod).some((port) => usage.isTaken(name, port))) {
    return refuse("node(s) didn't have free ports for the requested pod ports");
  }
  return insufficient(state, node) ?? podAffinity(state, node);
}

function toleratesUnschedulable({ spec }: Pod): boolean {
  const taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: '' }, spec: { taints: [taint] } };
  return toleratesTaints({ spec }, node);
}

function insufficient({ pod, usage }: ScheduleState, node: Node): Refusal | undefined {
  const { name } = node.metadata;
  const allocatable = (resource: string) => quantity(node.status?.allocatable?.[resource] ?? '0');
  const reasons: string[] = [];
  let final = false;
  if (usage.pods(name) + 1 > allocatable('pods')) reasons.push('Too many pods');
  for (const [resource, amount] of requestsOf(pod)) {
    if (amount === 0 || usage.requested(name, resource) + amount <= allocatable(resource)) continue;
    reasons.push(`Insufficient ${resource}`);
    if (amount > allocatable(resource)) final = true;
  }
  return reasons.length === 0 ? undefined : { reasons, final };
}

function podAffinity({ pod, nodes, usage }: ScheduleState, node: Node): Refusal | undefined {
  const { podAffinity: near, podAntiAffinity: far } = pod.spec.affinity ?? {};
  const domain = (term: PodTerm) => podsInDomain(term, node, nodes, usage);
  for (const { pod: other, node: itsNode } of usage.choosy()) {
    const terms = other.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    if (terms.some((term) => inSameDomain(term, node, itsNode, nodes) && isMeant(term, other, pod))) {
      // The Pod's own rule is named before the others' rule where both hold.
      if (isRefusedBy(far?.requiredDuringSchedulingIgnoredDuringExecution, pod, domain)) break;
      return { reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"], final: false };
    }
  }
  for (const term of near?.requiredDuringSchedulingIgnoredDuringExecution ?? []) {
    // The first Pod of a group that wants to be together has nobody to be near to.
    const met = domain(term).some((other) => isMeant(term, pod, other)) || isMeant(term, pod, pod);
    if (!met) return { reasons: ["node(s) didn't match pod affinity rules"], final: true };
  }
  if (isRefusedBy(far?.requiredDuringSchedulingIgnoredDuringExecution, pod, domain)) {
    return { reasons: ["node(s) didn't match pod anti-affinity rules"], final: false };
  }
  return undefined;
}

function isRefusedBy(terms: readonly PodTerm[] = [], pod: Pod, domain: (term: PodTerm) => readonly Pod[]): boolean {
  return terms.some((term) => domain(term).some((other) => isMeant(term, pod, other)));
}

/** Whether a term of `owner` is about `other`. */
function isMeant({ labelSelector, namespaces = [] }: PodTerm, owner: Pod, other: Pod): boolean {
  const { namespace = '' } = other.metadata;
  const where = namespaces.length === 0 ? [owner.metadata.namespace] : namespaces;
  return where.includes(namespace) && selects(labelSelector, other.metadata.labels);
}

function podsInDomain(term: PodTerm, node: Node, nodes: readonly Node[], usage: NodeUsage): Pod[] {
  const same = nodes.filter((other) => inSameDomain(term, node, other.metadata.name, nodes));
  return same.flatMap((other) => usage.on(other.metadata.name));
}

function inSameDomain({ topologyKey }: PodTerm, node: Node, other: string, nodes: readonly Node[]): boolean {
  const value = node.metadata.labels?.[topologyKey];
  const its = nodes.find(({ metadata: { name } }) => name === other)?.metadata.labels?.[topologyKey];
  return value !== undefined && value === its;
}

/** `1 Insufficient cpu, 1 Insufficient memory`: how many Nodes refuse for which reason (framework.FitError). */
function reasonsOf(refusals: readonly Refusal[]): string {
  const counts = Map.groupBy(
    refusals.flatMap(({ reasons }) => reasons),
    (reason) => reason,
  );
  return [...counts]
    .map(([reason, each]) => `${each.length} ${reason}`)
    .sort()
    .join(', ');
}

/** What the real scheduler says when it has looked for Pods to evict; none are evicted here. */
function preemptionOf(refusals: readonly Refusal[], nodes: number, { spec }: Pod): string {
  const claims = 'no new claims to deallocate,';
  if ((spec as { preemptionPolicy?: string }).preemptionPolicy === 'Never') {
    return `${claims} preemption: not eligible due to preemptionPolicy=Never.`;
  }
  const final = refusals.filter((one) => one.final).length;
  const parts = [
    ...(final < refusals.length ? [`${refusals.length - final} No preemption victims found for incoming pod`] : []),
    ...(final > 0 ? [`${final} Preemption is not helpful for scheduling`] : []),
  ];
  return `${claims} preemption: 0/${nodes} nodes are available: ${parts.sort().join(', ')}.`;
}
