import type { ReconcileResult } from '@capstan/kube';
import { slowStart } from '../frame/batch.ts';
import { claim, orGone } from '../frame/claim.ts';
import type { SimulatedCluster } from '../frame/cluster.ts';
import type { Controller, KeySink } from '../frame/controller.ts';
import type { Pod } from '../model/core-types.ts';
import { deepEqual } from '../model/equality.ts';
import { controllerOf, keyOf, partsOf } from '../model/meta.ts';
import { selects } from '../model/selector.ts';
import type { DaemonSet } from '../model/workload-types.ts';
import { mattersToOwners, untilAvailable } from '../pods/pod-state.ts';
import { type DaemonState, daemonStatus, decideDaemonSet } from './daemon-plan.ts';
import { daemonPod } from './daemon-pods.ts';
import { POD_CHANGE_MS, reasonOf } from './replicas.ts';
import { chooseRevision, outdatedRevisions } from './revision-history.ts';
import { writeRevision } from './revision-writer.ts';
import { REVISION_LABEL, revisionOfPod } from './stateful-pods.ts';

const SOURCE = 'daemonset-controller';

/** Gives every Node that wants one a Pod of each DaemonSet. */
export class DaemonSets implements Controller {
  readonly name = 'daemonset';
  readonly #cluster: SimulatedCluster;

  constructor(cluster: SimulatedCluster) {
    this.#cluster = cluster;
  }

  watch(queue: KeySink): void {
    const { daemonSets, pods, nodes } = this.#cluster;
    daemonSets.onChange((set, old, type) => {
      if (type !== 'MODIFIED' || set.metadata.generation !== old?.metadata.generation) queue.add(keyOf(set));
    });
    nodes.onChange((node, old, type) => {
      const same = deepEqual([node.metadata.labels, node.spec], [old?.metadata.labels, old?.spec]);
      if (type === 'MODIFIED' && same) return;
      for (const set of daemonSets.list()) queue.add(keyOf(set));
    });
    pods.onChange((pod, old, type) => {
      if (type === 'MODIFIED' && !mattersToOwners(pod, old)) return;
      const { namespace = '' } = pod.metadata;
      for (const reference of [controllerOf(pod), old && controllerOf(old)]) {
        if (reference?.kind === 'DaemonSet') queue.addAfter(`${namespace}/${reference.name}`, POD_CHANGE_MS);
      }
      if (controllerOf(pod) || type === 'DELETED') return;
      for (const set of daemonSets.list(namespace)) {
        if (selects(set.spec.selector, pod.metadata.labels)) queue.add(keyOf(set));
      }
    });
  }

  async reconcile(key: string): Promise<ReconcileResult | undefined> {
    const { namespace, name } = partsOf(key);
    const { daemonSets, revisions, pods, nodes } = this.#cluster;
    const set = daemonSets.get(name, namespace);
    if (!set || !this.#cluster.isOpen(namespace)) return undefined;
    const history = await claim(revisions, set, set.spec.selector);
    const collisions = set.status?.['collisionCount'] ?? 0;
    const { template } = set.spec;
    const choice = chooseRevision({ owner: set, template, hashLabel: REVISION_LABEL, collisions }, history);
    const written = await writeRevision(this.#cluster, choice);
    if (written === 'collision') {
      const status = { ...set.status, collisionCount: collisions + 1 };
      await orGone(daemonSets.updateStatus({ ...set, status }));
      return { requeueAfterMs: 1 };
    }
    const hash = written.metadata.labels?.[REVISION_LABEL] ?? '';
    const owned = await claim(pods, set, set.spec.selector);
    const state = { set, hash, nodes: nodes.list(), now: this.#cluster.now() };
    await this.#act(set, hash, decideDaemonSet({ ...state, pods: owned }));
    const after = pods.controlledBy(set.metadata.uid);
    await this.#report({ ...state, pods: after });
    const live = new Set([hash, ...after.map(revisionOfPod)]);
    const surplus = outdatedRevisions(revisions.controlledBy(set.metadata.uid), {
      limit: set.spec.revisionHistoryLimit ?? 10,
      isLive: ({ metadata }) => live.has(metadata.labels?.[REVISION_LABEL] ?? ''),
    });
    await Promise.all(surplus.map((one) => revisions.delete(one)));
    const requeueAfterMs = untilAvailable(after, set.spec.minReadySeconds, state.now);
    return requeueAfterMs === undefined ? undefined : { requeueAfterMs };
  }

  async #act(
    set: DaemonSet,
    hash: string,
    { create, remove }: { create: readonly string[]; remove: readonly Pod[] },
  ): Promise<void> {
    try {
      await slowStart(create.length, async (index) => {
        const pod = await this.#cluster.pods.create(daemonPod(set, create[index] ?? '', hash));
        this.#tell(set, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
      });
    } catch (error) {
      this.#tell(set, 'Warning', 'FailedCreate', `Error creating: ${reasonOf(error)}`);
      throw error;
    }
    for (const pod of remove) {
      await this.#cluster.pods.delete(pod);
      this.#tell(set, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
    }
  }

  async #report(state: DaemonState): Promise<void> {
    const { daemonSets } = this.#cluster;
    const { metadata, status: before } = state.set;
    const collisionCount = before?.['collisionCount'];
    const status = { ...daemonStatus(state), ...(collisionCount !== undefined && { collisionCount }) };
    const latest = daemonSets.get(metadata.name, metadata.namespace);
    if (!latest || latest.metadata.uid !== metadata.uid || deepEqual(latest.status, status)) return;
    await orGone(daemonSets.updateStatus({ ...latest, status }));
  }

  #tell(set: DaemonSet, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#cluster.events.record(set, { type, reason, message, source: SOURCE });
  }
}
