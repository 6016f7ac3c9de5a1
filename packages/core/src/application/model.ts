import type { Health, KubernetesObject, ObjectReference } from '@capstan/base';
import type {
  ApplicationConfiguration,
  Component,
  CustomResourceDefinition,
  InventoryEntry,
  TraitDefinition,
  WorkloadDefinition,
} from '@capstan/oam-model';
import type { Contributions } from '../plugins/contributions.ts';

/** How the cluster serves a kind. */
export interface ServedKind {
  /** `<plural>.<group>`, which is also the name of the kind's Definition. */
  readonly name: string;
  readonly namespaced: boolean;
  /** `status`, `scale`. */
  readonly subresources: readonly string[];
}

/** All that `decideApplication` looks at. Nothing in it is changed. */
export interface ObservedApplication {
  readonly application: ApplicationConfiguration;
  /** The components that exist, by name. */
  readonly components: ReadonlyMap<string, Component>;
  readonly workloadDefinitions: readonly WorkloadDefinition[];
  readonly traitDefinitions: readonly TraitDefinition[];
  /** The kinds of workloads and traits that are served, by `kindKey`. */
  readonly kinds: ReadonlyMap<string, ServedKind>;
  /** The CRDs of those kinds where they have one, by name: for defaults and validation. */
  readonly crds: ReadonlyMap<string, CustomResourceDefinition>;
  readonly contributions: Contributions;
  /** Live objects by `objectKey`; empty for an application that is only looked at. */
  readonly live: ReadonlyMap<string, KubernetesObject>;
}

/** Why an application cannot be applied. Stable: scripts and tests compare them. */
export type ProblemReason =
  | 'NotYetSupported'
  | 'ComponentMissing'
  | 'InvalidParameters'
  | 'WorkloadKindUnknown'
  | 'WorkloadDefinitionMissing'
  | 'TraitKindUnknown'
  | 'KindNotNamespaced'
  | 'TraitDefinitionMissing'
  | 'PluginNotLoaded'
  | 'TraitNotApplicable'
  | 'TraitConflict'
  | 'InvalidWorkload'
  | 'InvalidTrait'
  | 'DuplicateObject'
  | 'ContributionFailed'
  | 'NotControlled';

/** Something that keeps the application from being applied. */
export interface DecisionProblem {
  readonly reason: ProblemReason;
  readonly message: string;
  readonly component?: string;
  /** Field path in the workload or trait. */
  readonly path?: string;
  readonly hint?: string;
}

/** One object of the application, ready to be applied. */
export interface PlannedObject {
  readonly key: string;
  readonly reference: ObjectReference;
  /** Complete but for its owner reference, whose uid may not exist yet. */
  readonly object: KubernetesObject;
  /** `application`, or the key of the workload or trait that controls it. */
  readonly owner: string;
  readonly role: 'workload' | 'trait' | 'resource';
  readonly component: string;
  readonly action: 'create' | 'update' | 'keep';
}

/** A trait of a component. */
export interface DecidedTrait {
  readonly key: string;
  readonly reference: ObjectReference;
  /** Why it is not ready. */
  readonly message?: string;
  readonly health: Health;
  /** Its status is filled by us: its kind has a status and a plugin renders it. */
  readonly ownStatus: boolean;
}

/** A component of the application. */
export interface DecidedComponent {
  readonly name: string;
  readonly key: string;
  readonly workload: ObjectReference;
  readonly health: Health;
  readonly ownStatus: boolean;
  /** Set for workloads with a scale subresource that have a live Deployment or StatefulSet. */
  readonly scale?: { readonly replicas: number; readonly selector: string };
  readonly traits: readonly DecidedTrait[];
}

/** What is to be done about an application. */
export interface Decision {
  /** When there are any, nothing is applied and nothing is deleted. */
  readonly problems: readonly DecisionProblem[];
  /** Features that the application uses and Capstan does not have yet; also a problem of reason NotYetSupported. */
  readonly notYet: readonly string[];
  readonly components: readonly DecidedComponent[];
  /** In the order in which they are applied. */
  readonly objects: readonly PlannedObject[];
  /** Last created first. */
  readonly prune: readonly InventoryEntry[];
}
