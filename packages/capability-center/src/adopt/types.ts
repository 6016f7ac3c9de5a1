import type { JsonObject, ObjectReference } from '@capstan/base';
import type { DetectRule } from '@capstan/capability-model';
import type { ReleaseStatus } from '@capstan/helm-ts';

/** How sure it is that an installation is of a package. */
export type Confidence = DetectRule['confidence'];

/** A Helm release of the cluster as its record tells, decoded within bounds. */
export interface HelmReleaseRecord {
  readonly name: string;
  readonly namespace: string;
  readonly revision: number;
  readonly status: ReleaseStatus;
  /** The package that Capstan made it for; absent when it is not ours. */
  readonly package?: string;
  readonly chart: { readonly name: string; readonly version: string; readonly appVersion?: string };
  /** What it brought, in the order of its manifest. */
  readonly objects: readonly ObjectReference[];
  /** Names of the CRDs among them: those that an uninstall by Helm would delete with every object of their kinds. */
  readonly crds: readonly string[];
  /** Those of them that carry the keep annotation in the release's manifest. */
  readonly keptCrds: readonly string[];
}

/** The whole record of a Helm release. Values and texts can hold secrets: they are never shown or logged. */
export interface StoredRelease extends HelmReleaseRecord {
  /** The values that were given. */
  readonly values: JsonObject;
  /** Labels that somebody gave to the record, beside Helm's own. */
  readonly labels: Readonly<Record<string, string>>;
  /** The documents of the manifest, as text. */
  readonly manifest: readonly string[];
  /** The hooks, as text. */
  readonly hooks: readonly string[];
}

/** A workload of the cluster, as far as detection reads it. */
export interface WorkloadFact {
  readonly reference: ObjectReference;
  readonly labels: Readonly<Record<string, string>>;
  readonly images: readonly string[];
  /** `namespace/name` of the Helm release that owns it. */
  readonly release?: string;
  /** The package that Capstan applied it for. */
  readonly package?: string;
}

/** A CRD of the cluster, as far as detection reads it. */
export interface CrdFact {
  readonly name: string;
  /** `namespace/name` of the Helm release that owns it. */
  readonly release?: string;
  /** The package that Capstan applied it for. */
  readonly package?: string;
}

/** What detection looks at. */
export interface DetectionFacts {
  readonly releases: readonly HelmReleaseRecord[];
  readonly workloads: readonly WorkloadFact[];
  readonly crds: readonly CrdFact[];
  /** Packages that Capstan has installed: what belongs to them is not detected. */
  readonly installed: readonly string[];
}

/** An installation of a package that somebody made without Capstan. */
export interface DetectedInstall {
  readonly package: string;
  /** The version that was read; absent where nothing tells it. */
  readonly version?: string;
  /** A version of the package in the catalog that it is, so that it can be adopted. */
  readonly offered?: string;
  readonly confidence: Confidence;
  /** In words: what was found, the strongest first. */
  readonly evidence: readonly string[];
  /** The Helm releases, one for each unit of the package as far as they were found. */
  readonly releases: readonly HelmReleaseRecord[];
  /** Workloads that no Helm release owns. */
  readonly workloads: readonly ObjectReference[];
  /** CRDs of the package that are there. */
  readonly crds: readonly CrdFact[];
  readonly adoptable: boolean;
  /** Why it cannot be taken over, in words; absent when it can. */
  readonly obstacle?: string;
}
