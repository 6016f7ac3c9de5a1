export {
  BUNDLED_CENTER,
  bundledCenter,
  centerSecret,
  parseCenterSecret,
  type ReadCentersOptions,
  readCenters,
  recordCenter,
} from './center/center-records.ts';
export { directoryDigest } from './center/directory-digest.ts';
export { resolveChart } from './center/resolve-chart.ts';
export type { CenterRecord, MirrorRecord, ResolvedChart } from './center/types.ts';
export { CENTER_CODES } from './codes.ts';
export {
  type Catalog,
  type CatalogEntry,
  type CatalogWarning,
  catalogOf,
  type InstalledFrom,
  loadCatalog,
} from './registry/catalog.ts';
export { type DirectoryRegistry, readDirectoryRegistry } from './registry/directory-registry.ts';
export { readPackageFolder } from './registry/package-folder.ts';
export { type Publication, type PublishOptions, publishToDirectory } from './registry/publish-directory.ts';
export type {
  Candidate,
  Clause,
  ClauseKind,
  InstalledPackage,
  Lock,
  LockChange,
  LockEntry,
  Proof,
  Repair,
  ResolverFacts,
  ResolverGoal,
  ResolverInput,
  ResolverPolicy,
  ResolverResult,
} from './resolver/types.ts';
