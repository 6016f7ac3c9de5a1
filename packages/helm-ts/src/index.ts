export { defaultCacheDirectory } from './call.ts';
export type { CallOptions, HelmBinary, HelmOptions, OutputLine } from './call-types.ts';
export type {
  ChartMetadata,
  ChartReference,
  ChartValues,
  Credentials,
  LintFinding,
  LintFlags,
  LintReport,
  PackageFlags,
  PulledChart,
  PullFlags,
  RenderFlags,
  ServerFlags,
  TemplateFlags,
  Verification,
  VerifyFlags,
} from './chart-types.ts';
export { HELM_CODES } from './codes.ts';
export { createHelm } from './helm.ts';
export type {
  BlockingObject,
  ListedRelease,
  ListFlags,
  Release,
  ReleaseFlags,
  ReleaseMetadata,
  ReleaseRecord,
  ReleaseStatus,
  Revision,
  RevisionFlags,
  RollbackFlags,
  UninstallFlags,
  UpgradeFlags,
} from './release-types.ts';
export type { FoundChart, LoginFlags, RepoAddFlags, Repository, SearchFlags } from './repository-types.ts';
export { parseManifest } from './results.ts';
export type { Helm } from './types.ts';
