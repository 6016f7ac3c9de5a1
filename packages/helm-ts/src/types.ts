import type { JsonObject, KubernetesObject, Logger } from '@capstan/base';

/** How `createHelm` finds Helm and the cluster. */
export interface HelmOptions {
  /** Path of the Helm binary; before `CAPSTAN_HELM`, `PATH` and the bundled build. */
  readonly binary?: string;
  /** The environment to look in and to pass on; default: the process's. Its own `HELM_*` variables are not passed on. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Path of the kubeconfig; default: what `KUBECONFIG` or the home directory says. */
  readonly kubeconfig?: string;
  readonly context?: string;
  /** Whom Helm acts as towards the cluster. */
  readonly asUser?: string;
  readonly asGroups?: readonly string[];
  /** Where the bundled build and Helm's own files are kept; default: `capstan` in the user's cache directory. */
  readonly cacheDirectory?: string;
  readonly log?: Logger;
}

/** A Helm binary that was found and whose version is good enough. */
export interface HelmBinary {
  readonly path: string;
  readonly version: string;
  readonly from: 'option' | 'CAPSTAN_HELM' | 'PATH' | 'bundled';
}

/** One line of Helm's messages (standard error), in logfmt: `level=DEBUG msg="..." key=value`. */
export interface OutputLine {
  readonly text: string;
}

/** What every call takes. */
export interface CallOptions {
  readonly namespace?: string;
  /**
   * How long the call may take: 5 minutes where it changes the cluster, 1 minute where it reads. Helm gets the same
   * limit for its own waiting; if it has not ended 10 s later it is stopped. The error is TIMED_OUT in both cases.
   */
  readonly timeLimitMs?: number;
  /** Aborting sends SIGTERM to Helm's process group, SIGKILL 10 s later; the call then rejects with CANCELLED. */
  readonly signal?: AbortSignal;
  /** Called for each line of Helm's messages as it is printed. */
  readonly onOutput?: (line: OutputLine) => void;
}

/**
 * A chart: a directory, an archive, an `oci://` or `https://` address, or `alias/chart` after `repo.add`; or a chart's
 * name in a repository's address. Addresses that carry user information are refused.
 */
export type ChartReference =
  | string
  | { readonly name: string; readonly repository?: string; readonly version?: string };

/** Values of a chart; they reach Helm through its standard input, never through arguments or files. */
export type ChartValues = JsonObject;

/** Flags of the calls that render a chart. */
export interface RenderFlags {
  readonly values?: ChartValues;
  readonly skipCrds?: boolean;
  readonly noHooks?: boolean;
}

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

/** Flags of `uninstall`. */
export interface UninstallFlags extends CallOptions {
  readonly wait?: boolean;
  readonly noHooks?: boolean;
  readonly keepHistory?: boolean;
  /** No release is success. */
  readonly ignoreNotFound?: boolean;
}

/** Flags of `template`. */
export interface TemplateFlags extends CallOptions, RenderFlags {
  /** Also the objects of the chart's `crds/` folder. */
  readonly includeCrds?: boolean;
  /** The Kubernetes version that the chart's conditions see; without it Helm's built-in one. */
  readonly kubeVersion?: string;
  readonly apiVersions?: readonly string[];
  readonly isUpgrade?: boolean;
  readonly showOnly?: readonly string[];
}

/** Flags of `list`. */
export interface ListFlags extends CallOptions {
  readonly allNamespaces?: boolean;
  /** A regular expression for release names. */
  readonly filter?: string;
  /** A label selector over the release's own record. */
  readonly selector?: string;
}

/** Flags of `package`. */
export interface PackageFlags extends CallOptions {
  readonly destination: string;
  readonly version?: string;
  readonly appVersion?: string;
}

/** Flags of `repo.add`. The password goes through standard input. */
export interface RepoAddFlags extends CallOptions {
  readonly username?: string;
  readonly password?: string;
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

/** A chart's Chart.yaml, as far as it is read. */
export interface ChartMetadata {
  readonly name: string;
  readonly version: string;
  readonly appVersion?: string;
  readonly kubeVersion?: string;
  readonly description?: string;
  readonly dependencies?: readonly { readonly name: string; readonly version?: string; readonly repository?: string }[];
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

/**
 * The Helm command line with types. Every failure is a CapstanError with a code of `HELM_CODES`; `fields.release` and
 * `fields.namespace` name the release, TIMED_OUT carries `fields.blocking` (BlockingObject[]), CONFLICT
 * `fields.manager`, `fields.object` and `fields.paths`, all of them the end of Helm's own message in `fields.output`.
 */
export interface Helm {
  readonly binary: HelmBinary;
  /** Rejects with NAME_IN_USE when the release exists, PENDING_OPERATION when another operation holds it. */
  install(name: string, chart: ChartReference, flags?: ReleaseFlags): Promise<Release>;
  upgrade(name: string, chart: ChartReference, flags?: UpgradeFlags): Promise<Release>;
  /** Also removes a release in a pending state. Rejects with RELEASE_NOT_FOUND unless `ignoreNotFound`. */
  uninstall(name: string, flags?: UninstallFlags): Promise<void>;
  /** Renders without a cluster. */
  template(name: string, chart: ChartReference, flags?: TemplateFlags): Promise<KubernetesObject[]>;
  status(name: string, flags?: CallOptions & { readonly revision?: number }): Promise<Release>;
  /** Releases in every state. */
  list(flags?: ListFlags): Promise<ListedRelease[]>;
  history(name: string, flags?: CallOptions): Promise<Revision[]>;
  /** Writes a chart directory as an archive; answers its path. */
  package(directory: string, flags: PackageFlags): Promise<string>;
  version(flags?: CallOptions): Promise<string>;
  readonly get: {
    manifest(name: string, flags?: CallOptions): Promise<KubernetesObject[]>;
    /** The given values, or with `all` those and the chart's defaults. */
    values(name: string, flags?: CallOptions & { readonly all?: boolean }): Promise<ChartValues>;
  };
  readonly show: {
    chart(chart: ChartReference, flags?: CallOptions): Promise<ChartMetadata>;
    /** Only what lies in the chart's `crds/` folder; CRDs among its templates come from `template`. */
    crds(chart: ChartReference, flags?: CallOptions): Promise<KubernetesObject[]>;
  };
  readonly repo: {
    /** Makes `name/chart` usable in this client's own Helm home; replaces an entry of that name. */
    add(name: string, url: string, flags?: RepoAddFlags): Promise<void>;
  };
}
