import type { Requirement } from '@capstan/capability-model';
import type { Assumption } from './engine/solver.ts';
import type { Pair, Universe } from './engine/universe.ts';
import type { Refusal } from './refusals.ts';
import type { Candidate, ResolverGoal } from './types.ts';

/** A way to meet a requirement that several packages can meet: one of them, in some of its versions, or nothing new. */
export interface Alternative {
  /** Ordinal of the package; undefined for what is in the cluster already without belonging to a package. */
  readonly provider?: number;
  /** Of the provider, the versions that meet the requirement. */
  readonly set?: Int32Array;
}

/** What an ordinal of the engine stands for: a package, or a requirement that several packages can meet. */
export type Subject =
  | { readonly kind: 'package'; readonly name: string; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'choice'; readonly requirement: Requirement; readonly alternatives: readonly Alternative[] };

/** What a rule of the engine was made from. */
export type RuleSource =
  /** Some versions of a package need this; `target` is the ordinal of what must be met. */
  | { readonly kind: 'requirement'; readonly of: number; readonly requirement: Requirement; readonly target: number }
  /** Some versions of a package and some of another one exclude each other. */
  | { readonly kind: 'conflict'; readonly of: number; readonly reason: string; readonly target: number }
  | { readonly kind: 'exclusive'; readonly of: number; readonly what: string; readonly target: number }
  /** An alternative of a choice is one of these versions: true by definition. */
  | { readonly kind: 'alternative'; readonly of: number; readonly target: number };

/** Versions of a package that cannot be chosen at all, for one reason. */
export interface RefusedVersions extends Refusal {
  readonly of: number;
  readonly set: Int32Array;
}

/** A goal as something that must hold; it may be several goals that say the same. */
export interface GoalAssumption extends Assumption {
  readonly goal: ResolverGoal;
}

/** Everything that some goals can lead to, and the rules between it: the part of a question that many can share. */
export interface Reached {
  readonly subjects: readonly Subject[];
  readonly universe: Universe;
  /** By the index that a rule was added with. */
  readonly rules: readonly RuleSource[];
  readonly pairs: readonly Pair[];
  readonly ordinals: ReadonlyMap<string, number>;
  /** Indexes of rules by their first and by their second subject. */
  readonly rulesFrom: ReadonlyMap<number, readonly number[]>;
  readonly rulesTo: ReadonlyMap<number, readonly number[]>;
}

/** A question in the engine's form, and what everything in it stands for. */
export interface Encoded extends Reached {
  readonly refused: readonly RefusedVersions[];
  readonly goals: readonly GoalAssumption[];
  /** What may be the case with each package at all: everything but the refused versions. */
  readonly initial: Int32Array;
}
