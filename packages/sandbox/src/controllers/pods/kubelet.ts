import { isCapstanError } from '@capstan/base';
import { KUBE_CODES, type ReconcileResult } from '@capstan/kube';
import type { SimulatedCluster } from '../frame/cluster.ts';
import { MANAGERS } from '../frame/cluster.ts';
import type { Controller, KeySink } from '../frame/controller.ts';
import type { Pod } from '../model/core-types.ts';
import { fromTime, keyOf, partsOf } from '../model/meta.ts';
import { completedStatus, kubeletStep, runningStatus } from './kubelet-status.ts';
import { PodAddresses } from './pod-addresses.ts';

/** A Pod whose Node has been missing for this long is given up (podgc's quarantine). */
const ORPHAN_MS = 40_000;

/**
 * Plays the kubelets: Pods that have a Node run, are ready, end where they belong to a Job, and go when deleted, or some time
 * after their Node.
 */
export class Kubelet implements Controller {
  readonly name = 'kubelet';
  readonly concurrency = 16;
  readonly #cluster: SimulatedCluster;
  readonly #addresses = new PodAddresses();

  constructor(cluster: SimulatedCluster) {
    this.#cluster = cluster;
  }

  watch(queue: KeySink): void {
    const { pods, nodes } = this.#cluster;
    pods.onChange((pod, _old, type) => {
      const { uid = '' } = pod.metadata;
      if (type === 'DELETED') return this.#addresses.release(uid);
      if (pod.status?.podIP) this.#addresses.keep(uid, pod.status.podIP);
      if (kubeletStep(pod)) queue.add(keyOf(pod));
    });
    // Pods may name a Node before it exists, and after it is gone.
    nodes.onChange((node, _old, type) => {
      if (type === 'MODIFIED') return;
      for (const pod of pods.list()) if (pod.spec.nodeName === node.metadata.name) queue.add(keyOf(pod));
    });
  }

  async reconcile(key: string): Promise<ReconcileResult | undefined> {
    const { namespace, name } = partsOf(key);
    const { pods, nodes } = this.#cluster;
    const pod = pods.get(name, namespace);
    if (!pod?.spec.nodeName) return undefined;
    const age = this.#cluster.now() - fromTime(pod.metadata.creationTimestamp);
    const isOrphan = !nodes.get(pod.spec.nodeName);
    if (isOrphan && age < ORPHAN_MS) return { requeueAfterMs: ORPHAN_MS - age };
    try {
      if (isOrphan) await pods.delete(pod, { gracePeriodSeconds: 0 });
      else await this.#take(pod);
    } catch (error) {
      if (!isCapstanError(error, KUBE_CODES.notFound)) throw error;
    }
    return undefined;
  }

  async #take(pod: Pod): Promise<void> {
    const { pods } = this.#cluster;
    switch (kubeletStep(pod)) {
      case 'run':
        return this.#report(pod, runningStatus(pod, this.#address(pod), this.#cluster.time()));
      case 'complete':
        return this.#report(pod, completedStatus(pod, this.#cluster.time()));
      case 'remove':
        return pods.delete(pod, { gracePeriodSeconds: 0 });
    }
  }

  async #report(pod: Pod, status: object): Promise<void> {
    await this.#cluster.pods.patchStatus(pod, { status }, MANAGERS.kubelet);
  }

  #address({ spec, metadata: { uid = '' } }: Pod): string | undefined {
    return spec.hostNetwork ? undefined : this.#addresses.take(uid);
  }
}
