export { canonicalJson, digestOf, digestOfText } from './canonical.ts';
export { MODEL_CODES } from './codes.ts';
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
  type CapabilityStatus,
  type CrdStatus,
  type DefinitionStatus,
  type Evidence,
  INSTALL_CONDITIONS,
  INSTALL_PHASES,
  type InstallPhase,
  type ProbeResult,
  type ProbeStatus,
  type UnitStatus,
} from './kinds.ts';
export {
  type AnyOfRequirement,
  type ApiOffer,
  type ApiRequirement,
  type CapabilityOffer,
  type CapabilityPackage,
  type CapabilityRequirement,
  type ChartCrds,
  type ChartReference,
  type ConflictRule,
  type CrdOffer,
  type DefinitionOffer,
  type DefinitionRole,
  type HelmUnit,
  type InstallSpec,
  type InstallUnit,
  type LifecyclePhase,
  type Maturity,
  PACKAGE_API_VERSION,
  PACKAGE_KIND,
  type PackagePermissions,
  type PackageRequirement,
  type PluginReference,
  type PolicyRule,
  type Probe,
  type Requirement,
  type UninstallSpec,
} from './package.ts';
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
export { configuredValues, unitValues } from './values.ts';
export {
  compareVersionIds,
  inRange,
  isPrerelease,
  isRange,
  majorOf,
  nearestVersions,
  parseRange,
  parseVersion,
  type VersionId,
  type VersionRange,
  versionLabel,
} from './versions.ts';
