import type { KubernetesObject } from '@capstan/base';
import type { CallOptions, HelmBinary } from './call-types.ts';
import type {
  ChartMetadata,
  ChartReference,
  ChartValues,
  LintFlags,
  LintReport,
  PackageFlags,
  PulledChart,
  PullFlags,
  TemplateFlags,
  Verification,
  VerifyFlags,
} from './chart-types.ts';
import type {
  ListedRelease,
  ListFlags,
  Release,
  ReleaseFlags,
  ReleaseMetadata,
  ReleaseRecord,
  Revision,
  RevisionFlags,
  RollbackFlags,
  UninstallFlags,
  UpgradeFlags,
} from './release-types.ts';
import type { FoundChart, LoginFlags, RepoAddFlags, Repository, SearchFlags } from './repository-types.ts';

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
  /**
   * Makes the release what it was at a revision, the one before the present by default, as a new revision. CRDs of a
   * chart's `crds/` folder stay as they are.
   */
  rollback(name: string, revision?: number, flags?: RollbackFlags): Promise<Release>;
  /** Also removes a release in a pending state. Rejects with RELEASE_NOT_FOUND unless `ignoreNotFound`. */
  uninstall(name: string, flags?: UninstallFlags): Promise<void>;
  /** Renders without a cluster. */
  template(name: string, chart: ChartReference, flags?: TemplateFlags): Promise<KubernetesObject[]>;
  status(name: string, flags?: RevisionFlags): Promise<Release>;
  /** Releases in every state. */
  list(flags?: ListFlags): Promise<ListedRelease[]>;
  history(name: string, flags?: CallOptions): Promise<Revision[]>;
  /**
   * Fetches a chart's archive from a repository or an OCI registry, without unpacking it. The call has a Helm home of
   * its own, so that neither credentials nor caches outlive it; only `alias/chart` uses what `repo.add` has made. Rejects
   * with CHART_NOT_FOUND, UNAUTHORIZED, VERIFICATION_FAILED, or OUTPUT_TOO_LARGE for an archive above `maxBytes`.
   */
  pull(chart: ChartReference, flags: PullFlags): Promise<PulledChart>;
  /** What Helm finds wrong with a chart directory or archive. Findings are the answer, not a failure. */
  lint(path: string, flags?: LintFlags): Promise<LintReport>;
  /** Checks an archive against the provenance file beside it. Rejects with VERIFICATION_FAILED. */
  verify(archive: string, flags: VerifyFlags): Promise<Verification>;
  /** Writes a chart directory as an archive; answers its path. */
  package(directory: string, flags: PackageFlags): Promise<string>;
  version(flags?: CallOptions): Promise<string>;
  readonly get: {
    /** Everything that Helm recorded of a revision, read in one piece. */
    all(name: string, flags?: RevisionFlags): Promise<ReleaseRecord>;
    manifest(name: string, flags?: RevisionFlags): Promise<KubernetesObject[]>;
    /** The given values, or with `all` those and the chart's defaults. */
    values(name: string, flags?: RevisionFlags & { readonly all?: boolean }): Promise<ChartValues>;
    /** The hooks of a revision; they are no part of its manifest. */
    hooks(name: string, flags?: RevisionFlags): Promise<KubernetesObject[]>;
    /** What the chart tells its user; empty when it tells nothing. */
    notes(name: string, flags?: RevisionFlags): Promise<string>;
    metadata(name: string, flags?: RevisionFlags): Promise<ReleaseMetadata>;
  };
  readonly show: {
    chart(chart: ChartReference, flags?: CallOptions): Promise<ChartMetadata>;
    /** Only what lies in the chart's `crds/` folder; CRDs among its templates come from `template`. */
    crds(chart: ChartReference, flags?: CallOptions): Promise<KubernetesObject[]>;
  };
  readonly repo: {
    /** Makes `name/chart` usable in this client's own Helm home; replaces an entry of that name. */
    add(name: string, url: string, flags?: RepoAddFlags): Promise<void>;
    /** Fetches the indexes again, of these repositories or of all. */
    update(names?: readonly string[], flags?: CallOptions): Promise<void>;
    list(flags?: CallOptions): Promise<Repository[]>;
    /** Rejects with REPOSITORY_NOT_FOUND when there is none of that name. */
    remove(name: string, flags?: CallOptions): Promise<void>;
  };
  readonly search: {
    /** Charts of the added repositories whose name, description or keywords have the word; all without one. */
    repo(word?: string, flags?: SearchFlags): Promise<FoundChart[]>;
  };
  readonly registry: {
    /** Signs in to an OCI registry, in this client's own Helm home. Rejects with UNAUTHORIZED. */
    login(host: string, flags: LoginFlags): Promise<void>;
    logout(host: string, flags?: CallOptions): Promise<void>;
  };
}
