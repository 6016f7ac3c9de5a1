import type { Health, KindReference, KubernetesObject, ObjectReference } from '@capstan/base';
import type {
  ApplicationConfiguration,
  ChildResourceKind,
  Component,
  CustomResourceDefinition,
  DefinitionCatalog,
  HistoryWorkload,
  InventoryEntry,
  ScopeDefinition,
  StoreWrite,
  TraitDefinition,
  TypedReference,
  UnsatisfiedDependency,
  WorkloadDefinition,
} from '@capstan/oam-model';
import type { ClusterView } from '@capstan/plugin-api';
import type { Contributions } from '../plugins/contributions.ts';
import type { Capabilities } from './capabilities.ts';
import type { Claim, Leaving } from './leaving.ts';
import type { RenderedComponent } from './render.ts';
import type { DecidedScopes } from './scopes.ts';

/** How the cluster serves a kind. */
export interface ServedKind {
  /** `<plural>.<group>`, which is also the name of the kind's Definition. */
  readonly name: string;
  readonly namespaced: boolean;
  /** `status`, `scale`. */
  readonly subresources: readonly string[];
}

/** Something that is looked up by a key: a Map, or a cache that notes what it was asked for and did not have. */
export interface Lookup<T> {
  get(key: string): T | undefined;
}

/** All that `decideApplication` looks at. Nothing in it is changed. */
export interface ObservedApplication {
  /** As it is in the cluster or file, in either dialect. */
  readonly application: ApplicationConfiguration;
  /** The components that exist, by name. */
  readonly components: Lookup<Component>;
  readonly workloadDefinitions: readonly WorkloadDefinition[];
  readonly traitDefinitions: readonly TraitDefinition[];
  readonly scopeDefinitions?: readonly ScopeDefinition[];
  /** The kinds that are served, by `kindKey`. */
  readonly kinds: Lookup<ServedKind>;
  /** The CRDs that are known, by name: for defaults, validation and the dialect. */
  readonly crds: ReadonlyMap<string, CustomResourceDefinition>;
  /** The Definitions and CRDs once more, for the dialect; made from the fields above when absent. */
  readonly catalog?: DefinitionCatalog;
  readonly contributions: Contributions;
  /** Live objects by `objectKey`; empty for an application that is only looked at. */
  readonly live: Lookup<KubernetesObject>;
  /** Live objects that the application refers to and did not make, by `objectKey`: scopes, stores, revisions. */
  readonly referred?: Lookup<KubernetesObject>;
  /** Every live scope of a kind in the application's namespace. */
  readonly scopesOfKind?: (kind: KindReference) => readonly KubernetesObject[];
  /** What an object owns, of the kinds that its Definition names. */
  readonly ownedBy?: (owner: KubernetesObject, kinds: readonly ChildResourceKind[]) => readonly KubernetesObject[];
  /** Live workloads of a kind with these labels in the application's namespace. */
  readonly labelled?: (kind: KindReference, labels: Readonly<Record<string, string>>) => readonly KubernetesObject[];
  /** What plugins may look at beside all this; nothing when absent. */
  readonly cluster?: ClusterView;
  /** What the cluster can do; nothing when absent. */
  readonly capabilities?: Capabilities;
  /** Milliseconds since the epoch: waits that are bounded come to their end by it. Without it they do not. */
  readonly now?: number;
  /** Components get their revision from a controller: without it nothing may be applied yet. */
  readonly awaitRevisions?: boolean;
  /** `--apply-once-only`: a workload or trait that was applied for this generation and revision is left alone. */
  readonly applyOnceOnly?: boolean;
}

/** Why an application cannot be applied. Stable: scripts and tests compare them. */
export type ProblemReason =
  | 'ComponentMissing'
  | 'RevisionMissing'
  | 'InvalidApplication'
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
  | 'InvalidScope'
  | 'InvalidDataPassing'
  | 'DependencyUnknown'
  | 'DependencyCycle'
  | 'DuplicateObject'
  | 'ContributionFailed'
  | 'NotControlled';

/** Where a pass stopped: the stages of the reference's condition messages. */
export type Stage =
  | 'cannot render components'
  | 'cannot apply components'
  | 'cannot garbage collect components'
  | 'failed to finalize workloads';

/** Something that keeps the application from being applied. */
export interface DecisionProblem {
  readonly reason: ProblemReason;
  readonly message: string;
  readonly component?: string;
  /** Kind of the workload or trait that is invalid. */
  readonly kind?: string;
  /** Field path in the workload or trait. */
  readonly path?: string;
  readonly hint?: string;
  /** The stage at which the reference finds it; rendering when absent. */
  readonly stage?: Stage;
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
  /** The instance that it belongs to. */
  readonly component: string;
  /** Position of its component in the application. */
  readonly slot: string;
  /**
   * `wait`: neither created nor updated in this pass, see `waitsFor`. `taken`: a trait's controller makes it; what is live
   * is left as it is.
   */
  readonly action: 'create' | 'update' | 'keep' | 'wait' | 'taken';
  /** With `taken`: the trait. */
  readonly takenBy?: ObjectReference;
  readonly waitsFor?: readonly string[];
  /** With `create`: the replicas that it begins with. It is not applied with them again, for a trait's controller sets them. */
  readonly firstReplicas?: number;
  /** Paths of fields that somebody added and that nobody of ours states: only in kinds that are Capstan's alone. */
  readonly strangers?: readonly (readonly (string | number)[])[];
}

/** A trait of a component. */
export interface DecidedTrait {
  readonly key: string;
  readonly reference: ObjectReference;
  /** What there is to say about it: why it is not ready, or that no Definition registers it. */
  readonly message?: string;
  readonly health: Health;
  /** Its status is filled by us: its kind has a status and a plugin renders it. */
  readonly ownStatus: boolean;
}

/** A component instance of the application. */
export interface DecidedComponent {
  /** Name of the Component. */
  readonly name: string;
  /** Name of the instance: its workload's, as the application calls it. */
  readonly instance: string;
  /** Name of the Component's revision; empty before there is one. */
  readonly revision: string;
  readonly key: string;
  readonly workload: ObjectReference;
  readonly health: Health;
  readonly ownStatus: boolean;
  /** What the workload waits for, as sentences; empty when nothing is held back. */
  readonly waitsFor: readonly string[];
  /** Set for workloads with a scale subresource that have a live Deployment or StatefulSet. */
  readonly scale?: { readonly replicas: number; readonly selector: string };
  readonly traits: readonly DecidedTrait[];
  readonly scopes: readonly TypedReference[];
}

/** What is to be done about an application. */
export interface Decision {
  /** In canonical form. */
  readonly application: ApplicationConfiguration;
  /** When there are any, nothing is applied and nothing is deleted. */
  readonly problems: readonly DecisionProblem[];
  /** What is read in another form than it is written, and what is left out, as sentences. */
  readonly warnings: readonly string[];
  /** Components whose revision does not exist yet: the pass does nothing until it does. */
  readonly awaited: readonly string[];
  readonly components: readonly DecidedComponent[];
  /** In the order in which they are applied. */
  readonly objects: readonly PlannedObject[];
  /** What waits for what, for `status.dependency`. */
  readonly unsatisfied: readonly UnsatisfiedDependency[];
  /** Written after their source; `source` is its key. */
  readonly stores: readonly StoreWrite[];
  readonly scopes: DecidedScopes;
  readonly history: readonly HistoryWorkload[];
  /** What has to be gone, by its own controller, before other objects of its component are applied or deleted. */
  readonly leaving: readonly Leaving[];
  /** Live objects that get another owner before anything is deleted. */
  readonly claims: readonly Claim[];
  /**
   * Of the inventory: workloads of earlier revisions, which their rollout trait removes, and what they own; what a trait
   * has taken over; what waits for something that is leaving.
   */
  readonly retained: readonly InventoryEntry[];
  /** Last created first. */
  readonly prune: readonly InventoryEntry[];
  /** What health is judged from. */
  readonly rendered: readonly RenderedComponent[];
}
