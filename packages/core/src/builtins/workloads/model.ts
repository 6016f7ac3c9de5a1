import type { CustomResourceDefinition, WorkloadDefinition } from '@capstan/oam-model';
import type { WorkloadContribution } from '@capstan/plugin-api';

/** A built-in workload type: what is applied so that clusters know it, and what makes it work. */
export interface WorkloadType {
  readonly crd: CustomResourceDefinition;
  readonly definition: WorkloadDefinition;
  readonly contribution: WorkloadContribution & Required<Pick<WorkloadContribution, 'render'>>;
}
