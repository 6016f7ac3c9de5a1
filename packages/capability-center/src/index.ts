export { detectInstalled } from './adopt/detect-installed.ts';
export { readReleaseRecord } from './adopt/release-record.ts';
export type { Confidence, DetectedInstall, HelmReleaseRecord, StoredRelease } from './adopt/types.ts';
export type { BundledChart, BundledImage, BundledPackage, BundleList } from './bundle/format.ts';
export { type LoadBundleOptions, type LoadedBundle, loadBundle } from './bundle/load-bundle.ts';
export { type WriteBundleOptions, type WrittenBundle, writeBundle } from './bundle/write-bundle.ts';
export {
  type AddedCenter,
  addCenter,
  loginCenter,
  type ManageCentersOptions,
  type RemovedCenter,
  removeCenter,
} from './center/add-center.ts';
export {
  BUNDLED_CENTER,
  bundledCenter,
  centerSecret,
  parseCenterSecret,
  type ReadCentersOptions,
  readCenters,
  recordCenter,
} from './center/center-records.ts';
export { credentialsOf } from './center/credentials.ts';
export { directoryDigest } from './center/directory-digest.ts';
export { hostOf } from './center/hosts.ts';
export { type ListedCenter, listCenters, type SyncedCenter, syncCenters } from './center/list-centers.ts';
export { resolveChart } from './center/resolve-chart.ts';
export type {
  CenterRecord,
  CredentialsReference,
  MirrorRecord,
  ResolvedChart,
  VerifyPolicy,
} from './center/types.ts';
export { CENTER_CODES } from './codes.ts';
export {
  type AgedEvidence,
  answerQuery,
  type CapabilityAnswer,
  type CapabilityOfferAnswer,
  listCapabilities,
  type ProviderAnswer,
  type QueryFacts,
  type QueryOptions,
  queryCapabilities,
  type UseRight,
} from './discovery/answer.ts';
export { projectCapabilities } from './discovery/project.ts';
export { publishCapabilities } from './discovery/publish.ts';
export { type CapabilityQuery, parseCapabilityQuery } from './discovery/query.ts';
export {
  type DefinitionWish,
  latestEntries,
  packagesOffering,
  type SearchHit,
  type SearchOptions,
  searchCapabilities,
} from './discovery/search.ts';
export { type CapabilityHealth, startCapabilityHealth } from './health/capability-health.ts';
export type { CapabilityCheck } from './health/checks.ts';
export { type CapabilityTrace, capabilityChannel } from './health/diagnostics.ts';
export type { Drift } from './health/drift.ts';
export { type InstalledCapability, listInstalled } from './health/list-installed.ts';
export type { CenterLoop, CenterLoopOptions } from './health/loop.ts';
export type { DriftedItem } from './health/package-watch.ts';
export { evaluateProbe, type ProbeFacts, type ProbeVerdict, runProbes, summarizeProbes } from './health/probes.ts';
export { type CapabilityReport, capabilityStatus } from './health/report.ts';
export { type CancelledOperation, type CancelResult, cancelOperation } from './installer/cancel.ts';
export { INSTALLER_CODES } from './installer/codes.ts';
export type { ExecuteOptions, FailurePolicy, InstallerContext } from './installer/context.ts';
export { executeInstall, type InstalledResult, type InstallResult } from './installer/execute-install.ts';
export { followJournal } from './installer/follow-journal.ts';
export type { Journal, JournalEntry } from './installer/journal.ts';
export { readJournal } from './installer/journal-records.ts';
export { type OpenCenterOptions, openCenter } from './installer/open-center.ts';
export { pauseInstall } from './installer/pause.ts';
export type { OnProgress, ProgressEvent } from './installer/progress.ts';
export {
  type OperationRequest,
  type ResumedOperation,
  type ResumeResult,
  resumeOperation,
} from './installer/resume.ts';
export type { RevisionChart, RevisionPhase, RevisionRecord } from './installer/revision.ts';
export { listRevisions } from './installer/revisions.ts';
export { JOURNAL_BOUNDARIES, type JournalKind, type Operation } from './installer/steps.ts';
export type { ApplicationQuestion } from './on-demand/missing-kinds.ts';
export { type MissingQuestion, missingByCatalog, planMissing } from './on-demand/plan-missing.ts';
export { providersOf } from './on-demand/providers.ts';
export type {
  InstallCost,
  KindProvider,
  KindUse,
  MissingCapability,
  MissingKind,
  MissingReport,
  ProviderState,
} from './on-demand/types.ts';
export { assertApproved } from './plan/approve.ts';
export { assertExecutable } from './plan/assert-executable.ts';
export type { CertificateReason, RollbackCertificate } from './plan/certificate-types.ts';
export { comparePlans } from './plan/compare-plans.ts';
export type {
  CrdFinding,
  CrdOffender,
  CrdReview,
  CrdRule,
  CrdSeverity,
  InstanceCheck,
  StorageMigration,
} from './plan/crd-diff/types.ts';
export type { FieldChange } from './plan/object-diff.ts';
export type { PermissionDelta, PermissionLine } from './plan/permission-delta.ts';
export type { PermissionGrant } from './plan/permissions.ts';
export type { PlanDrift, PlanInputs } from './plan/plan-inputs.ts';
export { planInstall } from './plan/plan-install.ts';
export { planRollback } from './plan/plan-rollback.ts';
export { planUpgrade } from './plan/plan-upgrade.ts';
export { printablePlan, printableRemoval } from './plan/printable.ts';
export { standingQuestion } from './plan/standing-question.ts';
export {
  type AdoptionPlan,
  type AffectedApplication,
  type ChartPlan,
  type CrdPlan,
  type DefinitionPlan,
  type HelmUnitPlan,
  type HookPlan,
  helmUnitPlans,
  type InstallGoal,
  type InstallPlan,
  type ManifestsUnitPlan,
  type ObjectAction,
  type ObjectPlan,
  type PackageAction,
  type PackagePlan,
  type PlanBlocker,
  type PlanOperation,
  type PlanRequest,
  type PlanResolution,
  type RollbackRequest,
  type UnitPlan,
  type UpgradeRequest,
} from './plan/types.ts';
export { applicationsUsing, type DefinitionName, definitionNames } from './plan/usage.ts';
export { aliasedPackage } from './registry/aliases.ts';
export {
  type Catalog,
  type CatalogEntry,
  type CatalogSource,
  type CatalogWarning,
  catalogOf,
  hiddenPackage,
  type InstalledFrom,
  loadCatalog,
} from './registry/catalog.ts';
export { type DirectoryRegistry, readDirectoryRegistry } from './registry/directory-registry.ts';
export {
  type PackageFolderOptions,
  readContractFolder,
  readPackageDocuments,
  readPackageFolder,
} from './registry/package-folder.ts';
export {
  type Publication,
  type PublishedPackage,
  type PublishOptions,
  publishToDirectory,
} from './registry/publish-directory.ts';
export { candidatesOf } from './resolver/candidates.ts';
export { resolutionError } from './resolver/explain.ts';
export { type GraphOptions, packageGraph } from './resolver/graph.ts';
export { diffLocks, type VersionedPackages } from './resolver/lock-diff.ts';
export type {
  GraphEdge,
  GraphNode,
  LockDifference,
  PackageGraph,
  UpgradeStage,
  UpgradeStep,
  WhatIfQuestion,
  WhatIfReport,
  WhyChain,
  WhyReport,
} from './resolver/report-types.ts';
export { resolve } from './resolver/resolve.ts';
export type {
  Candidate,
  Clause,
  ClauseKind,
  InstalledPackage,
  Lock,
  LockAction,
  LockChange,
  LockEntry,
  PackageRule,
  Proof,
  Repair,
  RepairRisk,
  ResolverFacts,
  ResolverGoal,
  ResolverInput,
  ResolverPolicy,
  ResolverResult,
  ResolverWarning,
  UnmanagedApi,
} from './resolver/types.ts';
export { indexUniverse, type UniverseIndex } from './resolver/universe-index.ts';
export { createVersionCheck, type VersionCheck } from './resolver/version-check.ts';
export { whatIf } from './resolver/what-if.ts';
export { whyInstalled } from './resolver/why.ts';
export { whyNotInstallable } from './resolver/why-not.ts';
export { startCapabilitySets } from './sets/capability-sets.ts';
export type { CapabilitySets, CapabilitySetsOptions, CenterAccess } from './sets/types.ts';
export { executeUninstall } from './uninstall/execute-uninstall.ts';
export { planUninstall } from './uninstall/plan-uninstall.ts';
export type {
  ArchiveSummary,
  FinalizerReport,
  InstanceCount,
  KeptThing,
  PackageRemoval,
  UninstallPlan,
  UninstallRequest,
  UninstallResult,
  UnneededPackage,
} from './uninstall/types.ts';
