import type { JsonObject, ObjectReference } from '@capstan/base';
import type { CapabilityPackage, CrdOffer, DefinitionOffer, DetectRule } from '@capstan/capability-model';
import type { Askers } from '../installer/askers.ts';
import type { LockChange } from '../resolver/types.ts';
import type { RollbackCertificate } from './certificate-types.ts';
import type { CrdReview, StorageMigration } from './crd-diff/types.ts';
import type { FieldChange } from './object-diff.ts';
import type { PermissionDelta } from './permission-delta.ts';
import type { PermissionGrant } from './permissions.ts';
import type { PlanInputs } from './plan-inputs.ts';

/** What a plan is for. */
export type PlanOperation = 'install' | 'upgrade' | 'rollback';

/** What a user asks for: a package in a range of versions, with values for its configuration. */
export interface InstallGoal {
  readonly package: string;
  /** A range; `*` when absent. */
  readonly range?: string;
  /** Configuration values. Absent keeps those of the installed version; `{}` goes back to the defaults. */
  readonly values?: JsonObject;
  /** Only take it from this center. */
  readonly center?: string;
  /** Who asks, in users' words: `you` when absent, `CapabilitySet shop`. */
  readonly askedBy?: string;
}

/** What somebody else asks for of a package, so that the choice suits both. */
export interface BesideWish {
  readonly package: string;
  readonly askedBy: string;
  readonly range: string;
}

/** What `planInstall` is asked. */
export interface PlanRequest {
  readonly goals: readonly InstallGoal[];
  /** What others ask for of the same packages, where that is not in force yet. */
  readonly besides?: readonly BesideWish[];
  /** Accepts charts that describe the real one without its programs on a cluster that runs pods. */
  readonly allowStandIns?: boolean;
  /** Takes over Helm releases of the same chart, name and namespace that were installed by hand. */
  readonly adopt?: boolean;
  /** Lets installed packages go back to a lower version when the goals need it. */
  readonly allowDowngrade?: boolean;
}

/** What `planUpgrade` is asked: only the named packages are lifted, and what they need for it. */
export interface UpgradeRequest {
  readonly packages: readonly string[] | 'all';
  /** A range for the one named package; the newest version that fits when absent. */
  readonly to?: string;
  /** New values for the one named package; the present ones are kept when absent. */
  readonly values?: JsonObject;
  readonly allowStandIns?: boolean;
  readonly allowDowngrade?: boolean;
}

/** What `planRollback` is asked. */
export interface RollbackRequest {
  readonly package: string;
  /** Number of a revision, or a version that one of them has; the revision before the present one when absent. */
  readonly to?: string;
  readonly allowStandIns?: boolean;
}

/**
 * What happens to a package. `repair` puts back what is missing of an installed version; `adopt` takes over a Helm
 * release that somebody installed by hand, without changing it.
 */
export type PackageAction = 'install' | 'upgrade' | 'downgrade' | 'repair' | 'adopt' | 'none';

/** What an apply would do to an object. */
export type ObjectAction = 'create' | 'change' | 'unchanged' | 'remove';

/** One rendered object and what installing it would change. */
export interface ObjectPlan {
  readonly object: ObjectReference;
  readonly action: ObjectAction;
  /** Only with `change`; values of Secrets are hidden. */
  readonly changes?: readonly FieldChange[];
}

/** One hook of a chart: an object that Helm makes, waits for and may delete again at certain moments. */
export interface HookPlan {
  readonly object: ObjectReference;
  /** `pre-upgrade`, `post-install`, ... */
  readonly events: readonly string[];
}

/** One CRD. `keep-newer` leaves a CRD alone that a later version of the package wrote. */
export interface CrdPlan {
  readonly name: string;
  readonly kind: string;
  readonly action: 'create' | 'change' | 'unchanged' | 'keep-newer';
  readonly from: Exclude<CrdOffer['from'], 'runtime'>;
  readonly served: readonly string[];
  readonly storage: string;
  /** Digest of the body that is applied. */
  readonly digest: string;
  /** Digest of the body in the cluster, without what the server writes; absent with `create`. */
  readonly liveDigest?: string;
  /** Only with `change`: what the static rules and the stored instances say. */
  readonly verdict?: CrdReview;
  /** Stored objects that must be rewritten after the CRD was applied; a step of its own. */
  readonly migrate?: StorageMigration;
}

/** One Definition that applications may use once the package is ready. */
export interface DefinitionPlan {
  readonly name: string;
  readonly role: DefinitionOffer['role'];
  readonly shortName: string;
  readonly kind: string;
  readonly summary?: string;
  readonly action: ObjectAction;
}

interface UnitPlanBase {
  readonly id: string;
  readonly namespace: string;
  readonly action: PackageAction;
  /** Digest of content, values and names: all that decides what is installed. A unit that carries it is done. */
  readonly digest: string;
  readonly objects: readonly ObjectPlan[];
  /** Ids of units of the same package that must be ready before. */
  readonly after: readonly string[];
  readonly timeoutSeconds: number;
}

/** One Helm release: its chart, where the chart was found, and what it brings. */
export interface HelmUnitPlan extends UnitPlanBase {
  readonly type: 'helm';
  readonly release: string;
  readonly chart: ChartPlan;
  readonly hooks: readonly HookPlan[];
}

/** Objects that the package's metadata carries, applied by the installer itself. */
export interface ManifestsUnitPlan extends UnitPlanBase {
  readonly type: 'manifests';
}

/** One unit of a package. */
export type UnitPlan = HelmUnitPlan | ManifestsUnitPlan;

/** The Helm releases among planned units, in their order. */
export function helmUnitPlans(units: readonly UnitPlan[]): HelmUnitPlan[] {
  return units.filter((unit) => unit.type === 'helm');
}

/** Which chart a unit installs. */
export interface ChartPlan {
  readonly name: string;
  readonly version: string;
  /** The upstream repository, as the package names it. */
  readonly repository: string;
  /** The mirror that stood for it. */
  readonly mirror?: string;
  /** Digest of the chart's files. */
  readonly digest: string;
  readonly standIn: boolean;
}

/** What is taken over from a hand-made installation. */
export interface AdoptionPlan {
  /** Version of the package that the release has. */
  readonly version: string;
  readonly releases: readonly { readonly unit: string; readonly namespace: string; readonly release: string }[];
  /** How sure the version is, and by what. */
  readonly confidence: DetectRule['confidence'];
  readonly evidence: readonly string[];
  /** Where the release differs from what the package would install; empty for a take-over without any change. */
  readonly differences: readonly string[];
}

/** What the plan does with one package. Packages come in the order of their installation. */
export interface PackagePlan {
  readonly name: string;
  readonly version: string;
  readonly release: number;
  readonly center: string;
  readonly metadataDigest: string;
  readonly action: PackageAction;
  /** The version in force before, with `upgrade` and `downgrade`. */
  readonly from?: string;
  /** Versions that later plans must go through after this one, in order: a direct step is not allowed. */
  readonly hops?: readonly string[];
  /** Why this package and this version, in words. */
  readonly why: string;
  /** Asked for by somebody, or needed by another package. */
  readonly goal: boolean;
  /** Who asks for it, and in which range; empty without `goal`. */
  readonly askedBy: Askers;
  /** The versions that suit all who ask. */
  readonly range: string;
  /** Packages of this plan or installed ones that it needs. */
  readonly requires: readonly string[];
  /** Of them those that it needs only once it works: its installation does not wait for them. */
  readonly onlyToRun?: readonly string[];
  readonly values: JsonObject;
  /** Where the values come from. */
  readonly valuesFrom: 'given' | 'kept' | 'defaults' | 'release' | 'revision';
  readonly namespace: { readonly name: string; readonly action: 'create' | 'use' };
  readonly units: readonly UnitPlan[];
  readonly crds: readonly CrdPlan[];
  readonly definitions: readonly DefinitionPlan[];
  readonly permissions: readonly PermissionGrant[];
  /** What changes in the rights, compared with the version in force, and what the metadata does not declare. */
  readonly permissionDelta: PermissionDelta;
  readonly images: readonly string[];
  /** Whether and until which step the change can be taken back, computed before it is made. */
  readonly certificate: RollbackCertificate;
  readonly adopts?: AdoptionPlan;
  /** With `rollback`: number of the revision whose content comes back. */
  readonly revision?: number;
  /** The package's metadata, so that the plan can be carried out and undone without a registry. */
  readonly metadata: CapabilityPackage;
}

/** An application that uses a Definition which the plan changes or takes away. */
export interface AffectedApplication {
  readonly namespace: string;
  readonly name: string;
  readonly definitions: readonly string[];
}

/** Something that forbids to carry a plan out, in the shape of an error. */
export interface PlanBlocker {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly next?: readonly string[];
  readonly object?: ObjectReference;
  readonly owner?: string;
}

/** What the resolver decided: every package of the new lock with the clause that forced it, also those that stay. */
export interface PlanResolution {
  readonly changes: readonly LockChange[];
}

/**
 * What an installation, upgrade or rollback would do, computed without changing anything. It is data, bound by `digest`:
 * goals, values, versions with the digests of metadata and charts, the rendered objects' identities and the facts of
 * the cluster. What was approved is what is carried out.
 */
export interface InstallPlan {
  readonly apiVersion: 'capstan.dev/v1alpha1';
  readonly kind: 'InstallPlan';
  readonly operation: PlanOperation;
  readonly digest: string;
  /** The cluster: its context's name, version, identity and whether its pods are simulated. */
  readonly cluster: {
    readonly context: string;
    readonly uid: string;
    readonly version: string;
    readonly simulated: boolean;
  };
  readonly goals: readonly InstallGoal[];
  readonly allowStandIns: boolean;
  readonly resolution: PlanResolution;
  readonly packages: readonly PackagePlan[];
  readonly applications: readonly AffectedApplication[];
  /** The weakest of the packages' certificates, with all their reasons. */
  readonly certificate: RollbackCertificate;
  readonly blockers: readonly PlanBlocker[];
  readonly warnings: readonly string[];
  /** All that `digest` covers, and nothing else. */
  readonly inputs: PlanInputs;
  /** An earlier run that did not end, which carrying this plan out completes. */
  readonly resumes?: {
    readonly journal: string;
    readonly step: string;
    readonly since: string;
    /** The plan of that run. */
    readonly planDigest: string;
  };
  /** False when everything is installed as asked: carrying the plan out then writes nothing. */
  readonly changes: boolean;
  /** Without changes: digests of the plans that brought what is in force. */
  readonly carriedOut?: readonly string[];
}
