import type { Condition, KubernetesObject } from '@capstan/base';
import type { TypedReference } from './references.ts';

/** Spec of a ManualScalerTrait. */
export interface ManualScalerTraitSpec {
  readonly replicaCount: number;
  /** The workload that is scaled; the application controller fills it in. */
  readonly workloadRef?: TypedReference;
}

/** What is observed of a ManualScalerTrait. */
export interface ManualScalerTraitStatus {
  readonly conditions?: readonly Condition[];
}

/** Sets the number of replicas of a workload. */
export interface ManualScalerTrait extends KubernetesObject {
  kind: 'ManualScalerTrait';
  spec: ManualScalerTraitSpec;
  status?: ManualScalerTraitStatus;
}
