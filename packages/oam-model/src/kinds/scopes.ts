import type { Condition, KubernetesObject } from '@capstan/base';
import type { TypedReference } from './references.ts';

/** Health of a workload or of a whole scope. */
export type HealthStatus = 'HEALTHY' | 'UNHEALTHY' | 'UNKNOWN';

/** Spec of a HealthScope. The hyphenated keys are the reference's. */
export interface HealthScopeSpec {
  /** Seconds until a look at a workload is given up. */
  readonly 'probe-timeout'?: number;
  /** Seconds between two rounds. */
  readonly 'probe-interval'?: number;
  /** The workloads of the scope; the application controller keeps the list. */
  readonly workloadRefs: readonly TypedReference[];
}

/** The health of a scope in one word, with the counts of its workloads. */
export interface ScopeHealthCondition {
  readonly healthStatus: HealthStatus;
  readonly total?: number;
  readonly healthyWorkloads?: number;
  readonly unhealthyWorkloads?: number;
  readonly unknownWorkloads?: number;
}

/** The health of one workload of a scope. */
export interface WorkloadHealthCondition {
  readonly componentName?: string;
  readonly targetWorkload?: TypedReference;
  readonly healthStatus: HealthStatus;
  readonly diagnosis?: string;
  /** The workload's status as JSON, where nothing more is known about its kind. */
  readonly workloadStatus?: string;
}

/** What is observed of a HealthScope. */
export interface HealthScopeStatus {
  readonly conditions?: readonly Condition[];
  readonly scopeHealthCondition: ScopeHealthCondition;
  readonly healthConditions?: readonly WorkloadHealthCondition[];
}

/** Groups workloads whose health is looked at as a whole. */
export interface HealthScope extends KubernetesObject {
  kind: 'HealthScope';
  spec: HealthScopeSpec;
  status?: HealthScopeStatus;
}

/** Spec of a NetworkScope: the network of the OAM specification, and its workloads. */
export interface NetworkScopeSpec {
  readonly networkId?: string;
  readonly subnetIds?: readonly string[];
  /** `public`, `nat`, or empty for no gateway. */
  readonly internetGatewayType?: string;
  /** The workloads of the scope; the application controller keeps the list. */
  readonly workloadRefs?: readonly TypedReference[];
}

/** What is observed of a NetworkScope. */
export interface NetworkScopeStatus {
  readonly conditions?: readonly Condition[];
}

/** Groups workloads that share a network. */
export interface NetworkScope extends KubernetesObject {
  kind: 'NetworkScope';
  spec: NetworkScopeSpec;
  status?: NetworkScopeStatus;
}
