import type { CapabilityPackage } from '@capstan/capability-model';

/** One version of a package as a center offers it. */
export interface CatalogEntry {
  readonly center: string;
  readonly metadata: CapabilityPackage;
  /** Digest of the published metadata: the package's identity is `center/name@version#digest`. */
  readonly digest: string;
}

/** Something that a catalog lacks, and why. */
export interface CatalogWarning {
  readonly center: string;
  readonly message: string;
  /** What cannot be seen because of it, in words. */
  readonly hides: string;
}

/** What all centers offer at one moment. Everything after loading is pure. */
export interface Catalog {
  /** By name, then newest first. Of several centers with the same version the one of higher priority is kept. */
  readonly entries: readonly CatalogEntry[];
  readonly centers: readonly string[];
  readonly warnings: readonly CatalogWarning[];
  /** Changes when anything that is offered changes: plans bind it. */
  readonly digest: string;
}
