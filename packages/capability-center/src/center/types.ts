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

/** A chart after the mirrors: a directory on this machine, or the repository that the package names. */
export type ResolvedChart =
  | {
      readonly kind: 'directory';
      readonly path: string;
      readonly mirror: string;
      readonly name: string;
      /** The chart's own version, with `+standin` where it is one. */
      readonly version: string;
      readonly standIn: boolean;
      /** Digest of the directory's content. */
      readonly digest: string;
    }
  | {
      readonly kind: 'repository';
      readonly repository: string;
      readonly name: string;
      readonly version: string;
      readonly standIn: false;
      readonly digest?: string;
    };
