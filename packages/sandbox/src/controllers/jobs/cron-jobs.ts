import { isCapstanError, messageOf } from '@capstan/base';
import { KUBE_CODES, type ReconcileResult } from '@capstan/kube';
import { orGone } from '../frame/claim.ts';
import type { SimulatedCluster } from '../frame/cluster.ts';
import type { Controller, KeySink } from '../frame/controller.ts';
import { deepEqual } from '../model/equality.ts';
import { controllerOf, keyOf, partsOf } from '../model/meta.ts';
import type { CronJob, Job } from '../model/workload-types.ts';
import { reasonOf } from '../workloads/replicas.ts';
import { type CronPlan, decideCronJob, endOf, started } from './cron-plan.ts';
import { parseSchedule, type Schedule } from './schedule.ts';

const SOURCE = 'cronjob-controller';
/** Timers cannot be longer than 24 days; a look too early does no harm. */
const MAX_WAIT_MS = 3_600_000;

/** Starts Jobs when their time has come. */
export class CronJobs implements Controller {
  readonly name = 'cronjob';
  readonly #cluster: SimulatedCluster;

  constructor(cluster: SimulatedCluster) {
    this.#cluster = cluster;
  }

  watch(queue: KeySink): void {
    const { cronJobs, jobs } = this.#cluster;
    cronJobs.onChange((cronJob) => queue.add(keyOf(cronJob)));
    jobs.onChange((job) => {
      const owner = controllerOf(job);
      if (owner?.kind === 'CronJob') queue.add(`${job.metadata.namespace}/${owner.name}`);
    });
  }

  async reconcile(key: string): Promise<ReconcileResult | undefined> {
    const { namespace, name } = partsOf(key);
    const { cronJobs, jobs } = this.#cluster;
    const cronJob = cronJobs.get(name, namespace);
    if (!cronJob || !this.#cluster.isOpen(namespace)) return undefined;
    const schedule = this.#schedule(cronJob);
    if (!schedule) return undefined;
    const owned = jobs.controlledBy(cronJob.metadata.uid);
    const plan = decideCronJob({ cronJob, jobs: owned, schedule, now: this.#cluster.now() });
    await Promise.all(plan.remove.map((job) => this.#remove(cronJob, job)));
    const status = plan.create ? await this.#start(cronJob, plan.create, plan.status) : plan.status;
    await this.#report(cronJob, status, owned);
    const { requeueAfterMs } = plan satisfies CronPlan;
    return requeueAfterMs === undefined ? undefined : { requeueAfterMs: Math.min(requeueAfterMs, MAX_WAIT_MS) };
  }

  #schedule(cronJob: CronJob): Schedule | undefined {
    const { schedule, timeZone } = cronJob.spec;
    try {
      return parseSchedule(schedule, timeZone);
    } catch (error) {
      const message = `unparseable schedule: ${JSON.stringify(schedule)} : ${messageOf(error)}`;
      this.#tell(cronJob, 'Warning', 'UnparseableSchedule', message);
      return undefined;
    }
  }

  async #start(cronJob: CronJob, job: Job, status: CronPlan['status']): Promise<CronPlan['status']> {
    const { jobs } = this.#cluster;
    try {
      const created = await jobs.create(job);
      this.#tell(cronJob, 'Normal', 'SuccessfulCreate', `Created job ${created.metadata.name}`);
      return started(status, created);
    } catch (error) {
      if (!isCapstanError(error, KUBE_CODES.conflict)) {
        this.#tell(cronJob, 'Warning', 'FailedCreate', `Error creating job: ${reasonOf(error)}`);
        throw error;
      }
      // It was made before, and the status was not written.
      const known = jobs.get(job.metadata.name, job.metadata.namespace);
      const ours = known && controllerOf(known)?.uid === cronJob.metadata.uid;
      return ours ? started(status, known) : (cronJob.status ?? {});
    }
  }

  async #remove(cronJob: CronJob, job: Job): Promise<void> {
    await this.#cluster.jobs.delete(job);
    this.#tell(cronJob, 'Normal', 'SuccessfulDelete', `Deleted job ${job.metadata.name}`);
  }

  async #report(cronJob: CronJob, status: CronPlan['status'], jobs: readonly Job[]): Promise<void> {
    if (deepEqual(cronJob.status ?? {}, status)) return;
    await orGone(this.#cluster.cronJobs.updateStatus({ ...cronJob, status }));
    for (const { uid, name } of cronJob.status?.active ?? []) {
      const job = jobs.find(({ metadata }) => metadata.uid === uid);
      const still = status.active?.some((one) => one.uid === uid);
      if (!job || still) continue;
      const message = `Saw completed job: ${name}, condition: ${endOf(job)}`;
      this.#tell(cronJob, 'Normal', 'SawCompletedJob', message);
    }
  }

  #tell(cronJob: CronJob, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#cluster.events.record(cronJob, { type, reason, message, source: SOURCE });
  }
}
