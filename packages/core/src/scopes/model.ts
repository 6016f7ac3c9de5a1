import type { KindReference, KubernetesObject, ObjectReference } from '@capstan/base';
import type { ScopeDefinition, TypedReference, WorkloadStatusEntry } from '@capstan/oam-model';

/** The finalizer of applications that have scopes. */
export const SCOPE_FINALIZER = 'scope.finalizer.core.oam.dev';

/** A component's workload and the scopes that the application puts it in. */
export interface ScopedWorkload {
  readonly component: string;
  readonly workload: TypedReference;
  readonly scopes: readonly TypedReference[];
}

/** Everything that scopes depend on. */
export interface ScopesInput {
  /** As the application wants it; empty when it is being deleted. */
  readonly wanted: readonly ScopedWorkload[];
  /** `status.workloads`: what it wanted before. */
  readonly recorded: readonly WorkloadStatusEntry[];
  /** The ScopeDefinition of a kind, by the name of its CRD (`scopeDefinitionFor`). */
  readonly definition: (kind: KindReference) => ScopeDefinition | undefined;
  /** A scope object of the application's namespace. */
  readonly scope: (reference: TypedReference) => KubernetesObject | undefined;
  /** All scope objects of a kind in the application's namespace: for the rule about overlap. */
  readonly scopesOfKind: (kind: KindReference) => readonly KubernetesObject[];
}

/** What is to change in one scope object. */
export interface ScopeWrite {
  readonly scope: ObjectReference;
  /** Where the scope holds its references. */
  readonly path: string;
  readonly add: readonly TypedReference[];
  readonly remove: readonly TypedReference[];
}

/** Why a component cannot be put into a scope; the stage is the one of the application's condition. */
export interface ScopeProblem {
  readonly stage: 'render' | 'apply';
  readonly component: string;
  readonly message: string;
}

/** What is to be done about an application's scopes. */
export interface ScopePlan {
  /** One write per scope object that has to change; none when all is as it should be. */
  readonly writes: readonly ScopeWrite[];
  readonly problems: readonly ScopeProblem[];
}
