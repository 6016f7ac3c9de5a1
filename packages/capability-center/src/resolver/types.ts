import type { JsonObject } from '@capstan/base';
import type { CapabilityPackage, VersionId } from '@capstan/capability-model';

/** A package that somebody wants. */
export interface ResolverGoal {
  readonly package: string;
  readonly range: string;
  /** Who wants it, in users' words: `you`, `an earlier cap install`, `CapabilitySet shop`. */
  readonly askedBy: string;
  /** Only from this center. */
  readonly center?: string;
  /** Only versions of these channels; a channel that is not `stable` lets its pre-releases in. */
  readonly channels?: readonly string[];
  /** Values of the package's configuration, for requirements that depend on them (`when`). */
  readonly values?: JsonObject;
  /**
   * Wanted for longer, and met: packages that have nothing to do with other goals are then left as they are, faults and
   * all. Absent: true where somebody else than `you` wants an installed version.
   */
  readonly earlier?: boolean;
}

/** A package that is in the cluster: a preference, not a clause. */
export interface InstalledPackage {
  readonly package: string;
  readonly version: string;
  readonly release: number;
  readonly digest?: string;
  /** Values of its configuration, for requirements that depend on them (`when`). */
  readonly values?: JsonObject;
}

/** One version that can be chosen. */
export interface Candidate
  extends Pick<
    CapabilityPackage,
    'name' | 'version' | 'release' | 'requires' | 'conflicts' | 'platform' | 'lifecycle' | 'upgrade'
  > {
  readonly provides: Pick<CapabilityPackage['provides'], 'capabilities' | 'apis' | 'apiServices'>;
  readonly center: string;
  readonly digest: string;
  /** Channels that it is published in; `stable` when absent. */
  readonly channel?: CapabilityPackage['channel'];
  /** Says which values a requirement's `when` sees where the user sets none. */
  readonly config?: CapabilityPackage['config'];
  readonly trust?: CapabilityPackage['trust'];
  /** Why its metadata cannot be read; such a version is never chosen, and a proof says why. */
  readonly unreadable?: string;
}

/** An API that is in the cluster without belonging to an installed package. */
export interface UnmanagedApi {
  readonly group: string;
  readonly kind: string;
  readonly served: readonly string[];
  /** Who brought it, in users' words: `Helm release istio-base in istio-system`, `somebody`. */
  readonly owner: string;
}

/** What the resolver needs to know of the cluster. */
export interface ResolverFacts {
  /** Kubernetes version, with or without `v`. */
  readonly kubernetes: string;
  /** Kubernetes versions that everything must run on as well: those that the cluster is about to be upgraded to. */
  readonly alsoKubernetes?: readonly string[];
  readonly arch: readonly string[];
  readonly os?: readonly string[];
  readonly distribution?: string;
  /** APIs in the cluster that no installed package owns: they meet requirements, and no package may bring them too. */
  readonly apis?: readonly UnmanagedApi[];
}

/** A rule of the platform team: a version that breaks it is not chosen, and the proof names the rule. */
export interface PackageRule {
  /** What the rule is called, in users' words: `policy production`. */
  readonly by: string;
  /** Packages that it is about; all when absent. */
  readonly packages?: readonly string[];
  /** Installed versions stay as they are. */
  readonly freeze?: boolean;
  /** Only from these centers. */
  readonly centers?: readonly string[];
  /** Only with one of these signers in `trust.signer`. */
  readonly signers?: readonly string[];
  /** No higher major version than this. */
  readonly maxMajor?: number;
}

/** How to choose where several answers are right. */
export interface ResolverPolicy {
  /** Packages that should move to the newest version instead of staying as installed; `*` for all. */
  readonly lift?: readonly string[];
  readonly allowDowngrade?: boolean;
  readonly allowPrereleases?: boolean;
  /** Only versions of these channels; all when absent. What is installed may stay. */
  readonly channels?: readonly string[];
  readonly rules?: readonly PackageRule[];
  /** Which version is preferred of those that may be chosen freely; `newest` when absent. */
  readonly prefer?: 'newest' | 'lowest';
  /** Steps after which the answer is `undecided`. Counted, never timed, so that it is deterministic. */
  readonly maxSteps?: number;
}

/**
 * Everything that the resolver may look at. Any order of the same content gives the same result. The universe should
 * hold the installed versions too, also when no center offers them any more: else they cannot be kept.
 */
export interface ResolverInput {
  readonly goals: readonly ResolverGoal[];
  readonly installed: readonly InstalledPackage[];
  readonly universe: readonly Candidate[];
  readonly facts: ResolverFacts;
  readonly policy?: ResolverPolicy;
}

/** One package of the solution. */
export interface LockEntry {
  readonly package: string;
  readonly version: string;
  readonly release: number;
  readonly digest: string;
  readonly center: string;
  /** Packages of the lock that it needs: they are installed first and removed last. */
  readonly requires: readonly string[];
  /** Of them those that are needed only once it works (`at: run`): they may come after it. Absent when there is none. */
  readonly onlyToRun?: readonly string[];
}

/** The whole solution, dependencies before those that need them. */
export type Lock = readonly LockEntry[];

/** What kind of rule a clause is. */
export type ClauseKind =
  | 'goal'
  | 'requirement'
  | 'conflict'
  | 'exclusive'
  | 'platform'
  | 'lifecycle'
  | 'upgrade'
  | 'policy'
  | 'one-version'
  /** What the centers offer at all. */
  | 'catalog';

/** A rule that took part in the answer, in users' words. */
export interface Clause {
  readonly kind: ClauseKind;
  readonly text: string;
  /** The package that states the rule, in which versions (in words, and each of them), where a package does. */
  readonly stated?: {
    readonly by: string;
    readonly version: string;
    readonly rule: string;
    readonly versions: readonly string[];
  };
}

/** What happens to a package between two locks. */
export type LockAction = 'install' | 'upgrade' | 'downgrade' | 'keep' | 'unneeded';

/** What the lock changes for one package, and the clause that forced it. */
export interface LockChange {
  readonly package: string;
  readonly action: LockAction;
  readonly from?: VersionId;
  readonly to?: VersionId;
  readonly because: Clause;
  /** Versions to go through on the way, in order and without `to`, where one step does not lead there. */
  readonly hops?: readonly VersionId[];
  /** Packages whose hops come first, because this version does not fit them: it moves once those have arrived. */
  readonly waitsFor?: readonly string[];
}

/** A rule, or what follows from rules. */
export interface ProofNode {
  readonly id: number;
  readonly kind: ClauseKind | 'derived' | 'conclusion';
  readonly text: string;
  readonly stated?: Clause['stated'];
}

/**
 * Why there is no solution: leaves are rules of the input, and together they cannot hold; `derived` nodes follow from
 * those that lead to them.
 */
export interface Proof {
  readonly nodes: readonly ProofNode[];
  readonly edges: readonly { readonly from: number; readonly to: number }[];
}

/** A change of the question that was tried and has an answer. */
export interface Repair {
  readonly text: string;
  /** The goals that were solved instead. */
  readonly goals: readonly ResolverGoal[];
  /** The policy that was used instead, where it differs. */
  readonly policy?: ResolverPolicy;
  /** Packages that would be installed or moved. */
  readonly changes: number;
  /** What kind of change it is; `none` harms nobody, `high` takes something away from somebody. */
  readonly risk?: RepairRisk;
  /** The Kubernetes version that was assumed instead, where the way out is to upgrade the cluster first. */
  readonly kubernetes?: string;
}

/** How much harm a way out may do. */
export type RepairRisk = 'none' | 'low' | 'medium' | 'high';

/** What is not right already, outside of what was asked: it blocks nothing. */
export interface ResolverWarning {
  readonly package: string;
  readonly text: string;
}

/** The answer, as data; text is rendered from it. */
export type ResolverResult = {
  readonly inputsDigest: string;
  /** Choices tried. */
  readonly steps: number;
  /** Faults of installed packages that the goals have nothing to do with. */
  readonly warnings?: readonly ResolverWarning[];
} & (
  | { readonly status: 'solved'; readonly lock: Lock; readonly changes: readonly LockChange[] }
  | {
      readonly status: 'unsatisfiable';
      readonly proof: Proof;
      readonly repairs: readonly Repair[];
      /** At most 12 lines. */
      readonly explanation: string;
    }
  | {
      readonly status: 'undecided';
      readonly explanation: string;
      /** The two packages whose versions clashed most often. */
      readonly hottest?: readonly string[];
    }
);
