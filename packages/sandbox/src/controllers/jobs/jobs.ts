import type { ReconcileResult } from '@capstan/kube';
import { slowStart } from '../frame/batch.ts';
import { claim, orGone } from '../frame/claim.ts';
import type { SimulatedCluster } from '../frame/cluster.ts';
import type { Controller, KeySink } from '../frame/controller.ts';
import type { Pod } from '../model/core-types.ts';
import { deepEqual } from '../model/equality.ts';
import { controllerOf, keyOf, partsOf } from '../model/meta.ts';
import type { Job } from '../model/workload-types.ts';
import { mattersToOwners } from '../pods/pod-state.ts';
import { POD_CHANGE_MS, reasonOf } from '../workloads/replicas.ts';
import { jobPod } from './job-indexes.ts';
import { decideJob, finishedAs, type JobPlan } from './job-plan.ts';

const SOURCE = 'job-controller';
const OURS = 'kubernetes.io/job-controller';
/** Timers cannot be longer than 24 days; a look too early does no harm. */
const MAX_WAIT_MS = 3_600_000;

/** Runs Jobs to completion. */
export class Jobs implements Controller {
  readonly name = 'job';
  readonly #cluster: SimulatedCluster;

  constructor(cluster: SimulatedCluster) {
    this.#cluster = cluster;
  }

  watch(queue: KeySink): void {
    const { jobs, pods } = this.#cluster;
    jobs.onChange((job) => queue.add(keyOf(job)));
    pods.onChange((pod, old, type) => {
      if (type === 'MODIFIED' && !mattersToOwners(pod, old)) return;
      const owner = controllerOf(pod);
      if (owner?.kind === 'Job') queue.addAfter(`${pod.metadata.namespace}/${owner.name}`, POD_CHANGE_MS);
    });
  }

  async reconcile(key: string): Promise<ReconcileResult | undefined> {
    const { namespace, name } = partsOf(key);
    const job = this.#cluster.jobs.get(name, namespace);
    if (!job || (job.spec.managedBy ?? OURS) !== OURS) return undefined;
    const pods = await claim(this.#cluster.pods, job, job.spec.selector);
    const plan = decideJob({ job, pods, now: this.#cluster.now() });
    if (plan.expired) {
      await this.#cluster.jobs.delete(job);
      return undefined;
    }
    await this.#create(job, plan);
    await Promise.all(plan.remove.map((pod) => this.#remove(job, pod)));
    await this.#report(job, plan);
    const { requeueAfterMs } = plan;
    return requeueAfterMs === undefined ? undefined : { requeueAfterMs: Math.min(requeueAfterMs, MAX_WAIT_MS) };
  }

  async #create(job: Job, { create, status }: JobPlan): Promise<void> {
    if (create.length === 0 || !this.#cluster.isOpen(job.metadata.namespace ?? '')) return;
    let created = 0;
    try {
      await slowStart(create.length, async (index) => {
        const pod = await this.#cluster.pods.create(jobPod(job, create[index]));
        created += 1;
        this.#tell(job, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
      });
    } catch (error) {
      this.#tell(job, 'Warning', 'FailedCreate', `Error creating: ${reasonOf(error)}`);
      const active = (status.active ?? 0) - create.length + created;
      await this.#report(job, { create: [], remove: [], status: { ...status, active: Math.max(0, active) } });
      throw error;
    }
  }

  async #remove(job: Job, pod: Pod): Promise<void> {
    await this.#cluster.pods.delete(pod);
    this.#tell(job, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
  }

  async #report(job: Job, { status }: JobPlan): Promise<void> {
    if (deepEqual(job.status, status)) return;
    const updated = await orGone(this.#cluster.jobs.updateStatus({ ...job, status }));
    const end = updated && finishedAs(updated);
    if (!end || finishedAs(job)) return;
    const failure = updated.status?.conditions?.find(({ type }) => type === 'Failed');
    if (failure) this.#tell(job, 'Warning', failure.reason ?? 'Failed', failure.message ?? '');
    else this.#tell(job, 'Normal', 'Completed', 'Job completed');
  }

  #tell(job: Job, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#cluster.events.record(job, { type, reason, message, source: SOURCE });
  }
}
