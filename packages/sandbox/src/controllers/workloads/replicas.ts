import { isCapstanError, type KubernetesObject, messageOf } from '@capstan/base';
import { KUBE_CODES, type ReconcileResult } from '@capstan/kube';
import { slowStart } from '../frame/batch.ts';
import { claim, orGone } from '../frame/claim.ts';
import type { SimulatedCluster } from '../frame/cluster.ts';
import type { Controller, KeySink } from '../frame/controller.ts';
import type { Resource } from '../frame/resource.ts';
import type { Pod } from '../model/core-types.ts';
import { deepEqual } from '../model/equality.ts';
import { controllerOf, isDeleting, keyOf, type LabelSelector, partsOf, type StatusCondition } from '../model/meta.ts';
import { selects } from '../model/selector.ts';
import type { ReplicaSet, ReplicaSetStatus, ReplicationController } from '../model/workload-types.ts';
import { isActive, mattersToOwners, untilAvailable } from '../pods/pod-state.ts';
import { podOf } from '../pods/pod-template.ts';
import { decideReplicas, type ReplicaOwner, replicaStatus } from './replica-status.ts';

/** Changes of Pods come in groups; one look, and one status, answers them all. */
export const POD_CHANGE_MS = 5;

/** The more Pods there are, the longer changes are collected before all of them are counted again. */
const PODS_PER_MS = 10;

type Owner = ReplicaSet | ReplicationController;

/** What differs between the two kinds. */
interface Flavor<T extends Owner> {
  readonly name: string;
  readonly source: string;
  readonly countsTerminating: boolean;
  resource(cluster: SimulatedCluster): Resource<T>;
  selector(owner: T): LabelSelector;
}

const REPLICA_SET: Flavor<ReplicaSet> = {
  name: 'replicaset',
  source: 'replicaset-controller',
  countsTerminating: true,
  resource: (cluster) => cluster.replicaSets,
  selector: ({ spec }) => spec.selector,
};

const REPLICATION_CONTROLLER: Flavor<ReplicationController> = {
  name: 'replicationcontroller',
  source: 'replication-controller',
  countsTerminating: false,
  resource: (cluster) => cluster.replicationControllers,
  selector: ({ spec }) => ({ matchLabels: spec.selector }),
};

/** Keeps as many Pods as a ReplicaSet asks for. */
export function replicaSets(cluster: SimulatedCluster): Controller {
  return new Replicas(cluster, REPLICA_SET);
}

/** Keeps as many Pods as a ReplicationController asks for. */
export function replicationControllers(cluster: SimulatedCluster): Controller {
  return new Replicas(cluster, REPLICATION_CONTROLLER);
}

class Replicas<T extends Owner> implements Controller {
  readonly name: string;
  readonly concurrency = 8;
  readonly #cluster: SimulatedCluster;
  readonly #flavor: Flavor<T>;
  readonly #owners: Resource<T>;

  constructor(cluster: SimulatedCluster, flavor: Flavor<T>) {
    this.name = flavor.name;
    this.#cluster = cluster;
    this.#flavor = flavor;
    this.#owners = flavor.resource(cluster);
  }

  watch(queue: KeySink): void {
    const { kind } = this.#owners.kind;
    this.#owners.onChange((owner, old, type) => {
      // Its own status is no news to it.
      if (type === 'MODIFIED' && old && owner.metadata.generation === old.metadata.generation) return;
      queue.add(keyOf(owner));
    });
    this.#cluster.pods.onChange((pod, old, type) => {
      if (type === 'MODIFIED' && !mattersToOwners(pod, old)) return;
      const { namespace = '' } = pod.metadata;
      for (const reference of [controllerOf(pod), old && controllerOf(old)]) {
        if (reference?.kind !== kind) continue;
        const replicas = this.#owners.get(reference.name, namespace)?.spec.replicas ?? 0;
        queue.addAfter(`${namespace}/${reference.name}`, Math.max(POD_CHANGE_MS, replicas / PODS_PER_MS));
      }
      if (controllerOf(pod) || type === 'DELETED') return;
      for (const owner of this.#owners.list(namespace)) {
        if (selects(this.#flavor.selector(owner), pod.metadata.labels)) queue.add(keyOf(owner));
      }
    });
  }

  async reconcile(key: string): Promise<ReconcileResult | undefined> {
    const { namespace, name } = partsOf(key);
    const owner = this.#owners.get(name, namespace);
    if (!owner) return undefined;
    const pods = await claim(this.#cluster.pods, owner, this.#flavor.selector(owner), isActive);
    const failure = isDeleting(owner) ? undefined : await this.#adjust(owner, pods);
    const { uid } = owner.metadata;
    const now = this.#cluster.now();
    const after = this.#cluster.pods.controlledBy(uid);
    await this.#report(
      owner,
      replicaStatus(traitsOf(owner), after, {
        now,
        countsTerminating: this.#flavor.countsTerminating,
        ...(failure && { failure: failure.condition }),
      }),
    );
    if (failure) throw failure.error;
    const requeueAfterMs = untilAvailable(after, owner.spec.minReadySeconds, now);
    return requeueAfterMs === undefined ? undefined : { requeueAfterMs };
  }

  /** Creates and deletes; resolves to what went wrong. */
  async #adjust(owner: T, pods: readonly Pod[]): Promise<{ error: unknown; condition: StatusCondition } | undefined> {
    const { create, remove } = decideReplicas(owner.spec.replicas, pods);
    if (create > 0 && !this.#cluster.isOpen(owner.metadata.namespace ?? '')) return undefined;
    try {
      await slowStart(create, () => this.#create(owner));
      await Promise.all(remove.map((pod) => this.#remove(owner, pod)));
      return undefined;
    } catch (error) {
      const reason = create > 0 ? 'FailedCreate' : 'FailedDelete';
      const message = reasonOf(error);
      this.#tell(owner, 'Warning', reason, `Error ${create > 0 ? 'creating' : 'deleting'}: ${message}`);
      const lastTransitionTime = this.#cluster.time();
      return { error, condition: { type: 'ReplicaFailure', status: 'True', reason, message, lastTransitionTime } };
    }
  }

  async #create(owner: T): Promise<void> {
    const pod = await this.#cluster.pods.create(podOf(owner, owner.spec.template));
    this.#tell(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
  }

  async #remove(owner: T, pod: Pod): Promise<void> {
    await this.#cluster.pods.delete(pod);
    this.#tell(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
  }

  async #report({ metadata }: T, status: ReplicaSetStatus): Promise<void> {
    // It may have been scaled meanwhile; what was seen of it is in the status.
    const latest = this.#owners.get(metadata.name, metadata.namespace);
    if (!latest || latest.metadata.uid !== metadata.uid || deepEqual(latest.status, status)) return;
    await orGone(this.#owners.updateStatus({ ...latest, status }));
  }

  #tell(owner: KubernetesObject, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#cluster.events.record(owner, { type, reason, message, source: this.#flavor.source });
  }
}

function traitsOf({ metadata, spec, status }: Owner): ReplicaOwner {
  const { replicas, minReadySeconds = 0, template } = spec;
  return { generation: metadata.generation ?? 0, replicas, minReadySeconds, template, status };
}

/** What the API server itself said, without what our client puts around it. */
export function reasonOf(error: unknown): string {
  const message = messageOf(error);
  if (!isCapstanError(error, KUBE_CODES.forbidden)) return message;
  return message.replace(/^\S+ is refused: /, '');
}
