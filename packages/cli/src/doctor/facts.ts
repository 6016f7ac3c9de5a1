import type {
  CapabilityReport,
  CatalogSource,
  CatalogWarning,
  CenterRecord,
  DetectedInstall,
  InstalledCapability,
} from '@capstan/capability-center';
import type { LeaseState } from '@capstan/kube';
import type { SystemStatus } from '@capstan/operator';
import type { Reading } from './finding.ts';

/** A right that somebody needs, and for what. */
export interface RightFact {
  /** `create Applications in web`. */
  readonly what: string;
  /** The role that brings it. */
  readonly role: 'capstan-developer' | 'administrator';
  readonly allowed: boolean;
}

/** A center, and what became of reading it. */
export interface CenterFact {
  readonly record: CenterRecord;
  readonly source?: CatalogSource;
  readonly warning?: CatalogWarning;
}

/** An installed package: as it was recorded, and as it looks now. */
export interface InstallFact {
  readonly installed: InstalledCapability;
  /** The range that its goal has. */
  readonly range: string;
  readonly paused: boolean;
  /** Packages that it needs. */
  readonly requires: readonly string[];
  readonly report: Reading<CapabilityReport>;
}

/** A Helm release that Helm has not finished with, or that failed. */
export interface ReleaseFact {
  readonly name: string;
  readonly namespace: string;
  readonly status: string;
  readonly revision: number;
  /** The package that it was made for; absent when somebody else made it. */
  readonly package?: string;
}

/** A Definition of the cluster. */
export interface DefinitionFact {
  readonly name: string;
  readonly role: 'workload' | 'trait' | 'scope';
  /** The package that brought it; `capstan` for the built-in ones. */
  readonly package?: string;
  /** Name of the CRD that it registers. */
  readonly crd: string;
  /** The cluster serves that kind. */
  readonly served: boolean;
}

/** A CRD that Capstan applied. */
export interface CrdFact {
  readonly name: string;
  readonly package: string;
  readonly storage: string;
  readonly served: readonly string[];
  readonly stored: readonly string[];
  readonly deleting: boolean;
}

/** Everything that the checks look at; they ask nothing themselves. */
export interface DoctorFacts {
  readonly context: string;
  readonly server: string;
  /** True for the cluster that `capstan sandbox start` makes. */
  readonly sandbox: boolean;
  readonly cluster: Reading<{ readonly version: string; readonly ms: number }>;
  readonly apis: Reading<readonly { readonly groupVersion: string; readonly reason: string }[]>;
  readonly rights: Reading<readonly RightFact[]>;
  readonly helm: Reading<string>;
  readonly system: Reading<SystemStatus>;
  readonly lease: Reading<LeaseState | undefined>;
  readonly centers: Reading<readonly CenterFact[]>;
  readonly installs: Reading<readonly InstallFact[]>;
  readonly releases: Reading<readonly ReleaseFact[]>;
  readonly unmanaged: Reading<readonly DetectedInstall[]>;
  readonly definitions: Reading<readonly DefinitionFact[]>;
  readonly crds: Reading<readonly CrdFact[]>;
}
