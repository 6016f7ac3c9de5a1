import type { Condition, KubernetesObject } from '@capstan/base';

/** A field of a component's workload that applications may set. */
export interface ComponentParameter {
  readonly name: string;
  readonly fieldPaths: readonly string[];
  readonly required?: boolean;
  readonly description?: string;
}

/** A workload and its parameters. */
export interface ComponentSpec {
  /** The workload as a template: `metadata.name` is usually absent. */
  readonly workload: KubernetesObject;
  readonly parameters?: readonly ComponentParameter[];
}

/** What is observed of a component. */
export interface ComponentStatus {
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
  readonly latestRevision?: { readonly name: string; readonly revision: number };
}

/** A component: how a workload is made wherever an application names it. */
export interface Component extends KubernetesObject {
  kind: 'Component';
  spec: ComponentSpec;
  status?: ComponentStatus;
}
