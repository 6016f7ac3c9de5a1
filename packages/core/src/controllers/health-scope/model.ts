import type { KubernetesObject } from '@capstan/base';
import type { TypedReference } from '@capstan/oam-model';

/** An object that was looked up: itself, or why it is not there. */
export interface Found {
  readonly reference: TypedReference;
  readonly object?: KubernetesObject;
  /** In the API server's words; set where `object` is not. */
  readonly missing?: string;
}

/** A workload and the children that its status names. */
export interface FoundWorkload extends Found {
  readonly children: readonly Found[];
}

/** A workload of a scope, and the workloads of other revisions of its component. */
export interface FoundMember extends FoundWorkload {
  readonly peers: readonly FoundWorkload[];
}
