import type { Condition, JsonObject, KubernetesObject } from '@capstan/base';
import type { DataInput, DataOutput, InventoryEntry, TypedReference } from './references.ts';

/** A value for a parameter that the component publishes. */
export interface ParameterValue {
  readonly name: string;
  readonly value: string | number;
}

/**
 * A trait of a component. The reference's form has `trait`; the talks' form has `name`, `version` and `properties`
 * (or `spec`) in its place.
 */
export interface ComponentTrait {
  readonly trait?: KubernetesObject;
  readonly dataOutputs?: readonly DataOutput[];
  readonly dataInputs?: readonly DataInput[];
  readonly name?: string;
  readonly version?: string;
  readonly properties?: JsonObject;
  readonly spec?: JsonObject;
}

/** A scope that a component is in; `scope` is the talks' name of `scopeRef`. */
export interface ComponentScope {
  readonly scopeRef?: TypedReference;
  readonly scope?: TypedReference;
}

/** A field of the workload that the canonical form sets for one entry. */
export interface WorkloadOverride {
  readonly fieldPath: string;
  readonly value: string | number | boolean;
}

/** One component of an application. */
export interface ApplicationComponent {
  readonly componentName?: string;
  readonly revisionName?: string;
  /** Talks' dialect: the name of the workload. */
  readonly instanceName?: string;
  /** Talks' dialect: instances that must be ready first. */
  readonly dependencies?: readonly string[];
  readonly dataOutputs?: readonly DataOutput[];
  readonly dataInputs?: readonly DataInput[];
  readonly parameterValues?: readonly ParameterValue[];
  readonly traits?: readonly ComponentTrait[];
  readonly scopes?: readonly ComponentScope[];
  /** Only in the canonical form: what traits without an object of their own say about the workload. */
  readonly overrides?: readonly WorkloadOverride[];
}

/** What an application consists of. */
export interface ApplicationConfigurationSpec {
  readonly components: readonly ApplicationComponent[];
  /** Talks' dialect: traits for every component that the rules admit. */
  readonly traits?: readonly ComponentTrait[];
}

/** A trait object of a workload. `status` is a place for other controllers; `message` is ours. */
export interface TraitStatusEntry {
  readonly status?: string;
  readonly traitRef: TypedReference;
  readonly message?: string;
}

/** A scope of a workload. */
export interface ScopeStatusEntry {
  readonly status?: string;
  readonly scopeRef: TypedReference;
}

/** A workload object and what belongs to it. */
export interface WorkloadStatusEntry {
  readonly status?: string;
  readonly componentName?: string;
  readonly componentRevisionName?: string;
  readonly workloadRef?: TypedReference;
  readonly traits?: readonly TraitStatusEntry[];
  readonly scopes?: readonly ScopeStatusEntry[];
}

/** A workload of an older revision that still runs. */
export interface HistoryWorkload {
  readonly revision?: string;
  readonly workloadRef?: TypedReference;
}

/** A data input that is not met yet. */
export interface UnsatisfiedDependency {
  readonly reason: string;
  readonly from: TypedReference & { readonly fieldPath?: string };
  readonly to: TypedReference & { readonly fieldPaths?: readonly string[] };
}

/** What is observed of an application. */
export interface ApplicationConfigurationStatus {
  readonly conditions?: readonly Condition[];
  readonly observedGeneration?: number;
  readonly status?: string;
  readonly dependency?: { readonly unsatisfied?: readonly UnsatisfiedDependency[] };
  readonly workloads?: readonly WorkloadStatusEntry[];
  readonly historyWorkloads?: readonly HistoryWorkload[];
  /** Capstan's: every object made for the application, in creation order. */
  readonly inventory?: readonly InventoryEntry[];
}

/** An OAM application. */
export interface ApplicationConfiguration extends KubernetesObject {
  kind: 'ApplicationConfiguration';
  spec: ApplicationConfigurationSpec;
  status?: ApplicationConfigurationStatus;
}
