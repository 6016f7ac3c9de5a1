import type { Operation } from './steps.ts';

/** How a revision stands: being put in place, in force, replaced by a later one, or given up. */
export type RevisionPhase = 'Pending' | 'Active' | 'Superseded' | 'Failed';

/** One revision of a package: what was, is or would be in force. Rollback goes back to one of them. */
export interface RevisionRecord {
  readonly package: string;
  /** Counts from 1 for each package and never restarts. */
  readonly number: number;
  /** Follows from the lock and the journals; it is not stored. */
  readonly phase: RevisionPhase;
  readonly operation: Operation;
  readonly version: string;
  readonly release: number;
  readonly center: string;
  /** Digest of the package's metadata. */
  readonly packageDigest: string;
  /** The recorded plan that holds the package's content: metadata, values, units, inventory. */
  readonly planDigest: string;
  /** Charts of its Helm releases; each is kept in the cluster as a payload under its digest. */
  readonly charts: readonly RevisionChart[];
  /** The revision in force when this one was begun; absent for a first installation. */
  readonly previous?: number;
  /** With a rollback: the revision whose content it is. */
  readonly contentOf?: number;
  readonly at: string;
  /** Fencing number of the run that wrote it. */
  readonly fence: number;
}

/** A chart of a revision. */
export interface RevisionChart {
  readonly unit: string;
  readonly name: string;
  readonly version: string;
  /** Digest of the chart's files. */
  readonly digest: string;
  readonly standIn: boolean;
}
