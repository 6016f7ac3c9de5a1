import type { KubeObject } from '../model/object.ts';
import { columns, type Printer } from './columns.ts';
import { humanDuration, since } from './duration.ts';
import { count, type Fields, fieldsOf, isTrue, items, optionalFields, text, valueAt } from './fields.ts';
import { containerCells, formatLabels, formatSelector, orNone, selectorText } from './format.ts';

/* Tables of workloads, as pkg/printers/internalversion makes them. */

const age = (object: KubeObject, now: number) => since(object.metadata.creationTimestamp, now);
const nameOf = (object: KubeObject) => object.metadata.name ?? '';
const templateSpec = (object: KubeObject) => fieldsOf(object, 'spec', 'template', 'spec');
const selectorOf = (object: KubeObject) => optionalFields(object, 'spec', 'selector');

/** Deployments. */
export const deploymentPrinter: Printer = {
  columns: columns('Name|Ready|Up-to-date|Available|Age|Containers*|Images*|Selector*'),
  cells: (object, now) => [
    nameOf(object),
    `${count(object, 'status', 'readyReplicas')}/${count(object, 'spec', 'replicas')}`,
    count(object, 'status', 'updatedReplicas'),
    count(object, 'status', 'availableReplicas'),
    age(object, now),
    ...containerCells(templateSpec(object)),
    selectorText(selectorOf(object)),
  ],
};

const REPLICA_COLUMNS = columns('Name|Desired:integer|Current:integer|Ready:integer|Age|Containers*|Images*|Selector*');

function replicaCells(object: KubeObject, now: number) {
  return [
    nameOf(object),
    count(object, 'spec', 'replicas'),
    count(object, 'status', 'replicas'),
    count(object, 'status', 'readyReplicas'),
    age(object, now),
    ...containerCells(templateSpec(object)),
  ];
}

/** ReplicaSets. */
export const replicaSetPrinter: Printer = {
  columns: REPLICA_COLUMNS,
  cells: (object, now) => [...replicaCells(object, now), formatSelector(selectorOf(object))],
};

/** ReplicationControllers. */
export const replicationControllerPrinter: Printer = {
  columns: REPLICA_COLUMNS,
  cells: (object, now) => [...replicaCells(object, now), formatLabels(selectorOf(object) ?? {})],
};

/** StatefulSets. */
export const statefulSetPrinter: Printer = {
  columns: columns('Name|Ready|Age|Containers*|Images*'),
  cells: (object, now) => [
    nameOf(object),
    `${count(object, 'status', 'readyReplicas')}/${count(object, 'spec', 'replicas')}`,
    age(object, now),
    ...containerCells(templateSpec(object)),
  ],
};

/** DaemonSets. */
export const daemonSetPrinter: Printer = {
  columns: columns(
    'Name|Desired:integer|Current:integer|Ready:integer|Up-to-date:integer|Available:integer|Node Selector|Age|Containers*|Images*|Selector*',
  ),
  cells: (object, now) => [
    nameOf(object),
    count(object, 'status', 'desiredNumberScheduled'),
    count(object, 'status', 'currentNumberScheduled'),
    count(object, 'status', 'numberReady'),
    count(object, 'status', 'updatedNumberScheduled'),
    count(object, 'status', 'numberAvailable'),
    formatLabels(fieldsOf(templateSpec(object), 'nodeSelector')),
    age(object, now),
    ...containerCells(templateSpec(object)),
    formatSelector(selectorOf(object)),
  ],
};

/** Jobs. */
export const jobPrinter: Printer = {
  columns: columns('Name|Status|Completions|Duration|Age|Containers*|Images*|Selector*'),
  cells: (object, now) => [
    nameOf(object),
    jobStatus(object),
    jobCompletions(object),
    jobDuration(fieldsOf(object, 'status'), now),
    age(object, now),
    ...containerCells(templateSpec(object)),
    formatSelector(selectorOf(object)),
  ],
};

function jobStatus(job: KubeObject): string {
  const holds = (type: string) => {
    const condition = items(job, 'status', 'conditions').find((one) => text(one, 'type') === type);
    return condition !== undefined && text(condition, 'status') === 'True';
  };
  if (holds('Complete')) return 'Complete';
  if (holds('Failed')) return 'Failed';
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating';
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(holds) ?? 'Running';
}

function jobCompletions(job: KubeObject): string {
  const succeeded = count(job, 'status', 'succeeded');
  const completions = valueAt(job, ['spec', 'completions']);
  if (typeof completions === 'number') return `${succeeded}/${completions}`;
  const parallelism = count(job, 'spec', 'parallelism');
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function jobDuration(status: Fields, now: number): string {
  const start = Date.parse(text(status, 'startTime'));
  if (Number.isNaN(start)) return '';
  const end = Date.parse(text(status, 'completionTime'));
  return humanDuration((Number.isNaN(end) ? now : end) - start);
}

/** CronJobs. */
export const cronJobPrinter: Printer = {
  columns: columns(
    'Name|Schedule|Timezone|Suspend:boolean|Active:integer|Last Schedule|Age|Containers*|Images*|Selector*',
  ),
  cells: (object, now) => {
    const suspend = valueAt(object, ['spec', 'suspend']);
    const last = valueAt(object, ['status', 'lastScheduleTime']);
    const job = fieldsOf(object, 'spec', 'jobTemplate', 'spec');
    return [
      nameOf(object),
      text(object, 'spec', 'schedule'),
      orNone(text(object, 'spec', 'timeZone')),
      suspend === undefined ? '<unset>' : isTrue(object, 'spec', 'suspend') ? 'True' : 'False',
      items(object, 'status', 'active').length,
      last === undefined ? '<none>' : since(last, now),
      age(object, now),
      ...containerCells(fieldsOf(job, 'template', 'spec')),
      formatSelector(optionalFields(job, 'selector')),
    ];
  },
};

/** PodTemplates. */
export const podTemplatePrinter: Printer = {
  columns: columns('Name|Containers|Images|Pod Labels'),
  cells: (object) => [
    nameOf(object),
    ...containerCells(fieldsOf(object, 'template', 'spec')),
    formatLabels(fieldsOf(object, 'template', 'metadata', 'labels')),
  ],
};

/** ControllerRevisions. */
export const controllerRevisionPrinter: Printer = {
  columns: columns('Name|Controller|Revision|Age'),
  cells: (object, now) => {
    const owner = object.metadata.ownerReferences?.find((reference) => reference.controller);
    const group = owner?.apiVersion.includes('/') ? `.${owner.apiVersion.split('/')[0]}` : '';
    const controller = owner ? `${`${owner.kind}${group}`.toLowerCase()}/${owner.name}` : '<none>';
    return [nameOf(object), controller, count(object, 'revision'), age(object, now)];
  },
};
