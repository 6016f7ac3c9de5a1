import { digestOf } from '@capstan/capability-model';
import type { ComponentContext, JsonObject, KubernetesObject, Problem } from '@capstan/plugin-api';
import { podLabels } from '../pods/labels.ts';
import type { ContainerSpec } from '../pods/spec.ts';
import { mountProblems, podTemplate } from '../pods/template.ts';
import type { TaskKind } from './task-kinds.ts';

/** The spec of a task; the CRDs describe it. */
export interface TaskSpec extends ContainerSpec {
  readonly completions?: number;
  readonly parallelism?: number;
  readonly retries?: number;
  readonly restart?: 'Never' | 'OnFailure';
  readonly timeoutSeconds?: number;
  readonly ttlSeconds?: number;
  readonly run?: string;
}

/** Pods carry the Job's name in a label. */
const LONGEST_JOB_NAME = 63;
const HASH_LENGTH = 8;

/**
 * What a task becomes: one Job. What a Job runs cannot be changed, so its name carries a hash of that: another image makes
 * another Job, and the old one goes. What may be changed (parallelism, retries, deadlines) is not in the hash.
 */
export function renderTask(
  { singleton }: TaskKind,
  workload: KubernetesObject,
  context: ComponentContext,
): KubernetesObject[] {
  const spec = workload['spec'] as TaskSpec;
  const { name } = workload.metadata;
  // Of the labels only those that never change: the template cannot, and a new revision is no reason to run again.
  const template = podTemplate(spec, {
    labels: podLabels(name, context),
    pod: { restartPolicy: spec.restart ?? 'Never' },
  });
  const completions = singleton ? 1 : spec.completions;
  const fixed: JsonObject = { ...optional('completions', completions), template };
  return [
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: jobName(name, hashOf({ ...fixed, ...optional('run', spec.run) })) },
      spec: {
        ...fixed,
        ...optional('parallelism', singleton ? 1 : spec.parallelism),
        ...optional('backoffLimit', spec.retries),
        ...optional('activeDeadlineSeconds', spec.timeoutSeconds),
        ...optional('ttlSecondsAfterFinished', spec.ttlSeconds),
      },
    },
  ];
}

/** What a CRD cannot say about a task. */
export function validateTask(workload: KubernetesObject): Problem[] {
  return mountProblems(workload['spec'] as TaskSpec);
}

function optional(name: string, value: unknown): JsonObject {
  return value === undefined ? {} : { [name]: value };
}

function hashOf(value: JsonObject): string {
  return digestOf(value).slice('sha256:'.length).slice(0, HASH_LENGTH);
}

function jobName(name: string, hash: string): string {
  const longest = LONGEST_JOB_NAME - HASH_LENGTH - 1;
  return `${name.slice(0, longest).replace(/[-.]+$/, '')}-${hash}`;
}
