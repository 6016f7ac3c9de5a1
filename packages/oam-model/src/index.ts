export { didYouMean, nearest } from '@capstan/base';
export type { ApplicationValidationInput } from './application/context.ts';
export { validateApplication } from './application/validate.ts';
export * from './catalog.ts';
export { OAM_CODES } from './codes.ts';
export { oamCustomResourceDefinitions } from './crds/index.ts';
export * from './data-passing/index.ts';
export * from './dependencies.ts';
export { normalizeComponent, resolveWorkloadType } from './dialect/component.ts';
export { normalizeDefinition } from './dialect/definition.ts';
export { dependencyNodes } from './dialect/dependencies.ts';
export { componentKey, componentOf, withOverrides } from './dialect/entries.ts';
export { resolveNamedTraits } from './dialect/named-traits.ts';
export { normalizeApplication } from './dialect/normalize.ts';
export { originOf } from './dialect/origins.ts';
export type * from './dialect/types.ts';
export { formatFieldPath, getField, type PathSegment, parseFieldPath, setField } from './field-path.ts';
export { MAX_FILE_LENGTH, type ParsedDocuments, parseDocuments, type SourceDocument } from './files/documents.ts';
export { isBlank, withoutZeroStructs } from './json.ts';
export * from './kinds/index.ts';
export * from './names.ts';
export * from './parameters.ts';
export { guessPlural, resourceNameOf } from './plural.ts';
export type { Problem, SchemaProblem, UnknownKind, ValidationProblem } from './problem.ts';
export * from './rules/applicability.ts';
export { type PlacedTrait, type RuleComponent, ruleComponents } from './rules/components.ts';
export { type DefinitionProblem, definitionProblems } from './rules/definition-problems.ts';
export { evaluateRules, withoutOwnedFields } from './rules/evaluate.ts';
export { firstReplicasOf, type OwnedField, replicasTakenBy } from './rules/field-owners.ts';
export { type RuleTrait, type RuleWorkload, ruleTrait, ruleWorkload } from './rules/subjects.ts';
export { type TraitFit, traitFits } from './rules/trait-fits.ts';
export {
  describeSource,
  type RuleName,
  type RuleObject,
  type RuleSource,
  type RuleVerdict,
  type Verdict,
} from './rules/verdict.ts';
export { flag, int32, list, type Properties, record, text, textMap } from './schema/build.ts';
export { applySchemaDefaults } from './schema/defaults.ts';
export { explainSchema, type FieldExplanation, type SchemaExplanation, type SchemaField } from './schema/explain.ts';
export type { CrdVersion, CustomResourceDefinition, PrinterColumn, Schema } from './schema/types.ts';
export { type KnownFields, withoutField, withoutUnknownFields } from './schema/unknown-fields.ts';
export { type SchemaValidationOptions, validateAgainstSchema } from './schema/validate.ts';
