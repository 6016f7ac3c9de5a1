import type { VersionId } from '@capstan/capability-model';
import type { Clause, LockAction, Proof, Repair, ResolverWarning } from './types.ts';

/** One package that moves, with the versions on its way. */
export interface UpgradeStep {
  readonly package: string;
  readonly action: Extract<LockAction, 'install' | 'upgrade' | 'downgrade'>;
  readonly from?: VersionId;
  readonly to: VersionId;
  /** Versions to go through, in order and without `to`. */
  readonly hops: readonly VersionId[];
  readonly because: Clause;
}

/** One Kubernetes upgrade, and the package upgrades that must be done before it, in this order. */
export interface UpgradeStage {
  /** Kubernetes version that this stage leads to. */
  readonly kubernetes: string;
  readonly first: readonly UpgradeStep[];
}

/** The Kubernetes version that a what-if asks about. */
export interface WhatIfQuestion {
  /** `1.36`, `v1.36.2`. */
  readonly kubernetes: string;
}

/**
 * Whether the cluster may go to another Kubernetes version. `ready`: at once. `after-upgrades`: after `first`, in that
 * order; `stages` tells the same per Kubernetes upgrade, where one set of versions does not fit all the way.
 */
export type WhatIfReport = {
  readonly from: string;
  readonly to: string;
  readonly warnings: readonly ResolverWarning[];
} & (
  | { readonly status: 'ready' }
  | {
      readonly status: 'after-upgrades';
      readonly first: readonly UpgradeStep[];
      readonly stages: readonly UpgradeStage[];
    }
  | {
      readonly status: 'impossible';
      /** The Kubernetes version that no set of versions gets to. */
      readonly stoppedAt: string;
      readonly proof: Proof;
      readonly repairs: readonly Repair[];
      /** At most 12 lines. */
      readonly explanation: string;
    }
  | { readonly status: 'undecided'; readonly explanation: string }
);

/** Why a package is installed. */
export interface WhyReport {
  readonly package: string;
  readonly version?: VersionId;
  readonly installed: boolean;
  /** Asked for by somebody, rather than only needed by others. */
  readonly goal: boolean;
  /** Who asked for it, in users' words; empty when nothing that is wanted needs it. */
  readonly askedBy: readonly string[];
  /** For each goal that leads here, the shortest chain of clauses from the goal to the package. */
  readonly chains: readonly WhyChain[];
  /** Installed packages that need it directly, with the clause. */
  readonly neededBy: readonly { readonly package: string; readonly because: Clause }[];
  /** Installed packages that need it through others too: what its removal would take along. */
  readonly dependents: readonly string[];
}

/** How a goal leads to a package. */
export interface WhyChain {
  readonly goal: string;
  readonly clauses: readonly Clause[];
}

/** A node of the graph of packages. */
export interface GraphNode {
  /** Unique: `goal:you`, `package:keda`, `capability:traffic-split`, `api:gateway.networking.k8s.io/HTTPRoute`. */
  readonly id: string;
  readonly kind: 'goal' | 'package' | 'capability' | 'api';
  readonly name: string;
  /** Of a package. */
  readonly version?: string;
  readonly center?: string;
}

/** An edge of the graph of packages, from what needs to what is needed, and from a package to what it provides. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: 'wants' | 'needs' | 'optional' | 'provides' | 'conflicts';
  /** The clause in users' words; the range for the label of an edge. */
  readonly text: string;
  readonly range?: string;
}

/** Packages, contracts and APIs with what binds them, in a fixed order. */
export interface PackageGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** One line of the difference of two locks. */
export interface LockDifference {
  readonly package: string;
  readonly action: LockAction;
  readonly from?: VersionId;
  readonly to?: VersionId;
  readonly hops?: readonly VersionId[];
  /** The clause that forced it; absent where no change of the resolution speaks of the package. */
  readonly because?: Clause;
}
