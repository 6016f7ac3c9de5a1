import type { JsonObject, KindReference, KubernetesObject } from '@capstan/base';

/** The CRD (`<plural>.<group>`) that a Definition registers. */
export interface DefinitionReference {
  readonly name: string;
  readonly version?: string;
}

/** A kind that a workload makes, and the labels by which its objects are found. */
export interface ChildResourceKind extends KindReference {
  readonly selector?: Readonly<Record<string, string>>;
}

/** Capstan's part of a WorkloadDefinition's `extension`. */
export interface WorkloadExtension extends JsonObject {
  /** Fields that the workload itself decides for good, so that no trait may own them: `replicas` of a singleton. */
  readonly owns?: readonly string[];
}

/** Spec of a WorkloadDefinition. */
export interface WorkloadDefinitionSpec {
  readonly definitionRef: DefinitionReference;
  readonly childResourceKinds?: readonly ChildResourceKind[];
  readonly revisionLabel?: string;
  readonly podSpecPath?: string;
  readonly extension?: WorkloadExtension;
}

/** Registers a kind as a workload. */
export interface WorkloadDefinition extends KubernetesObject {
  kind: 'WorkloadDefinition';
  spec: WorkloadDefinitionSpec;
}

/** Capstan's part of a TraitDefinition's `extension`. */
export interface TraitExtension extends JsonObject {
  /** `child`: the trait works on the workload's child (the Deployment of a WebService). */
  readonly target?: 'child' | (string & {});
  /** Fields of the workload that the trait decides while it is attached; one owner each: `replicas`, `hosts`. */
  readonly owns?: readonly string[];
  /** Whether a component may carry the trait only once. */
  readonly onePerComponent?: boolean;
}

/** Spec of a TraitDefinition. */
export interface TraitDefinitionSpec {
  readonly definitionRef: DefinitionReference;
  readonly revisionEnabled?: boolean;
  readonly workloadRefPath?: string;
  readonly appliesToWorkloads?: readonly string[];
  /** Alias of `appliesToWorkloads`. */
  readonly appliesTo?: readonly string[];
  /** Traits that may not stand beside this one on a component. */
  readonly conflictsWith?: readonly string[];
  /** Whether adding or changing the trait restarts pods. */
  readonly podDisruptive?: boolean;
  readonly extension?: TraitExtension;
}

/** Registers a kind as a trait. */
export interface TraitDefinition extends KubernetesObject {
  kind: 'TraitDefinition';
  spec: TraitDefinitionSpec;
}

/** Spec of a ScopeDefinition. */
export interface ScopeDefinitionSpec {
  readonly definitionRef: DefinitionReference;
  readonly workloadRefsPath?: string;
  readonly allowComponentOverlap: boolean;
  readonly extension?: JsonObject;
}

/** Registers a kind as a scope. */
export interface ScopeDefinition extends KubernetesObject {
  kind: 'ScopeDefinition';
  spec: ScopeDefinitionSpec;
}

/** Any of the three Definitions. */
export type Definition = WorkloadDefinition | TraitDefinition | ScopeDefinition;

/** True for an object of kind WorkloadDefinition of any OAM version. */
export function isWorkloadDefinition(object: KubernetesObject): object is WorkloadDefinition {
  return isOam(object, 'WorkloadDefinition');
}

/** True for an object of kind TraitDefinition of any OAM version. */
export function isTraitDefinition(object: KubernetesObject): object is TraitDefinition {
  return isOam(object, 'TraitDefinition');
}

/** True for an object of kind ScopeDefinition of any OAM version. */
export function isScopeDefinition(object: KubernetesObject): object is ScopeDefinition {
  return isOam(object, 'ScopeDefinition');
}

function isOam(object: KubernetesObject, kind: string): boolean {
  return object.kind === kind && object.apiVersion.startsWith('core.oam.dev/');
}
