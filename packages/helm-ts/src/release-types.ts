import type { JsonObject, KubernetesObject } from '@capstan/base';
import type { CallOptions } from './call-types.ts';
import type { ChartValues, RenderFlags } from './chart-types.ts';

/** Flags of the calls that write a release. */
export interface ReleaseFlags extends CallOptions, RenderFlags {
  /** `true` waits for every object to be ready (Helm's watcher); otherwise only hooks are waited for. */
  readonly wait?: boolean;
  readonly waitForJobs?: boolean;
  readonly createNamespace?: boolean;
  /** Labels of the release's own record. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly description?: string;
  readonly takeOwnership?: boolean;
  readonly forceConflicts?: boolean;
  readonly rollbackOnFailure?: boolean;
  /**
   * Leaves the check against the cluster's OpenAPI documents to the API server, which makes it strictly when the objects
   * are applied: Helm would fetch the documents of every group for each call.
   */
  readonly disableOpenApiValidation?: boolean;
}

/** Flags of `upgrade`. */
export interface UpgradeFlags extends ReleaseFlags {
  /** Installs where there is no release yet. Does not take over a release that is in a pending state. */
  readonly install?: boolean;
  /**
   * `reset`, the default: only the given values count, also when none are given (Helm itself would then silently reuse
   * the last release's). `reuse`: on top of the last release's values.
   */
  readonly valuesFrom?: 'reset' | 'reuse' | 'reset-then-reuse';
  readonly historyMax?: number;
}

/** Flags of `rollback`. */
export interface RollbackFlags extends CallOptions {
  /** `true` waits for every object to be ready (Helm's watcher); otherwise only hooks are waited for. */
  readonly wait?: boolean;
  readonly waitForJobs?: boolean;
  readonly noHooks?: boolean;
  readonly forceConflicts?: boolean;
  /** Deletes what the rollback itself had created when it fails. */
  readonly cleanupOnFail?: boolean;
  readonly historyMax?: number;
}

/** Flags of `uninstall`. */
export interface UninstallFlags extends CallOptions {
  readonly wait?: boolean;
  readonly noHooks?: boolean;
  readonly keepHistory?: boolean;
  /** No release is success. */
  readonly ignoreNotFound?: boolean;
}

/** Flags of `list`. */
export interface ListFlags extends CallOptions {
  readonly allNamespaces?: boolean;
  /** A regular expression for release names. */
  readonly filter?: string;
  /** A label selector over the release's own record. */
  readonly selector?: string;
}

/** Helm's release states. */
export type ReleaseStatus =
  | 'unknown'
  | 'deployed'
  | 'uninstalled'
  | 'superseded'
  | 'failed'
  | 'uninstalling'
  | 'pending-install'
  | 'pending-upgrade'
  | 'pending-rollback';

/** A release as `install`, `upgrade` and `status` report it. */
export interface Release {
  readonly name: string;
  readonly namespace: string;
  readonly revision: number;
  readonly status: ReleaseStatus;
  readonly description: string;
  readonly firstDeployed: string;
  readonly lastDeployed: string;
  readonly notes?: string;
  /** What the chart rendered to, as YAML; `parseManifest` reads it. Can hold Secrets. */
  readonly manifest: string;
  /** The values that were given, not the chart's defaults. Can hold secrets. */
  readonly values: ChartValues;
}

/** A release as `list` reports it. */
export interface ListedRelease {
  readonly name: string;
  readonly namespace: string;
  readonly revision: number;
  readonly status: ReleaseStatus;
  /** Name and version of the chart, joined by a hyphen. */
  readonly chart: string;
  readonly appVersion: string;
  readonly updated: string;
}

/** One revision as `history` reports it, oldest first. */
export interface Revision {
  readonly revision: number;
  readonly status: ReleaseStatus;
  readonly chart: string;
  readonly appVersion: string;
  readonly updated: string;
  readonly description: string;
}

/** What blocked a call that waited in vain, as Helm names it. */
export interface BlockingObject {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  /** `InProgress`, `Terminating`, ... */
  readonly status: string;
  readonly message: string;
}

/** Which revision of a release is read; the newest by default. */
export interface RevisionFlags extends CallOptions {
  readonly revision?: number;
}

/** What `get.metadata` reports: a release without its manifest and values. */
export interface ReleaseMetadata {
  readonly name: string;
  readonly namespace: string;
  readonly revision: number;
  readonly status: ReleaseStatus;
  readonly chart: string;
  readonly chartVersion: string;
  readonly appVersion: string;
  readonly deployedAt: string;
  /** `server-side` or `client-side` apply, as recorded. */
  readonly applyMethod?: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Everything that Helm recorded of a revision. */
export interface ReleaseRecord extends ReleaseMetadata {
  readonly values: JsonObject;
  readonly notes?: string;
  readonly manifest: readonly KubernetesObject[];
  readonly hooks: readonly KubernetesObject[];
}
