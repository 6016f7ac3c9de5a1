/** Rewrites chart locations to a directory with `<chart>/<version>/Chart.yaml`. */
export interface MirrorRecord {
  readonly name: string;
  readonly directory: string;
}

/** A center: where capability packages come from. Kept as a Secret in the system namespace. */
export interface CenterRecord {
  readonly name: string;
  readonly type: 'directory';
  /** Absolute path of the directory that holds index.json. */
  readonly location: string;
  readonly mirrors: readonly MirrorRecord[];
  /** Higher goes first; equal priorities go by name. Defaults to 0. */
  readonly priority?: number;
}

/** A chart after the mirrors: files on this machine whose content is known, wherever they came from. */
export interface ResolvedChart {
  readonly name: string;
  /** The chart's own version, with `+standin` where it is one. */
  readonly version: string;
  readonly standIn: boolean;
  /** Directory with the chart's files. */
  readonly path: string;
  /** Digest of those files (`directoryDigest`): the same for the same chart from every place. */
  readonly digest: string;
  /** The repository that the package names. */
  readonly repository: string;
  /** Name of the mirror that stood for the repository. */
  readonly mirror?: string;
}
