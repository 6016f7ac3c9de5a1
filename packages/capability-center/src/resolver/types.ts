import type { CapabilityPackage } from '@capstan/capability-model';

/** A package that somebody wants. */
export interface ResolverGoal {
  readonly package: string;
  readonly range: string;
  /** Who wants it, in users' words: `you`, `CapabilityInstall keda`, `CapabilitySet shop`. */
  readonly askedBy: string;
  /** Only from this center. */
  readonly center?: string;
}

/** A package that is in the cluster: a preference, not a clause. */
export interface InstalledPackage {
  readonly package: string;
  readonly version: string;
  readonly release: number;
  readonly digest?: string;
}

/** One version that can be chosen. */
export interface Candidate
  extends Pick<
    CapabilityPackage,
    'name' | 'version' | 'release' | 'requires' | 'conflicts' | 'platform' | 'lifecycle' | 'upgrade'
  > {
  readonly provides: Pick<CapabilityPackage['provides'], 'capabilities' | 'apis'>;
  readonly center: string;
  readonly digest: string;
}

/** What the resolver needs to know of the cluster. */
export interface ResolverFacts {
  /** Kubernetes version, with or without `v`. */
  readonly kubernetes: string;
  readonly arch: readonly string[];
}

/** How to choose where several answers are right. */
export interface ResolverPolicy {
  /** Packages that should move to the newest version instead of staying as installed; `*` for all. */
  readonly lift?: readonly string[];
  readonly allowDowngrade?: boolean;
  readonly allowPrereleases?: boolean;
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
  | 'one-version'
  /** What the centers offer at all. */
  | 'catalog';

/** A rule that took part in the answer, in users' words. */
export interface Clause {
  readonly kind: ClauseKind;
  readonly text: string;
  /** The one package version that states the rule, where it is one: versions with the same rule are told together. */
  readonly stated?: { readonly by: string; readonly version: string; readonly rule: string };
}

/** What the lock changes for one package, and the clause that forced it. */
export interface LockChange {
  readonly package: string;
  readonly action: 'install' | 'upgrade' | 'downgrade' | 'keep' | 'unneeded';
  readonly from?: { readonly version: string; readonly release: number };
  readonly to?: { readonly version: string; readonly release: number };
  readonly because: Clause;
}

/** Why there is no solution: leaves are rules of the input, and together they cannot hold. */
export interface Proof {
  readonly nodes: readonly { readonly id: number; readonly kind: ClauseKind | 'conclusion'; readonly text: string }[];
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
}

/** The answer, as data; text is rendered from it. */
export type ResolverResult = {
  readonly inputsDigest: string;
  /** Choices tried. */
  readonly steps: number;
} & (
  | { readonly status: 'solved'; readonly lock: Lock; readonly changes: readonly LockChange[] }
  | {
      readonly status: 'unsatisfiable';
      readonly proof: Proof;
      readonly repairs: readonly Repair[];
      /** At most 12 lines. */
      readonly explanation: string;
    }
  | { readonly status: 'undecided'; readonly explanation: string }
);
