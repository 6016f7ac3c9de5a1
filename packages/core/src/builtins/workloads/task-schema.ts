import { int32, type PrinterColumn, type Properties, record, type Schema, text } from '@capstan/oam-model';
import { containerProperties } from '../pods/schema.ts';
import type { TaskKind } from './task-kinds.ts';

/** The schema of `spec` of a task. */
export function taskSpec({ singleton }: TaskKind): Schema {
  return record('What to run to its end.', {
    ...containerProperties,
    ...(singleton ? {} : COUNTS),
    retries: int32('How many pods may fail before the task has failed. Kubernetes takes 6 where it is left out.', {
      minimum: 0,
      maximum: 1000,
    }),
    restart: text('Never: a pod that fails is replaced by a new one. OnFailure: its container is started again.', {
      enum: ['Never', 'OnFailure'],
    }),
    timeoutSeconds: int32('After this many seconds the task is stopped and has failed.', { minimum: 1 }),
    ttlSeconds: int32(
      'How long the Job and its pods are kept after the end. Without it they stay as long as the task does.',
      { minimum: 10 },
    ),
    run: text('Any text. Another one runs the task again although nothing else has changed.', { maxLength: 253 }),
  });
}

/** What the status of a task says of its Job. */
export const taskStatus: Properties = {
  job: record('The Job that runs, or the last one that ran.', {
    'name!': text('Name of the Job. It changes with what the task runs.'),
    'state!': text('Running, Complete or Failed.', { enum: ['Running', 'Complete', 'Failed'] }),
    succeeded: int32('Pods that ended well.'),
    failed: int32('Pods that failed.'),
    message: text('Why it failed.'),
  }),
};

/** Columns of `kubectl get`. */
export const taskColumns: readonly PrinterColumn[] = [
  { name: 'Image', type: 'string', jsonPath: '.spec.image' },
  { name: 'State', type: 'string', jsonPath: '.status.job.state' },
  { name: 'Succeeded', type: 'integer', jsonPath: '.status.job.succeeded' },
];

const COUNTS: Properties = {
  completions: int32('How many pods must end well. One where it is left out.', { minimum: 1, maximum: 10000 }),
  parallelism: int32('How many pods may run at once. One where it is left out.', { minimum: 1, maximum: 10000 }),
};
