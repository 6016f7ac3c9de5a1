export { HELM_CODES } from './codes.ts';
export { createHelm } from './helm.ts';
export { parseManifest } from './results.ts';
export type {
  BlockingObject,
  CallOptions,
  ChartMetadata,
  ChartReference,
  ChartValues,
  Helm,
  HelmBinary,
  HelmOptions,
  ListedRelease,
  ListFlags,
  OutputLine,
  PackageFlags,
  Release,
  ReleaseFlags,
  ReleaseStatus,
  RenderFlags,
  RepoAddFlags,
  Revision,
  TemplateFlags,
  UninstallFlags,
  UpgradeFlags,
} from './types.ts';
