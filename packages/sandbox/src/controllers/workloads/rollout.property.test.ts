import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Pod } from '../model/core-types.ts';
import type { Deployment, ReplicaSet } from '../model/workload-types.ts';
import { aDeployment, aPod, NOW, podSpec } from '../testing/builders.ts';
import { decideDeployment } from './deployment-plan.ts';
import { maxSurge, maxUnavailable } from './deployment-sets.ts';
import { decideReplicas, replicaStatus } from './replica-status.ts';

/** A cluster of one Deployment: what the controllers decide is done at once, Pods become ready when they are told to. */
class SmallCluster {
  deployment: Deployment;
  sets: ReplicaSet[] = [];
  pods = new Map<string, Pod[]>();
  #names = 0;

  constructor(deployment: Deployment) {
    this.deployment = deployment;
  }

  /** Lets the Deployment controller have a look. */
  rollOut(): void {
    const pods = (set: ReplicaSet) => this.#podsOf(set);
    const plan = decideDeployment({ deployment: this.deployment, replicaSets: this.sets, pods, now: NOW });
    this.deployment = plan.deployment;
    this.sets = this.sets
      .filter((set) => !plan.remove.includes(set))
      .map((set) => plan.update.find(({ metadata }) => metadata.uid === set.metadata.uid) ?? set);
    if (!plan.create) return;
    this.#names += 1;
    const metadata = { ...plan.create.metadata, uid: `set-${this.#names}`, generation: 1 };
    this.sets.push({ ...plan.create, metadata });
  }

  /** Lets the ReplicaSet controller have a look at one of its sets. */
  replicate(index: number): void {
    const set = this.sets[index % Math.max(1, this.sets.length)];
    if (!set) return;
    const pods = this.#podsOf(set);
    const { create, remove } = decideReplicas(set.spec.replicas, pods);
    const made = Array.from({ length: create }, () => {
      this.#names += 1;
      return aPod(`pod-${this.#names}`, { ready: false });
    });
    this.pods.set(set.metadata.uid ?? '', [...pods.filter((pod) => !remove.includes(pod)), ...made]);
    const { replicas, template, minReadySeconds = 0 } = set.spec;
    const owner = { generation: 1, replicas, template, minReadySeconds, status: set.status };
    const status = replicaStatus(owner, this.#podsOf(set), { now: NOW, countsTerminating: true });
    this.sets = this.sets.map((one) => (one === set ? { ...set, status } : one));
  }

  /** Makes one Pod ready. */
  ready(index: number): void {
    const waiting = [...this.pods.values()].flat().filter((pod) => !isReady(pod));
    const chosen = waiting[index % Math.max(1, waiting.length)];
    for (const [uid, pods] of this.pods) {
      const next = pods.map((pod) => (pod === chosen ? aPod(pod.metadata.name) : pod));
      this.pods.set(uid, next);
    }
  }

  change(image: string): void {
    const template = { metadata: { labels: { app: 'web' } }, spec: podSpec(image) };
    const generation = (this.deployment.metadata.generation ?? 0) + 1;
    const { metadata, spec } = this.deployment;
    this.deployment = { ...this.deployment, metadata: { ...metadata, generation }, spec: { ...spec, template } };
  }

  /** Does everything until nothing is left to do. */
  settle(): void {
    for (let round = 0; round < 200; round++) {
      const before = JSON.stringify([this.deployment, this.sets, [...this.pods]]);
      this.rollOut();
      for (let index = 0; index < this.sets.length; index++) this.replicate(index);
      this.ready(0);
      if (JSON.stringify([this.deployment, this.sets, [...this.pods]]) === before) return;
    }
    throw new Error('it never settles');
  }

  counts(): { all: number; ready: number } {
    const pods = [...this.pods.values()].flat();
    return { all: pods.length, ready: pods.filter(isReady).length };
  }

  /** How many Pods the ReplicaSets ask for, all together. */
  wanted(): number {
    return this.sets.reduce((sum, { spec }) => sum + spec.replicas, 0);
  }

  #podsOf(set: ReplicaSet): Pod[] {
    return this.pods.get(set.metadata.uid ?? '') ?? [];
  }
}

function isReady({ status }: Pod): boolean {
  return status?.conditions?.[0]?.status === 'True';
}

const limit = fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constantFrom('0%', '25%', '50%', '100%'));
const step = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ do: 'rollOut' } as const) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('replicate' as const), index: fc.nat(5) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('ready' as const), index: fc.nat(20) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('change' as const), image: fc.constantFrom('web:1', 'web:2', 'web:3') }),
  },
);

test('whatever the order of events, a rollout keeps within its limits and comes to its end', () => {
  const run = fc.property(
    fc.integer({ min: 1, max: 9 }),
    limit,
    limit,
    fc.array(step, { maxLength: 100, size: 'max' }),
    (replicas, surge, unavailable, steps) => {
      const rollingUpdate = { maxSurge: surge, maxUnavailable: unavailable };
      const deployment = aDeployment({
        replicas,
        strategy: { type: 'RollingUpdate', rollingUpdate },
        revisionHistoryLimit: 2,
      });
      const cluster = new SmallCluster(deployment);
      cluster.settle();
      expect(cluster.counts()).toEqual({ all: replicas, ready: replicas });
      for (const one of steps) {
        if (one.do === 'rollOut') cluster.rollOut();
        else if (one.do === 'change') cluster.change(one.image);
        else cluster[one.do](one.index);
        // Old Pods may still be there for a moment: what is limited is what is asked for, as in the real controller.
        expect(cluster.wanted()).toBeLessThanOrEqual(replicas + maxSurge(deployment));
        expect(cluster.counts().ready).toBeGreaterThanOrEqual(replicas - maxUnavailable(deployment));
      }
      cluster.settle();
      expect(cluster.counts()).toEqual({ all: replicas, ready: replicas });
      const [active, ...others] = cluster.sets.filter(({ spec }) => spec.replicas > 0);
      expect(others).toEqual([]);
      expect(active?.spec.template.spec).toEqual(cluster.deployment.spec.template.spec);
      expect(cluster.sets.length).toBeLessThanOrEqual(3);
      expect(cluster.deployment.status).toMatchObject({ updatedReplicas: replicas, availableReplicas: replicas });
    },
  );
  fc.assert(run, { numRuns: 300 });
});
