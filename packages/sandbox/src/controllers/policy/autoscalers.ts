import { groupOf, isCapstanError, type KubernetesObject, messageOf, type ObjectReference } from '@capstan/base';
import { KUBE_CODES, type ReconcileResult } from '@capstan/kube';
import { orGone } from '../frame/claim.ts';
import { MANAGERS, type SimulatedCluster } from '../frame/cluster.ts';
import type { Controller, KeySink } from '../frame/controller.ts';
import type { Resource } from '../frame/resource.ts';
import { deepEqual } from '../model/equality.ts';
import { keyOf, partsOf } from '../model/meta.ts';
import type { Autoscaler } from '../model/workload-types.ts';
import { decideAutoscaler, type ScaleFacts, sameStatus } from './autoscaler-plan.ts';

const SOURCE = 'horizontal-pod-autoscaler';
/** The real controller's period. */
const PERIOD_MS = 15_000;

/** Keeps autoscaled workloads within their limits; there are no metrics here to scale them by. */
export class Autoscalers implements Controller {
  readonly name = 'horizontalpodautoscaler';
  readonly #cluster: SimulatedCluster;

  constructor(cluster: SimulatedCluster) {
    this.#cluster = cluster;
  }

  watch(queue: KeySink): void {
    const { autoscalers } = this.#cluster;
    autoscalers.onChange((autoscaler, old, type) => {
      if (type !== 'MODIFIED' || !deepEqual(autoscaler.spec, old?.spec)) queue.add(keyOf(autoscaler));
    });
    for (const resource of this.#targets()) {
      resource.onChange((target, old, type) => {
        if (type === 'MODIFIED' && replicasOf(target) === (old && replicasOf(old))) return;
        for (const one of autoscalers.list(target.metadata.namespace)) {
          const { kind, name } = one.spec.scaleTargetRef;
          if (kind === target.kind && name === target.metadata.name) queue.add(keyOf(one));
        }
      });
    }
  }

  async reconcile(key: string): Promise<ReconcileResult | undefined> {
    const { namespace, name } = partsOf(key);
    const autoscaler = this.#cluster.autoscalers.get(name, namespace);
    if (!autoscaler || !this.#cluster.isOpen(namespace)) return undefined;
    const facts = await this.#scaleOf(autoscaler);
    const plan = decideAutoscaler(autoscaler, facts, this.#cluster.time());
    if (plan.rescaleTo !== undefined) await this.#rescale(autoscaler, plan.rescaleTo, plan.reason ?? '');
    if (!sameStatus(autoscaler.status, plan.status)) {
      await orGone(this.#cluster.autoscalers.updateStatus({ ...autoscaler, status: plan.status }));
    }
    if ('error' in facts) this.#tell(autoscaler, 'Warning', 'FailedGetScale', facts.error);
    return { requeueAfterMs: PERIOD_MS };
  }

  #targets(): Resource<KubernetesObject>[] {
    const { deployments, replicaSets, statefulSets, replicationControllers } = this.#cluster;
    return [deployments, replicaSets, statefulSets, replicationControllers] as unknown as Resource<KubernetesObject>[];
  }

  async #scaleOf(autoscaler: Autoscaler): Promise<ScaleFacts> {
    const reference = targetOf(autoscaler);
    const { apiVersion, kind, name, namespace } = reference;
    const followed = this.#targets().find((one) => one.kind.apiVersion === apiVersion && one.kind.kind === kind);
    const known = followed?.get(name, namespace);
    if (known) return { replicas: replicasOf(known) };
    try {
      const served = await this.#cluster.client.discovery.find(reference);
      if (!served) return { error: `no matches for kind "${kind}" in group "${groupOf(apiVersion)}"` };
      const { resource, group } = served;
      const scale = followed ? undefined : await this.#cluster.client.get(reference, { subresource: 'scale' });
      if (scale) return { replicas: replicasOf(scale) };
      return { error: `${group ? `${resource}.${group}` : resource} "${name}" not found` };
    } catch (error) {
      return { error: messageOf(error) };
    }
  }

  async #rescale(autoscaler: Autoscaler, replicas: number, reason: string): Promise<void> {
    const { signal } = this.#cluster.options;
    const options = { subresource: 'scale', fieldManager: MANAGERS.controllers, signal } as const;
    try {
      await this.#cluster.client.patch(targetOf(autoscaler), { spec: { replicas } }, options);
    } catch (error) {
      if (isCapstanError(error, KUBE_CODES.notFound)) return;
      throw error;
    }
    this.#tell(autoscaler, 'Normal', 'SuccessfulRescale', `New size: ${replicas}; reason: ${reason}`);
  }

  #tell(autoscaler: Autoscaler, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#cluster.events.record(autoscaler, { type, reason, message, source: SOURCE });
  }
}

function targetOf({ metadata: { namespace = '' }, spec: { scaleTargetRef } }: Autoscaler): ObjectReference {
  const { apiVersion = 'v1', kind, name } = scaleTargetRef;
  return { apiVersion, kind, name, namespace };
}

function replicasOf(object: KubernetesObject): number {
  return (object['spec'] as { replicas?: number } | undefined)?.replicas ?? 0;
}
