export { canonicalJson, digestOf, digestOfText } from './canonical.ts';
export { MODEL_CODES } from './codes.ts';
export {
  type CapabilityContract,
  CONTRACT_API_VERSION,
  CONTRACT_KIND,
  type ContractDocument,
  type ContractFeature,
  type ContractVersion,
} from './contract.ts';
export { assertContractGrows, claimProblems, demandProblems, parseContract } from './contract-rules.ts';
export { contractSchema } from './contract-schema.ts';
export { capabilityCustomResourceDefinitions } from './crds.ts';
export {
  CAPSTAN_API_VERSION,
  CAPSTAN_KINDS,
  type Capability,
  type CapabilityClaim,
  type CapabilityHealth,
  type CapabilityInstall,
  type CapabilityInstallSpec,
  type CapabilityInstallStatus,
  type CapabilityProvider,
  type CapabilitySet,
  type CapabilitySetSpec,
  type CapabilitySetStatus,
  type CapabilityStatus,
  type CrdStatus,
  type DefinitionStatus,
  type Evidence,
  type HelmUnitStatus,
  INSTALL_CONDITIONS,
  INSTALL_PHASES,
  type InstallPhase,
  type ManifestsUnitStatus,
  type ProbeResult,
  type ProbeStatus,
  type SetInstallStatus,
  type UnitStatus,
} from './kinds.ts';
export { mergePatch } from './merge-patch.ts';
export { configuredObjects, fixedObjects } from './object-values.ts';
export {
  type AnyOfRequirement,
  type ApiOffer,
  type ApiRequirement,
  type CapabilityOffer,
  type CapabilityPackage,
  type CapabilityRequirement,
  type ConfigExport,
  type ConflictRule,
  type DefinitionOffer,
  type DefinitionRole,
  type DetectRule,
  type LifecyclePhase,
  type Maturity,
  PACKAGE_API_VERSION,
  PACKAGE_KIND,
  type PackageRequirement,
  type PackageTrust,
  type PluginReference,
  type Probe,
  type Requirement,
  type UninstallSpec,
} from './package.ts';
export {
  type ChartCrds,
  type ChartReference,
  type CrdOffer,
  type HelmUnit,
  helmUnits,
  type InstallSpec,
  type InstallUnit,
  type ManifestsUnit,
  type ObjectValueSource,
  type PackagePermissions,
  type PolicyRule,
  type ValueSource,
  valueSourcesOf,
} from './package-install.ts';
export { FRIENDLY_GROUPS } from './package-rules.ts';
export { type PackageForm, type PackageSchemaOptions, packageSchema } from './package-schema.ts';
export type { CrdSource, DefinitionSource, PackageSource } from './package-source.ts';
export {
  type DocumentOrigin,
  type FieldPath,
  type FieldProblem,
  fieldName,
  type ParseOptions,
  parsePackage,
  parsePackageSource,
} from './package-validation.ts';
export {
  type ConfigPredicate,
  type FactPredicate,
  holds,
  type Predicate,
  type PredicateContext,
  type PredicateFacts,
  requirementsIn,
  valueAt,
} from './predicate.ts';
export { type PackageDocument, type PublishInput, publishPackage } from './publish.ts';
export {
  LEASES,
  PACKAGE_LABEL,
  PLAN_DIGEST_KEY,
  RECORD_LABEL,
  type RecordKind,
  recordLabels,
  recordName,
  SYSTEM_NAMESPACE,
  selectorOf,
} from './records.ts';
export { configuredValues, exportedValues, unitValues } from './values.ts';
export type { ExportedValues } from './values-merge.ts';
export {
  compareVersionIds,
  inRange,
  isLabelOf,
  isPrerelease,
  isRange,
  majorOf,
  nearestVersions,
  parseLabel,
  parseRange,
  parseVersion,
  type VersionId,
  type VersionRange,
  versionLabel,
} from './versions.ts';
