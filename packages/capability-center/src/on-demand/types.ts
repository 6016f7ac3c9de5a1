import type { UnknownKind } from '@capstan/oam-model';
import type { InstallGoal, InstallPlan } from '../plan/types.ts';

/** Who uses a kind: a component of an application, or a Component by itself. */
export interface KindUse {
  readonly application?: string;
  readonly component?: string;
}

/** A kind that an application uses and no Definition of the cluster registers, or no CRD serves. */
export interface MissingKind extends UnknownKind {
  readonly usedBy: readonly KindUse[];
}

/**
 * How a package stands that brings a missing kind. `offered`: it is not installed. `outdated`: the installed version does
 * not bring the kind, another one does. `damaged`: it is installed, and its Definition or CRD is gone. `interrupted`: its
 * installation was begun and has not ended. `installing` and `removing`: somebody works on it right now. `unavailable`: no
 * package that can be seen brings the kind.
 */
export type ProviderState =
  | 'offered'
  | 'outdated'
  | 'damaged'
  | 'interrupted'
  | 'installing'
  | 'removing'
  | 'unavailable';

/** A package that would bring a missing kind. */
export interface KindProvider {
  readonly package: string;
  readonly version: string;
  readonly center: string;
  /** What people call the kind there. */
  readonly shortName: string;
}

/** A missing kind, the package that would bring it, and how that one stands. */
export interface MissingCapability extends MissingKind {
  readonly state: ProviderState;
  /** Absent where nothing brings the kind. */
  readonly provider?: KindProvider;
  /** Other packages that bring the kind too, by name. */
  readonly alternatives: readonly string[];
  /** Where nothing brings the kind: names of types, installed or offered, that are near. */
  readonly nearest: readonly string[];
  /** In words: which package brings it, or why none does. */
  readonly why: string;
}

/** What an installation costs, in numbers. */
export interface InstallCost {
  /** Packages that are installed or changed, also those that only others need: `istio-route 1.30.3`. */
  readonly packages: readonly string[];
  readonly objects: number;
  readonly crds: number;
  readonly images: number;
  /** Rules of roles that the programs of the packages get and did not have before. */
  readonly rights: number;
  /** One sentence of each package: what its rights are for. */
  readonly rightsFor: readonly string[];
}

/** What applications need that the cluster does not have, and how to get it. */
export interface MissingReport {
  readonly missing: readonly MissingCapability[];
  /** What to install; empty while something is missing that no package brings, or that is on its way. */
  readonly goals: readonly InstallGoal[];
  /** What installing the goals would do; absent without goals, and where it could not be computed. */
  readonly plan?: InstallPlan;
  readonly cost?: InstallCost;
  /** The rights that the caller lacks to carry the plan out, in words. */
  readonly forbidden?: string;
  /** What the centers cannot show now, in words: a package may be hidden by it. */
  readonly warnings: readonly string[];
  /** The commands that install the goals, for who may run them. */
  readonly commands: readonly string[];
}
