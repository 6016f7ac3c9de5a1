import type { KubernetesObject, SourcePosition } from '@capstan/base';
import type {
  ApplicationConfiguration,
  Component,
  Definition,
  ParameterValue,
  TraitDefinition,
  TypedReference,
  WorkloadDefinition,
} from './kinds/index.ts';
import type { Problem, ValidationProblem } from './problem.ts';
import type { CustomResourceDefinition, Schema } from './schema/types.ts';

export type PathSegment = string | number;
export declare function parseFieldPath(path: string): PathSegment[];
export declare function formatFieldPath(segments: readonly PathSegment[]): string;
export declare function getField(object: unknown, path: string | readonly PathSegment[]): unknown;
export declare function setField<T>(object: T, path: string | readonly PathSegment[], value: unknown): T;

export declare function resolveParameters(
  component: Component,
  values: readonly ParameterValue[] | undefined,
): KubernetesObject;

export declare function workloadName(workload: KubernetesObject, componentName: string): string;
export interface TraitNamesInput {
  readonly application: string;
  readonly component: string;
  readonly traits: readonly { readonly object: KubernetesObject; readonly definitionName?: string }[];
  readonly previous?: readonly TypedReference[];
}
export declare function traitNames(input: TraitNamesInput): string[];
export interface MetadataInput {
  readonly application: ApplicationConfiguration;
  readonly component: string;
  readonly revision?: string;
  readonly resourceType: 'WORKLOAD' | 'TRAIT';
  readonly object: KubernetesObject;
}
export declare function objectMetadata(input: MetadataInput): {
  labels: Record<string, string>;
  annotations: Record<string, string>;
};

export declare function notYet(application: ApplicationConfiguration, components: readonly Component[]): Problem[];

export interface Verdict {
  readonly allowed: boolean;
  readonly rule: string;
  readonly source: string;
}
export interface WorkloadTarget {
  readonly definitionName: string;
  readonly definitionRefName: string;
  readonly group: string;
  readonly childKinds: readonly { readonly apiVersion: string; readonly kind: string; readonly resource?: string }[];
}
export declare function workloadTarget(definition: WorkloadDefinition): WorkloadTarget;
export declare function appliesTo(trait: TraitDefinition, workload: WorkloadTarget): Verdict;
export declare function conflictVerdict(one: TraitDefinition, other: TraitDefinition): Verdict;

export interface SourceDocument {
  readonly object: KubernetesObject;
  readonly file: string;
  locate(path: string): SourcePosition;
}
export interface ParsedDocuments {
  readonly documents: readonly SourceDocument[];
  readonly problems: readonly ValidationProblem[];
}
export declare function parseDocuments(text: string, file: string): ParsedDocuments;

export declare function validateAgainstSchema(
  object: unknown,
  schema: Schema,
  options?: { readonly embedded?: boolean },
): Problem[];
export declare function applySchemaDefaults<T>(object: T, schema: Schema): T;
export interface SchemaField {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
}
export interface SchemaExplanation extends Omit<SchemaField, 'name'> {
  readonly fields: readonly SchemaField[];
}
export declare function explainSchema(schema: Schema, path?: string): SchemaExplanation;

export interface ApplicationValidationInput {
  readonly documents: readonly SourceDocument[];
  readonly definitions: readonly Definition[];
  readonly crds: readonly CustomResourceDefinition[];
  readonly components?: readonly Component[];
}
export declare function validateApplication(input: ApplicationValidationInput): ValidationProblem[];

export interface DefinitionMatch {
  readonly role: 'workload' | 'trait' | 'scope';
  readonly shortName: string;
  readonly definition: Definition;
  readonly crd?: CustomResourceDefinition;
}
export interface DefinitionCatalog {
  readonly definitions: readonly Definition[];
  readonly crds: readonly CustomResourceDefinition[];
}
export declare function matchDefinitions(query: string, catalog: DefinitionCatalog): DefinitionMatch[];
export declare function definitionFor(
  object: KubernetesObject,
  role: 'workload' | 'trait' | 'scope',
  catalog: DefinitionCatalog,
): DefinitionMatch | undefined;
export declare function oamCustomResourceDefinitions(): CustomResourceDefinition[];
