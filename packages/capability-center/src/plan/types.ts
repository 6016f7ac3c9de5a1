import type { JsonObject, ObjectReference } from '@capstan/base';
import type { CapabilityPackage, CrdOffer, DefinitionOffer } from '@capstan/capability-model';
import type { FieldChange } from './object-diff.ts';
import type { PermissionGrant } from './permissions.ts';

/** What a user asks for: a package in a range of versions, with values for its configuration. */
export interface InstallGoal {
  readonly package: string;
  /** A range; `*` when absent. */
  readonly range?: string;
  /** Configuration values. Absent keeps those of the installed version; `{}` goes back to the defaults. */
  readonly values?: JsonObject;
  /** Only take it from this center. */
  readonly center?: string;
}

/** What `planInstall` is asked. */
export interface PlanRequest {
  readonly goals: readonly InstallGoal[];
  /** Accepts charts that describe the real one without its programs on a cluster that runs pods. */
  readonly allowStandIns?: boolean;
}

/** What happens to a package. `repair` puts back what is missing of an installed version. */
export type PackageAction = 'install' | 'upgrade' | 'repair' | 'none';

/** What an apply would do to an object. */
export type ObjectAction = 'create' | 'change' | 'unchanged' | 'remove';

/** One rendered object and what installing it would change. */
export interface ObjectPlan {
  readonly object: ObjectReference;
  readonly action: ObjectAction;
  /** Only with `change`; values of Secrets are hidden. */
  readonly changes?: readonly FieldChange[];
}

/** One CRD. `keep-newer` leaves a CRD alone that a later version of the package wrote. */
export interface CrdPlan {
  readonly name: string;
  readonly kind: string;
  readonly action: 'create' | 'change' | 'unchanged' | 'keep-newer';
  readonly from: CrdOffer['from'];
  readonly served: readonly string[];
  readonly storage: string;
  /** Digest of the body that is applied. */
  readonly digest: string;
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

/** One Helm release: its chart, where the chart was found, and what it brings. */
export interface UnitPlan {
  readonly id: string;
  readonly release: string;
  readonly namespace: string;
  readonly action: PackageAction;
  readonly chart: ChartPlan;
  /** Digest of chart, values and names: all that decides what is installed. A release that carries it is done. */
  readonly digest: string;
  readonly objects: readonly ObjectPlan[];
  readonly timeoutSeconds: number;
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

/** What the plan does with one package. Packages come in the order of their installation. */
export interface PackagePlan {
  readonly name: string;
  readonly version: string;
  readonly release: number;
  readonly center: string;
  readonly metadataDigest: string;
  readonly action: PackageAction;
  /** The version in force before, with `upgrade`. */
  readonly from?: string;
  /** Why this package and this version, in words. */
  readonly why: string;
  /** Asked for by the user, or needed by another package. */
  readonly goal: boolean;
  readonly range: string;
  /** Packages of this plan or installed ones that it needs. */
  readonly requires: readonly string[];
  readonly values: JsonObject;
  readonly namespace: { readonly name: string; readonly action: 'create' | 'use' };
  readonly units: readonly UnitPlan[];
  readonly crds: readonly CrdPlan[];
  readonly definitions: readonly DefinitionPlan[];
  readonly permissions: readonly PermissionGrant[];
  readonly images: readonly string[];
  /** The package's metadata, so that the plan can be carried out and undone without a registry. */
  readonly metadata: CapabilityPackage;
}

/** An application that uses a Definition which the plan changes. */
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

/**
 * What an installation would do, computed without changing anything. It is data, bound by `digest` (over the canonical
 * JSON of everything else): what was shown is what is carried out.
 */
export interface InstallPlan {
  readonly apiVersion: 'capstan.dev/v1alpha1';
  readonly kind: 'InstallPlan';
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
  readonly packages: readonly PackagePlan[];
  readonly applications: readonly AffectedApplication[];
  readonly blockers: readonly PlanBlocker[];
  readonly warnings: readonly string[];
  /** An earlier run that did not end, which carrying this plan out completes. */
  readonly resumes?: { readonly journal: string; readonly step: string; readonly since: string };
  /** False when everything is installed as asked: carrying the plan out then writes nothing. */
  readonly changes: boolean;
}
