import { orGone } from '../frame/claim.ts';
import type { SimulatedCluster } from '../frame/cluster.ts';
import type { Controller, KeySink } from '../frame/controller.ts';
import type { Pod } from '../model/core-types.ts';
import { deepEqual } from '../model/equality.ts';
import { controllerOf, keyOf, partsOf } from '../model/meta.ts';
import { selects } from '../model/selector.ts';
import { mattersToOwners } from '../pods/pod-state.ts';
import { disruptionStatus } from './disruption-plan.ts';

/** One status answers the changes of many Pods. */
const POD_CHANGE_MS = 20;

/** Says for each PodDisruptionBudget how many Pods may be evicted. */
export class DisruptionBudgets implements Controller {
  readonly name = 'disruption';
  readonly #cluster: SimulatedCluster;

  constructor(cluster: SimulatedCluster) {
    this.#cluster = cluster;
  }

  watch(queue: KeySink): void {
    const { disruptionBudgets, pods } = this.#cluster;
    disruptionBudgets.onChange((budget, old, type) => {
      const same = budget.metadata.generation === old?.metadata.generation;
      const evicted = !deepEqual(budget.status?.disruptedPods, old?.status?.disruptedPods);
      if (type !== 'MODIFIED' || !same || evicted) queue.add(keyOf(budget));
    });
    pods.onChange((pod, old, type) => {
      if (type === 'MODIFIED' && !mattersToOwners(pod, old)) return;
      for (const budget of disruptionBudgets.list(pod.metadata.namespace)) {
        const labels = [pod.metadata.labels, old?.metadata.labels];
        if (labels.some((one) => one && selects(budget.spec.selector, one))) {
          queue.addAfter(keyOf(budget), POD_CHANGE_MS);
        }
      }
    });
  }

  async reconcile(key: string): Promise<void> {
    const { namespace, name } = partsOf(key);
    const { disruptionBudgets, pods } = this.#cluster;
    const budget = disruptionBudgets.get(name, namespace);
    if (!budget) return;
    const status = disruptionStatus({
      budget,
      pods: pods.list(namespace),
      expected: (matched) => this.#expected(matched),
      now: this.#cluster.now(),
    });
    if (!deepEqual(budget.status, status)) await orGone(disruptionBudgets.updateStatus({ ...budget, status }));
  }

  /** Replicas of the Deployments, StatefulSets, ... that the Pods belong to; Pods of nobody count as themselves. */
  #expected(pods: readonly Pod[]): number {
    const sizes = new Map<string, number>();
    for (const pod of pods) {
      const [uid, replicas] = this.#workloadOf(pod);
      sizes.set(uid, replicas);
    }
    return [...sizes.values()].reduce((sum, size) => sum + size, 0);
  }

  #workloadOf(pod: Pod): [string, number] {
    const { replicaSets, deployments, statefulSets, replicationControllers } = this.#cluster;
    const { namespace, uid = '' } = pod.metadata;
    const owner = controllerOf(pod);
    const name = owner?.name ?? '';
    const set = owner?.kind === 'ReplicaSet' ? replicaSets.get(name, namespace) : undefined;
    const deployment = set && deployments.get(controllerOf(set)?.name ?? '', namespace);
    const stateful = owner?.kind === 'StatefulSet' ? statefulSets.get(name, namespace) : undefined;
    const controller =
      owner?.kind === 'ReplicationController' ? replicationControllers.get(name, namespace) : undefined;
    const found = deployment ?? set ?? stateful ?? controller;
    return found ? [found.metadata.uid ?? uid, found.spec.replicas] : [uid, 1];
  }
}
