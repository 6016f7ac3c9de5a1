export type { CenterRecord, MirrorRecord, ResolvedChart } from './center/types.ts';
export { CENTER_CODES } from './codes.ts';
export type { Catalog, CatalogEntry, CatalogWarning } from './registry/catalog.ts';
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
