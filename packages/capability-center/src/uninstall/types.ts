import type { ObjectReference } from '@capstan/base';
import type { AffectedApplication, PackagePlan, PlanBlocker } from '../plan/types.ts';

/** What `planUninstall` is asked. */
export interface UninstallRequest {
  readonly package: string;
  /** Also delete the package's CRDs; refused while an object of one of them exists. */
  readonly deleteCrds?: boolean;
}

/** How many objects of a kind exist, and where. */
export interface InstanceCount {
  /** Name of the CRD. */
  readonly crd: string;
  readonly kind: string;
  readonly total: number;
  /** Objects per namespace; of a cluster-wide kind under the empty name. */
  readonly byNamespace: Readonly<Record<string, number>>;
  /** Of them, those that are on their way out: being deleted, or left by an owner that is gone. */
  readonly leaving: number;
}

/** What removing a package would do, and what it would break. Computed without changing anything. */
export interface UninstallPlan {
  readonly apiVersion: 'capstan.dev/v1alpha1';
  readonly kind: 'UninstallPlan';
  /** Over the canonical JSON of everything else. */
  readonly digest: string;
  readonly package: string;
  readonly version: string;
  readonly deleteCrds: boolean;
  /** Applications that use one of its Definitions. */
  readonly applications: readonly AffectedApplication[];
  /** Installed packages that need it. */
  readonly dependents: readonly string[];
  /** Objects of its kinds; kinds without any are left out. */
  readonly instances: readonly InstanceCount[];
  readonly definitions: readonly { readonly name: string; readonly shortName: string; readonly role: string }[];
  readonly units: readonly { readonly release: string; readonly namespace: string; readonly objects: number }[];
  readonly crds: readonly { readonly name: string; readonly action: 'keep' | 'delete' }[];
  /** Objects that the capability made at run time and that go with it. */
  readonly leftovers: readonly ObjectReference[];
  readonly namespace: {
    readonly name: string;
    readonly action: 'delete' | 'keep';
    /** Why it stays. */
    readonly reason?: string;
  };
  /** For people: what stays outside the cluster or cannot be found. */
  readonly external?: string;
  readonly blockers: readonly PlanBlocker[];
  /** An earlier removal that did not end, which carrying this plan out completes. */
  readonly resumes?: { readonly journal: string; readonly step: string; readonly since: string };
  /** The package as it was installed. */
  readonly planned: PackagePlan;
  /** Digest of the plan that installed it. */
  readonly planDigest: string;
}

/** What became of a removal. */
export interface UninstallResult {
  readonly package: string;
  readonly version: string;
  /** In words: what was removed. */
  readonly removed: readonly string[];
  /** In words: what stays, and why. */
  readonly left: readonly string[];
}
