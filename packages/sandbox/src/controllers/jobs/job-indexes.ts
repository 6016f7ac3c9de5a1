import type { JsonObject } from '@capstan/base';
import type { Container, Pod } from '../model/core-types.ts';
import type { PodTemplate } from '../model/meta.ts';
import type { Job } from '../model/workload-types.ts';
import { podOf } from '../pods/pod-template.ts';

const INDEX = 'batch.kubernetes.io/job-completion-index';

/** The completion index of a Pod; none for a Pod of a Job without indexes. */
export function indexOf({ metadata }: Pod): number[] {
  const index = metadata.annotations?.[INDEX];
  return index === undefined ? [] : [Number(index)];
}

/** Reads `0-2,5`. */
export function parseIndexes(text: string | undefined): number[] {
  if (!text) return [];
  return text.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
  });
}

/** Writes `0-2,5`; two neighbours are `0,1` (job.succeededIndexes.String). */
export function writeIndexes(indexes: Iterable<number>): string {
  const ranges: [number, number][] = [];
  for (const index of [...indexes].sort((one, other) => one - other)) {
    const range = ranges.at(-1);
    if (range && range[1] + 1 === index) range[1] = index;
    else ranges.push([index, index]);
  }
  const texts = ranges.map(([first, last]) => {
    if (first === last) return String(first);
    return last === first + 1 ? `${first},${last}` : `${first}-${last}`;
  });
  return texts.join(',');
}

/** A Pod of a Job; one with an index is told it by a label, an annotation, its host name and a variable. */
export function jobPod(job: Job, index: number | undefined): Pod {
  const { template } = job.spec;
  if (index === undefined) return podOf(job, template);
  const value = String(index);
  return podOf(job, template, {
    generateName: `${job.metadata.name}-${index}-`,
    labels: { [INDEX]: value },
    annotations: { [INDEX]: value },
    spec: indexedSpec(template, `${job.metadata.name}-${index}`),
  });
}

const VARIABLE = 'JOB_COMPLETION_INDEX';

function indexedSpec({ spec }: PodTemplate, hostname: string): JsonObject {
  const fieldRef = { fieldPath: `metadata.labels['${INDEX}']` };
  const variable = { name: VARIABLE, valueFrom: { fieldRef } };
  const told = (containers: readonly Container[]) =>
    containers.map((one) => {
      const { env = [] } = one;
      return env.some(({ name }) => name === VARIABLE) ? one : { ...one, env: [...env, variable] };
    });
  const { containers, initContainers } = spec as { containers: Container[]; initContainers?: Container[] };
  return {
    hostname,
    containers: told(containers),
    ...(initContainers && { initContainers: told(initContainers) }),
  };
}
