import { isCapstanError, type OwnerReference } from '@capstan/base';
import { KUBE_CODES, type ReconcileResult } from '@capstan/kube';
import { claim, orGone } from '../frame/claim.ts';
import type { SimulatedCluster } from '../frame/cluster.ts';
import type { Controller, KeySink } from '../frame/controller.ts';
import type { Claim, Pod } from '../model/core-types.ts';
import { deepEqual } from '../model/equality.ts';
import { controllerOf, keyOf, partsOf } from '../model/meta.ts';
import { selects } from '../model/selector.ts';
import type { ControllerRevision, StatefulSet } from '../model/workload-types.ts';
import { mattersToOwners, untilAvailable } from '../pods/pod-state.ts';
import { POD_CHANGE_MS, reasonOf } from './replicas.ts';
import { chooseRevision, outdatedRevisions, templateIn } from './revision-history.ts';
import { writeRevision } from './revision-writer.ts';
import { decideStatefulSet, type StatefulPlan, type StatefulState, statefulStatus } from './stateful-plan.ts';
import { claimsOf, ordinalOf, revisionOfPod, statefulPod } from './stateful-pods.ts';

const SOURCE = 'statefulset-controller';
const HASH_LABEL = 'controller.kubernetes.io/hash';

/** Gives StatefulSets their Pods and claims, in order. */
export class StatefulSets implements Controller {
  readonly name = 'statefulset';
  readonly #cluster: SimulatedCluster;

  constructor(cluster: SimulatedCluster) {
    this.#cluster = cluster;
  }

  watch(queue: KeySink): void {
    const { statefulSets, pods } = this.#cluster;
    statefulSets.onChange((set, old, type) => {
      const same = set.metadata.generation === old?.metadata.generation;
      // A finished update shows in the status, and then old revisions may go.
      const settled = set.status?.currentRevision === old?.status?.currentRevision;
      if (type !== 'MODIFIED' || !same || !settled) queue.add(keyOf(set));
    });
    pods.onChange((pod, old, type) => {
      if (type === 'MODIFIED' && !mattersToOwners(pod, old)) return;
      const { namespace = '' } = pod.metadata;
      for (const reference of [controllerOf(pod), old && controllerOf(old)]) {
        if (reference?.kind === 'StatefulSet') queue.addAfter(`${namespace}/${reference.name}`, POD_CHANGE_MS);
      }
      if (controllerOf(pod) || type === 'DELETED') return;
      for (const set of statefulSets.list(namespace)) {
        if (selects(set.spec.selector, pod.metadata.labels)) queue.add(keyOf(set));
      }
    });
  }

  async reconcile(key: string): Promise<ReconcileResult | undefined> {
    const { namespace, name } = partsOf(key);
    const { statefulSets, revisions, pods } = this.#cluster;
    const set = statefulSets.get(name, namespace);
    if (!set || !this.#cluster.isOpen(namespace)) return undefined;
    const owned = await claim(pods, set, set.spec.selector, (pod) => pod.metadata.name.startsWith(`${name}-`));
    const history = await claim(revisions, set, set.spec.selector);
    const collisions = set.status?.collisionCount ?? 0;
    const choice = chooseRevision(
      { owner: set, template: set.spec.template, hashLabel: HASH_LABEL, collisions },
      history,
    );
    const written = await writeRevision(this.#cluster, choice);
    if (written === 'collision') {
      const status = { replicas: 0, availableReplicas: 0, ...set.status, collisionCount: collisions + 1 };
      await orGone(statefulSets.updateStatus({ ...set, status }));
      return { requeueAfterMs: 1 };
    }
    const current = history.find((one) => one.metadata.name === set.status?.currentRevision) ?? written;
    const revisionNames = { currentRevision: current.metadata.name, updateRevision: written.metadata.name };
    const now = this.#cluster.now();
    await this.#act(set, decideStatefulSet({ set, pods: owned, now, ...revisionNames }), current, written);
    const after = pods.controlledBy(set.metadata.uid);
    await this.#report({ set, pods: after, now, ...revisionNames }, collisions);
    await this.#truncate(set, after, [current, written]);
    const requeueAfterMs = untilAvailable(after, set.spec.minReadySeconds, now);
    return requeueAfterMs === undefined ? undefined : { requeueAfterMs };
  }

  async #act(
    set: StatefulSet,
    { create, remove, condemned }: StatefulPlan,
    current: ControllerRevision,
    update: ControllerRevision,
  ): Promise<void> {
    for (const one of create) {
      const revision = one.current ? current : update;
      const pod = statefulPod(set, templateIn(revision), one.ordinal, revision.metadata.name);
      await this.#create(set, pod, claimsOf(set, one.ordinal));
    }
    await Promise.all(condemned.map((pod) => this.#handOver(set, pod)));
    await Promise.all(remove.map((pod) => this.#remove(set, pod)));
  }

  async #create(set: StatefulSet, pod: Pod, claims: readonly Claim[]): Promise<void> {
    const { name } = pod.metadata;
    const what = `Pod ${name} in StatefulSet ${set.metadata.name}`;
    try {
      for (const one of claims) await this.#claim(set, pod, one);
      await this.#cluster.pods.create(pod);
    } catch (error) {
      if (isCapstanError(error, KUBE_CODES.conflict)) return;
      this.#tell(set, 'Warning', 'FailedCreate', `Create ${what} failed error: ${reasonOf(error)}`);
      throw error;
    }
    this.#tell(set, 'Normal', 'SuccessfulCreate', `Create ${what} successful`);
  }

  async #claim(set: StatefulSet, pod: Pod, wanted: Claim): Promise<void> {
    const { claims } = this.#cluster;
    const { name, namespace } = wanted.metadata;
    if (claims.get(name, namespace)) return;
    const created = await claims.create(wanted).catch((error: unknown) => {
      if (isCapstanError(error, KUBE_CODES.conflict)) return undefined;
      throw error;
    });
    if (!created) return;
    const where = `Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
    this.#tell(set, 'Normal', 'SuccessfulCreate', `Create Claim ${name} ${where} success`);
  }

  /** With the retention policy Delete a Pod that goes for good takes its claims along: it becomes their owner. */
  async #handOver(set: StatefulSet, pod: Pod): Promise<void> {
    if (set.spec.persistentVolumeClaimRetentionPolicy?.whenScaled !== 'Delete') return;
    const { name, uid = '' } = pod.metadata;
    const owner: OwnerReference = { apiVersion: 'v1', kind: 'Pod', name, uid };
    for (const { metadata } of claimsOf(set, ordinalOf(pod))) {
      const known = this.#cluster.claims.get(metadata.name, metadata.namespace);
      if (!known) continue;
      const others = (known.metadata.ownerReferences ?? []).filter((one) => one.uid !== uid);
      await orGone(this.#cluster.claims.patch(known, { metadata: { ownerReferences: [...others, owner] } }));
    }
  }

  async #remove(set: StatefulSet, pod: Pod): Promise<void> {
    await this.#cluster.pods.delete(pod);
    const what = `Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
    this.#tell(set, 'Normal', 'SuccessfulDelete', `Delete ${what} successful`);
  }

  async #report(state: StatefulState, collisions: number): Promise<void> {
    const { statefulSets } = this.#cluster;
    const { metadata } = state.set;
    const status = statefulStatus(state, collisions);
    const latest = statefulSets.get(metadata.name, metadata.namespace);
    if (!latest || latest.metadata.uid !== metadata.uid || deepEqual(latest.status, status)) return;
    await orGone(statefulSets.updateStatus({ ...latest, status }));
  }

  async #truncate(set: StatefulSet, pods: readonly Pod[], live: readonly ControllerRevision[]): Promise<void> {
    const { revisions } = this.#cluster;
    const names = new Set([...live.map(({ metadata }) => metadata.name), ...pods.map(revisionOfPod)]);
    const surplus = outdatedRevisions(revisions.controlledBy(set.metadata.uid), {
      limit: set.spec.revisionHistoryLimit ?? 10,
      isLive: ({ metadata }) => names.has(metadata.name),
    });
    await Promise.all(surplus.map((one) => revisions.delete(one)));
  }

  #tell(set: StatefulSet, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#cluster.events.record(set, { type, reason, message, source: SOURCE });
  }
}
