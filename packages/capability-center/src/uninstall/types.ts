import type { ObjectReference } from '@capstan/base';
import type { Askers } from '../installer/askers.ts';
import type { AffectedApplication, PackagePlan, PlanBlocker } from '../plan/types.ts';

/** What `planUninstall` is asked. */
export interface UninstallRequest {
  readonly package: string;
  /** Also delete the CRDs of what is removed; refused while an object of one of them would stay. */
  readonly deleteCrds?: boolean;
  /** Also remove the installed packages that need it, those first. */
  readonly cascade?: boolean;
  /** Also remove the dependencies that nobody needs any more afterwards. */
  readonly prune?: boolean;
  /**
   * A directory of this machine that gets the objects of the packages' kinds as YAML before anything is deleted. They are
   * then deleted, while their controller still runs, instead of blocking the removal.
   */
  readonly archive?: string;
}

/** A finalizer on objects of a kind, and who takes it away. */
export interface FinalizerReport {
  readonly name: string;
  /** How many objects carry it. */
  readonly objects: number;
  /** In words: `deployment/keda/keda-operator`, `Kubernetes`; absent when nobody here is known to serve it. */
  readonly servedBy?: string;
  /** Whether that is at work now; absent where it cannot be told. */
  readonly serving?: boolean;
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
  /** Of them, those that the package's own releases brought and that go with these. */
  readonly own: number;
  readonly finalizers: readonly FinalizerReport[];
}

/** What happens to the objects of a package's kinds: nothing, a wait for those that are leaving, or a deletion of all. */
export type DrainMode = 'keep' | 'leaving' | 'all';

/** What the removal of one package would do. */
export interface PackageRemoval {
  readonly name: string;
  readonly version: string;
  readonly release: number;
  /** Asked for, removed before it because it needs it, or not needed by anybody afterwards. */
  readonly why: 'asked' | 'dependent' | 'unneeded';
  readonly definitions: readonly { readonly name: string; readonly shortName: string; readonly role: string }[];
  /** Objects of its kinds; kinds without any are left out. */
  readonly instances: readonly InstanceCount[];
  readonly drain: DrainMode;
  /** In the order of their removal. */
  readonly units: readonly UnitRemoval[];
  readonly crds: readonly { readonly name: string; readonly action: 'keep' | 'delete' }[];
  /** Objects that the capability made at run time and that go with it. */
  readonly leftovers: readonly ObjectReference[];
  readonly namespaces: readonly NamespaceRemoval[];
  /** For people: what stays outside the cluster or cannot be found. */
  readonly external?: string;
  /** The package as it was installed. */
  readonly planned: PackagePlan;
  /** Digest of the plan that installed it. */
  readonly planDigest: string;
}

/** A namespace of a package: it goes only if it was made for the package and holds nothing of others. */
export interface NamespaceRemoval {
  readonly name: string;
  readonly action: 'delete' | 'keep';
  /** Why it stays. */
  readonly reason?: string;
}

/** One unit of a package that goes. */
export interface UnitRemoval {
  readonly id: string;
  readonly type: 'helm' | 'manifests';
  readonly namespace: string;
  /** Of a Helm release. */
  readonly release?: string;
  readonly objects: number;
}

/** All that the digest of a removal's plan covers, in the parts that it can tell apart. */
export interface RemovalInputs {
  readonly wishes: Pick<UninstallPlan, 'package' | 'deleteCrds' | 'cascade' | 'prune' | 'archive'>;
  readonly catalog: { readonly package: string };
  readonly cluster: {
    readonly uid: string;
    readonly staysFor?: Askers;
    readonly packages: readonly (Pick<PackageRemoval, 'name' | 'why' | 'planDigest' | 'units'> & {
      /** With its release. */
      readonly version: string;
      /** Those that are withdrawn. */
      readonly definitions: readonly string[];
      readonly crds: readonly string[];
      /** Of each CRD whose objects are deleted: the namespaces that hold some. */
      readonly instances: Readonly<Record<string, readonly string[]>>;
    })[];
  };
}

/** What removing a package would do, and what it would break. Computed without changing anything. */
export interface UninstallPlan {
  readonly apiVersion: 'capstan.dev/v1alpha1';
  readonly kind: 'UninstallPlan';
  /** Over `inputs`. */
  readonly digest: string;
  readonly cluster: { readonly uid: string };
  /** The package that was asked for, and its version. */
  readonly package: string;
  readonly version: string;
  readonly deleteCrds: boolean;
  readonly cascade: boolean;
  readonly prune: boolean;
  /** Directory of the archive. */
  readonly archive?: string;
  /** What is removed, in this order: dependents first, then the package, then dependencies that nobody needs. */
  readonly packages: readonly PackageRemoval[];
  /** Applications that use a Definition of one of them. */
  readonly applications: readonly AffectedApplication[];
  /** Installed packages that need it, directly or not; with `cascade` they are removed too. */
  readonly dependents: readonly string[];
  /** Dependencies that nobody needs any more afterwards; removed only with `prune`. */
  readonly unneeded: readonly UnneededPackage[];
  /**
   * CapabilitySets that go on asking for the package, with their ranges, where people asked for it, too: it stays, nothing
   * is removed, and only the wish of people goes.
   */
  readonly staysFor?: Askers;
  readonly blockers: readonly PlanBlocker[];
  readonly warnings: readonly string[];
  /** All that `digest` covers, and nothing else. */
  readonly inputs: RemovalInputs;
  /** An earlier removal that did not end, which carrying this plan out completes. */
  readonly resumes?: {
    readonly journal: string;
    readonly step: string;
    readonly since: string;
    /** The plan with which the removal began, however often it was stopped since: an archive is that plan's. */
    readonly planDigest: string;
  };
}

/** A package that was installed only because others needed it, and nobody does any more. */
export interface UnneededPackage {
  readonly name: string;
  readonly version: string;
  readonly release: number;
  /** Who needed it. */
  readonly neededBy: readonly string[];
}

/** Something that stays, why, and the command that deletes it. */
export interface KeptThing {
  readonly what: string;
  readonly why: string;
  readonly delete?: string;
}

/** Where the saved objects are. */
export interface ArchiveSummary {
  readonly directory: string;
  readonly files: readonly string[];
  readonly objects: number;
  /** The command that brings the objects back, once the package is installed again. */
  readonly restore: string;
}

/** What became of a removal. */
export interface UninstallResult {
  /** The package that was asked for. */
  readonly package: string;
  readonly version: string;
  readonly packages: readonly { readonly name: string; readonly version: string; readonly release: number }[];
  /** In words: what was removed. */
  readonly removed: readonly string[];
  readonly kept: readonly KeptThing[];
  /** The same in words. */
  readonly left: readonly string[];
  readonly archive?: ArchiveSummary;
  /** The package is not removed: these CapabilitySets ask for it, in these ranges. */
  readonly staysFor?: Askers;
  /** Dependencies that nobody needs any more and that are still installed. */
  readonly unneeded: readonly UnneededPackage[];
}
