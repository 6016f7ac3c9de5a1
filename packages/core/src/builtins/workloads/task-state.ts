import type { Condition, Health, JsonObject, KubernetesObject } from '@capstan/plugin-api';

/** What a task's status remembers of its Job. */
interface JobRecord {
  readonly name: string;
  readonly state: 'Running' | 'Complete' | 'Failed';
  readonly succeeded?: number;
  readonly failed?: number;
  readonly message?: string;
}

/** Ready when the Job has ended well; a Job that is gone after its end counts by what the status remembers. */
export function taskHealth(task: KubernetesObject, children: readonly KubernetesObject[]): Health {
  const job = jobOf(children);
  const record = job ? recordOf(job) : recordIn(task);
  if (!record) return { status: 'progressing', reason: 'Creating', message: 'its Job is being created' };
  if (record.state === 'Complete') return { status: 'ready', reason: 'Completed', message: 'it has run to its end' };
  if (record.state === 'Failed') {
    const message = `job ${record.name} failed${record.message ? `: ${record.message}` : ''}`;
    return { status: 'degraded', reason: 'JobFailed', message };
  }
  const { completions = 1 } = (job?.['spec'] ?? {}) as { readonly completions?: number };
  const failed = record.failed ? `, ${record.failed} failed` : '';
  const message = `${record.succeeded ?? 0} of ${completions} pods have ended well${failed}`;
  return { status: 'progressing', reason: 'Running', message };
}

/** The Job's end stays in the status when the Job is gone. */
export function taskStatusOf(task: KubernetesObject, children: readonly KubernetesObject[]): JsonObject {
  const job = jobOf(children);
  const record = job ? recordOf(job) : recordIn(task);
  return record ? { job: { succeeded: 0, failed: 0, message: '', ...record } } : {};
}

/** True for a Job whose end the status remembers: it must not be made again when its time to live is over. */
export function isJobDone(task: KubernetesObject, job: KubernetesObject): boolean {
  const record = recordIn(task);
  return record !== undefined && record.name === job.metadata.name && record.state !== 'Running';
}

function jobOf(children: readonly KubernetesObject[]): KubernetesObject | undefined {
  return children.find(({ kind }) => kind === 'Job');
}

function recordIn(task: KubernetesObject): JobRecord | undefined {
  return (task['status'] as { readonly job?: JobRecord } | undefined)?.job;
}

function recordOf(job: KubernetesObject): JobRecord {
  const status = (job['status'] ?? {}) as {
    readonly succeeded?: number;
    readonly failed?: number;
    readonly conditions?: readonly Condition[];
  };
  const holds = (type: string) => status.conditions?.find((one) => one.type === type && one.status === 'True');
  const failure = holds('Failed');
  const { succeeded, failed } = status;
  return {
    name: job.metadata.name,
    state: failure ? 'Failed' : holds('Complete') ? 'Complete' : 'Running',
    ...(succeeded === undefined ? {} : { succeeded }),
    ...(failed === undefined ? {} : { failed }),
    ...(failure?.message ? { message: failure.message } : {}),
  };
}
