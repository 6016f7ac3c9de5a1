import type { Node, Pod } from '../model/core-types.ts';
import { compact, fromTime, isDeleting } from '../model/meta.ts';
import { scaled } from '../model/numbers.ts';
import type { DaemonSet } from '../model/workload-types.ts';
import { matchesNode, toleratesTaints } from '../pods/node-match.ts';
import { isAvailable, isFinished, isReady } from '../pods/pod-state.ts';
import { daemonSpec, nodeOf } from './daemon-pods.ts';
import { revisionOfPod } from './stateful-pods.ts';

/** What the DaemonSet controller looks at. */
export interface DaemonState {
  readonly set: DaemonSet;
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  /** Hash of the template's revision. */
  readonly hash: string;
  readonly now: number;
}

/** Names of Nodes that need a Pod, and Pods that go. */
export interface DaemonPlan {
  readonly create: readonly string[];
  readonly remove: readonly Pod[];
}

/** Whether a Node should have a Pod, and whether one that it has may stay (daemon.NodeShouldRunDaemonPod). */
function wants({ set }: DaemonState, node: Node): { run: boolean; stay: boolean } {
  const { name } = node.metadata;
  const pod = { spec: daemonSpec(set, name) } as Pick<Pod, 'spec'>;
  const nodeName = (set.spec.template.spec as { nodeName?: string }).nodeName;
  if ((nodeName && nodeName !== name) || !matchesNode(pod, node)) return { run: false, stay: false };
  if (toleratesTaints(pod, node)) return { run: true, stay: true };
  return { run: false, stay: toleratesTaints(pod, node, ['NoExecute']) };
}

/** Decides one step: a Pod on every Node that wants one, and then a part of the update. */
export function decideDaemonSet(state: DaemonState): DaemonPlan {
  if (isDeleting(state.set)) return { create: [], remove: [] };
  const byNode = podsByNode(state);
  const create: string[] = [];
  const remove: Pod[] = [];
  for (const node of state.nodes) {
    const pods = byNode.get(node.metadata.name) ?? [];
    const { run, stay } = wants(state, node);
    if (run && pods.length === 0) create.push(node.metadata.name);
    else if (!stay) remove.push(...pods.filter((pod) => !isDeleting(pod)));
    else remove.push(...surplus(state, pods));
  }
  if (create.length + remove.length > 0) return { create, remove };
  return state.set.spec.updateStrategy?.type === 'OnDelete' ? { create, remove } : update(state, byNode);
}

/** Pods that ended, and all but the oldest (while surging: the oldest of each revision) of one Node. */
function surplus({ set, hash, now }: DaemonState, pods: readonly Pod[]): Pod[] {
  const alive = pods.filter((pod) => !isDeleting(pod));
  const running = oldestFirst(alive.filter((pod) => !isFinished(pod)));
  const ended = alive.filter(isFinished);
  if (limits(set, 1).surge === 0) return [...ended, ...running.slice(1)];
  const fresh = running.filter((pod) => revisionOfPod(pod) === hash);
  const old = running.filter((pod) => revisionOfPod(pod) !== hash);
  const replaced =
    fresh[0] && old[0] && (!isReady(old[0]) || isAvailable(fresh[0], set.spec.minReadySeconds, now)) ? [old[0]] : [];
  return [...ended, ...fresh.slice(1), ...old.slice(1), ...replaced];
}

function oldestFirst(pods: readonly Pod[]): Pod[] {
  return pods.toSorted(
    (one, other) => fromTime(one.metadata.creationTimestamp) - fromTime(other.metadata.creationTimestamp),
  );
}

function limits({ spec }: DaemonSet, desired: number): { surge: number; unavailable: number } {
  const { maxSurge, maxUnavailable } = spec.updateStrategy?.rollingUpdate ?? {};
  const surge = scaled(maxSurge, desired, 'up');
  const unavailable = scaled(maxUnavailable, desired, 'up', 1);
  return surge === 0 && unavailable === 0 ? { surge, unavailable: 1 } : { surge, unavailable };
}

/** Replaces old Pods: by deleting within maxUnavailable, or by creating beside them within maxSurge. */
function update(state: DaemonState, byNode: ReadonlyMap<string, readonly Pod[]>): DaemonPlan {
  const { set, nodes, hash, now } = state;
  const wanted = nodes.filter((node) => wants(state, node).run);
  const { surge, unavailable } = limits(set, wanted.length);
  const available = (pod: Pod | undefined) => pod !== undefined && isAvailable(pod, set.spec.minReadySeconds, now);
  const down: Pod[] = [];
  const candidates: { readonly node: string; readonly pod: Pod }[] = [];
  let busy = 0;
  for (const { metadata } of wanted) {
    const pods = (byNode.get(metadata.name) ?? []).filter((pod) => !isDeleting(pod));
    const fresh = pods.find((pod) => revisionOfPod(pod) === hash);
    const old = pods.find((pod) => revisionOfPod(pod) !== hash);
    if (old && !fresh) {
      if (available(old)) candidates.push({ node: metadata.name, pod: old });
      else down.push(old);
    } else if (surge > 0 ? Boolean(old) : !available(fresh)) busy += 1;
  }
  if (surge > 0) {
    const allowed = candidates.slice(0, Math.max(0, surge - busy)).map(({ node }) => node);
    return { create: [...down.map((pod) => nodeOf(pod)), ...allowed], remove: [] };
  }
  const room = Math.max(0, unavailable - busy - down.length);
  return { create: [], remove: [...down, ...candidates.slice(0, room).map(({ pod }) => pod)] };
}

function podsByNode({ pods }: DaemonState): Map<string, Pod[]> {
  return Map.groupBy(pods, nodeOf);
}

/** The status for these Pods (DaemonSetsController.updateDaemonSetStatus). */
export function daemonStatus(state: DaemonState): Record<string, number> {
  const { set, nodes, hash, now } = state;
  const byNode = podsByNode(state);
  const on = (node: Node) => oldestFirst(byNode.get(node.metadata.name) ?? [])[0];
  const wanted = nodes.filter((node) => wants(state, node).run);
  const scheduled = wanted.flatMap((node) => on(node) ?? []);
  const count = (test: (pod: Pod) => boolean) => scheduled.filter(test).length;
  const numberAvailable = count((pod) => isAvailable(pod, set.spec.minReadySeconds, now));
  return compact({
    currentNumberScheduled: scheduled.length,
    numberMisscheduled: nodes.filter((node) => !wanted.includes(node) && on(node)).length,
    desiredNumberScheduled: wanted.length,
    numberReady: count(isReady),
    observedGeneration: set.metadata.generation || undefined,
    updatedNumberScheduled: count((pod) => revisionOfPod(pod) === hash) || undefined,
    numberAvailable: numberAvailable || undefined,
    numberUnavailable: wanted.length - numberAvailable || undefined,
  }) as Record<string, number>;
}
