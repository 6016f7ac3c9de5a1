import { isCapstanError } from '@capstan/base';
import { KUBE_CODES, type ReconcileResult } from '@capstan/kube';
import { claim, orGone } from '../frame/claim.ts';
import type { SimulatedCluster } from '../frame/cluster.ts';
import type { Controller, KeySink } from '../frame/controller.ts';
import { controllerOf, keyOf, partsOf } from '../model/meta.ts';
import { isEmptySelector, selects } from '../model/selector.ts';
import type { Deployment, ReplicaSet } from '../model/workload-types.ts';
import { type DeploymentPlan, decideDeployment } from './deployment-plan.ts';
import { HASH_LABEL } from './deployment-sets.ts';
import { progressDeadline, withCondition } from './deployment-status.ts';
import { reasonOf } from './replicas.ts';

const SOURCE = 'deployment-controller';

/** Rolls Deployments out over their ReplicaSets. */
export class Deployments implements Controller {
  readonly name = 'deployment';
  readonly concurrency = 8;
  readonly #cluster: SimulatedCluster;

  constructor(cluster: SimulatedCluster) {
    this.#cluster = cluster;
  }

  watch(queue: KeySink): void {
    const { deployments, replicaSets, pods } = this.#cluster;
    deployments.onChange((deployment) => queue.add(keyOf(deployment)));
    replicaSets.onChange((set, old, type) => {
      const { namespace = '' } = set.metadata;
      for (const reference of [controllerOf(set), old && controllerOf(old)]) {
        if (reference?.kind === 'Deployment') queue.add(`${namespace}/${reference.name}`);
      }
      if (controllerOf(set) || type === 'DELETED') return;
      for (const one of deployments.list(namespace)) {
        if (selects(one.spec.selector, set.metadata.labels)) queue.add(keyOf(one));
      }
    });
    // With strategy Recreate the last Pod's end is what is waited for.
    pods.onChange((pod, _old, type) => {
      if (type !== 'DELETED') return;
      const { namespace = '' } = pod.metadata;
      const set = replicaSets.get(controllerOf(pod)?.name ?? '', namespace);
      const owner = set && controllerOf(set);
      if (owner?.kind === 'Deployment') queue.add(`${namespace}/${owner.name}`);
    });
  }

  async reconcile(key: string): Promise<ReconcileResult | undefined> {
    const { namespace, name } = partsOf(key);
    const { deployments, replicaSets, pods } = this.#cluster;
    const deployment = deployments.get(name, namespace);
    if (!deployment || isEmptySelector(deployment.spec.selector)) return undefined;
    const owned = await claim(replicaSets, deployment, deployment.spec.selector);
    const plan = decideDeployment({
      deployment,
      replicaSets: owned,
      pods: (set) => pods.controlledBy(set.metadata.uid),
      now: this.#cluster.now(),
    });
    await this.#act(deployment, owned, plan);
    const { requeueAfterMs } = plan;
    return requeueAfterMs === undefined ? undefined : { requeueAfterMs };
  }

  async #act(before: Deployment, owned: readonly ReplicaSet[], plan: DeploymentPlan): Promise<void> {
    const { deployments, replicaSets } = this.#cluster;
    if (plan.create && !(await this.#create(before, plan.create))) return;
    for (const set of plan.update) {
      const updated = await orGone(replicaSets.update(set));
      const old = owned.find(({ metadata: { uid } }) => uid === set.metadata.uid);
      if (updated && old) this.#tellScaled(before, old.spec.replicas, updated);
    }
    await Promise.all(plan.remove.map((set) => replicaSets.delete(set)));
    if (plan.deployment !== before) await orGone(deployments.updateStatus(plan.deployment));
  }

  /** False when the namespace is closing, or its name is taken: then the next look uses another hash. */
  async #create(deployment: Deployment, set: ReplicaSet): Promise<boolean> {
    const { replicaSets } = this.#cluster;
    const { namespace = '', name } = set.metadata;
    if (!this.#cluster.isOpen(namespace)) return false;
    try {
      const created = await replicaSets.create(set);
      this.#tellScaled(deployment, 0, created);
      return true;
    } catch (error) {
      if (!isCapstanError(error, KUBE_CODES.conflict)) {
        await this.#failed(deployment, name, error);
        throw error;
      }
      const known = replicaSets.get(name, namespace);
      const ours = known !== undefined && controllerOf(known)?.uid === deployment.metadata.uid;
      if (ours && known.metadata.labels?.[HASH_LABEL] === set.metadata.labels?.[HASH_LABEL]) return true;
      const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
      const status = { ...deployment.status, collisionCount };
      await orGone(this.#cluster.deployments.updateStatus({ ...deployment, status }));
      return false;
    }
  }

  async #failed(deployment: Deployment, set: string, error: unknown): Promise<void> {
    const message = `Failed to create new replica set "${set}": ${reasonOf(error)}`;
    const reason = 'ReplicaSetCreateError';
    this.#cluster.events.record(deployment, { type: 'Warning', reason, message, source: SOURCE });
    if (progressDeadline(deployment) === undefined) return;
    const told = { type: 'Progressing', status: 'False', reason, message } as const;
    const conditions = withCondition(deployment.status?.conditions ?? [], told, this.#cluster.now());
    await orGone(
      this.#cluster.deployments.updateStatus({ ...deployment, status: { ...deployment.status, conditions } }),
    );
  }

  #tellScaled(deployment: Deployment, from: number, { metadata, spec }: ReplicaSet): void {
    if (from === spec.replicas) return;
    const way = from < spec.replicas ? 'up' : 'down';
    const message = `Scaled ${way} replica set ${metadata.name} from ${from} to ${spec.replicas}`;
    this.#cluster.events.record(deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message, source: SOURCE });
  }
}
