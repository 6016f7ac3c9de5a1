import { isCapstanError } from '@capstan/base';
import { KUBE_CODES } from '@capstan/kube';
import type { SimulatedCluster } from '../frame/cluster.ts';
import { MANAGERS } from '../frame/cluster.ts';
import type { Controller, KeySink } from '../frame/controller.ts';
import type { Claim, Pod } from '../model/core-types.ts';
import { conditionIn, isDeleting, keyOf, partsOf, type StatusCondition } from '../model/meta.ts';
import { NodeUsage } from './node-usage.ts';
import { isFinished } from './pod-state.ts';
import { decideSchedule } from './schedule.ts';

const NAME = 'default-scheduler';
const SELECTED_NODE = 'volume.kubernetes.io/selected-node';

/** Assigns Pods to Nodes. Pods that ask for another scheduler, or have gates, are left alone. */
export class Scheduler implements Controller {
  readonly name = 'scheduler';
  readonly concurrency = 16;
  readonly #cluster: SimulatedCluster;
  readonly #usage = new NodeUsage();
  /** Keys of Pods for which there is no Node yet. */
  readonly #refused = new Set<string>();

  constructor(cluster: SimulatedCluster) {
    this.#cluster = cluster;
  }

  watch(queue: KeySink): void {
    const { pods, nodes, claims } = this.#cluster;
    const retryAll = () => {
      for (const key of this.#refused) queue.add(key);
    };
    pods.onChange((pod, old, type) => {
      const key = keyOf(pod);
      if (type === 'DELETED') {
        this.#usage.remove(pod);
        this.#refused.delete(key);
        retryAll();
        return;
      }
      this.#usage.put(pod);
      if (waits(pod)) queue.add(key);
      // Its room, its ports and what others feel about it are free again.
      else if (isFinished(pod) && old !== undefined && !isFinished(old)) retryAll();
      else if (old !== undefined && !old.spec.nodeName && pod.spec.nodeName) retryAll();
    });
    nodes.onChange(retryAll);
    claims.onChange(retryAll);
  }

  async reconcile(key: string): Promise<void> {
    const { namespace, name } = partsOf(key);
    const pod = this.#cluster.pods.get(name, namespace);
    this.#refused.delete(key);
    if (!pod || !waits(pod)) return;
    const { nodes, claims, storageClasses } = this.#cluster;
    const decision = decideSchedule({
      pod,
      nodes: nodes.list(),
      usage: this.#usage,
      claim: (claim) => claims.get(claim, namespace),
      storageClass: (storageClass) => storageClasses.get(storageClass),
    });
    switch (decision.do) {
      case 'bind':
        return this.#bind(pod, decision.node);
      case 'provision':
        this.#refused.add(key);
        return this.#select(decision.claims, decision.node);
      case 'refuse':
        this.#refused.add(key);
        return this.#refuse(pod, decision.message);
    }
  }

  async #bind(pod: Pod, node: string): Promise<void> {
    // Counted at once, so that the next Pod is not sent to the same place.
    this.#usage.put(pod, node);
    try {
      await this.#cluster.bind(pod, node);
    } catch (error) {
      this.#usage.remove(pod);
      if (isCapstanError(error, KUBE_CODES.notFound)) return;
      throw error;
    }
    const { namespace, name } = pod.metadata;
    const message = `Successfully assigned ${namespace}/${name} to ${node}`;
    this.#cluster.events.record(pod, { type: 'Normal', reason: 'Scheduled', message, source: NAME });
  }

  /** The provisioner makes volumes for claims that have a Node; their binding brings the Pod back. */
  async #select(claims: readonly Claim[], node: string): Promise<void> {
    for (const claim of claims) {
      if (claim.metadata.annotations?.[SELECTED_NODE] === node) continue;
      await this.#cluster.claims.patch(claim, { metadata: { annotations: { [SELECTED_NODE]: node } } });
    }
  }

  async #refuse(pod: Pod, message: string): Promise<void> {
    const conditions = pod.status?.conditions ?? [];
    const known = conditionIn(conditions, 'PodScheduled');
    if (known?.status === 'False' && known.message === message) return;
    const condition: StatusCondition = {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message,
      lastProbeTime: null,
      lastTransitionTime: known?.status === 'False' ? (known.lastTransitionTime ?? '') : this.#cluster.time(),
      observedGeneration: pod.metadata.generation ?? 1,
    };
    const others = conditions.filter(({ type }) => type !== 'PodScheduled');
    const patch = { status: { conditions: [...others, condition] } };
    await this.#cluster.pods.patchStatus(pod, patch, MANAGERS.scheduler);
    this.#cluster.events.record(pod, { type: 'Warning', reason: 'FailedScheduling', message, source: NAME });
  }
}

function waits(pod: Pod): boolean {
  const { nodeName, schedulerName = NAME, schedulingGates = [] } = pod.spec;
  return !nodeName && schedulerName === NAME && schedulingGates.length === 0 && !isDeleting(pod) && !isFinished(pod);
}
